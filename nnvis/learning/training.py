"""Train a classifier on samples held in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from nnvis.config import TrainingConfig, read_config
from nnvis.errors import DatasetError, ModelError
from nnvis.graph import undisturbed
from nnvis.graph.running import call, device_of, inputs, labels, seeded
from nnvis.learning.architectures import build_mlp
from nnvis.learning.evaluation import loss_and_accuracy
from nnvis.learning.selection import select_samples
from nnvis.model import Samples
from nnvis.progress import Progress, quiet

STAGE = "training"
_STEPS_BETWEEN_REPORTS = 20

Config = TrainingConfig | Mapping[str, Any] | str | PathLike[str] | None


class Records(Protocol):
    """What :func:`train` tells of each epoch, for example a :class:`nnvis.Recorder`."""

    def record(self, epoch: int, **numbers: float) -> object: ...


def train(
    model: nn.Module,
    samples: Samples,
    config: Config = None,
    recorder: Records | None = None,
    progress: Progress | None = None,
) -> list[dict[str, float]]:
    """Train ``model`` in place with Adam on the cross-entropy.

    Parameters
    ----------
    samples
        The training and the test set; ``config.classes`` and ``config.class_share`` choose
        from them (see :func:`~nnvis.learning.selection.select_samples`).
    config
        Settings, a mapping with their names, or the path of a JSON file; ``hidden`` is not
        used here. ``l1`` times the sum of all |weight| (not biases) is added to the loss.
    recorder
        Its ``record(epoch, **numbers)`` is called for each entry of the result.
    progress
        Told of the steps as stage "training"; can cancel, which leaves the model with the
        steps done so far.

    Returns
    -------
    list
        One dict a moment, ``train_loss``, ``train_accuracy``, ``test_loss``, ``test_accuracy``
        (the last two only when there are test samples): entry 0 is the model before training,
        entry t after t epochs, so with 0 epochs it is one entry long.

    Raises
    ------
    ConfigError, DatasetError, ModelError, Cancelled
        ModelError also when the training diverges: it names the epoch.

    The same seed gives the same order of samples; torch's global random state is unchanged.
    """
    settings = read_config(TrainingConfig, config)
    progress = quiet(progress)
    chosen = select_samples(samples, settings)
    x = inputs(chosen.x_train, model, "x_train")
    n_outputs = _outputs(model, x)
    y = torch.from_numpy(labels(chosen.y_train, len(x), n_outputs, "y_train"))
    sets = {"train": (x, y)}
    if len(chosen.x_test):
        x_test = inputs(chosen.x_test, model, "x_test")
        sets["test"] = (
            x_test,
            torch.from_numpy(labels(chosen.y_test, len(x_test), n_outputs, "y_test")),
        )
    history: list[dict[str, float]] = []

    def note(epoch: int) -> None:
        numbers: dict[str, float] = {}
        for name, (inside, wanted) in sets.items():
            where = f"{name} samples after epoch {epoch} of training"
            loss, accuracy = loss_and_accuracy(model, inside, wanted, where)
            numbers |= {f"{name}_loss": loss, f"{name}_accuracy": accuracy}
        history.append(numbers)
        if recorder is not None:
            recorder.record(epoch, **numbers)

    note(0)
    rng = np.random.default_rng(settings.seed)
    steps = len(_starts(len(x), settings.batch_size))
    with _training_mode(model), seeded(device_of(model), settings.seed):
        optimiser = _adam(model, settings.learning_rate)
        for epoch in range(1, settings.epochs + 1):
            order = torch.from_numpy(rng.permutation(len(x)))
            total = 0.0
            for step, batch in enumerate(_batches(order, settings.batch_size), start=1):
                total += _step(model, optimiser, x, y, batch, settings.l1)
                if step % _STEPS_BETWEEN_REPORTS == 0:
                    progress.step(STAGE, (epoch - 1) * steps + step, settings.epochs * steps)
            if not np.isfinite(total):
                raise ModelError(
                    f"Training diverged in epoch {epoch}: the loss is {total}; lower "
                    f"learning_rate (now {settings.learning_rate:g}) or scale the samples to "
                    "about [0, 1]."
                )
            note(epoch)
            progress.step(STAGE, epoch * steps, settings.epochs * steps, **history[-1])
    return history


def train_mlp(
    samples: Samples,
    config: Config = None,
    recorder: Records | None = None,
    progress: Progress | None = None,
) -> tuple[nn.Sequential, list[dict[str, float]]]:
    """Build a dense network for ``samples`` with ``config.hidden`` layers, and train it.

    Returns the model and :func:`train`'s list. A recorder needs the model: build it first with
    :func:`mlp_for` and call :func:`train` when you want one.
    """
    settings = read_config(TrainingConfig, config)
    model = mlp_for(samples, settings)
    return model, train(model, samples, settings, recorder, progress)


def mlp_for(samples: Samples, config: Config = None) -> nn.Sequential:
    """The untrained dense network for ``samples``: features, ``config.hidden``, classes."""
    settings = read_config(TrainingConfig, config)
    if samples.x_train.ndim != 2:
        raise DatasetError(
            "A dense network needs samples of the shape (samples, features), "
            f"got {samples.x_train.shape}; reshape them first."
        )
    sizes = (samples.x_train.shape[1], *settings.hidden, len(samples.class_names))
    return build_mlp(sizes, settings.seed)


def _step(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    x: torch.Tensor,
    y: torch.Tensor,
    batch: torch.Tensor,
    l1: float,
) -> float:
    device = device_of(model)
    optimiser.zero_grad(set_to_none=True)
    given = x.index_select(0, batch.to(x.device)).to(device)
    wanted = y.index_select(0, batch).to(device)
    loss = functional.cross_entropy(call(model, given), wanted)
    if l1:
        weights = [parameter for parameter in model.parameters() if parameter.dim() > 1]
        loss = loss + l1 * torch.stack([weight.abs().sum() for weight in weights]).sum()
    loss.backward()
    optimiser.step()
    return float(loss.detach())


def _starts(count: int, size: int) -> list[int]:
    """Where batches begin. One sample left over is left out: batch norm cannot train on it."""
    starts = list(range(0, count, size))
    if size > 1 and count > 1 and count % size == 1:
        starts.pop()
    return starts


def _batches(order: torch.Tensor, size: int) -> Iterator[torch.Tensor]:
    for start in _starts(len(order), size):
        yield order[start : start + size]


def _adam(model: nn.Module, rate: float) -> torch.optim.Optimizer:
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not trained:
        raise ModelError(
            "The model has no parameter that can be trained; set requires_grad on those that may "
            "change."
        )
    try:
        return torch.optim.Adam(trained, rate, fused=True)
    except RuntimeError:  # older torch, or a number type without the fused form
        return torch.optim.Adam(trained, rate)


@contextmanager
def _training_mode(model: nn.Module) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.train()
        with torch.inference_mode(False), torch.enable_grad():
            yield
    finally:
        model.zero_grad(set_to_none=True)
        for module, training in modes:
            module.training = training


def _outputs(model: nn.Module, x: torch.Tensor) -> int:
    with undisturbed(model), torch.no_grad():
        return int(call(model, x[:2].to(device_of(model))).shape[1])
