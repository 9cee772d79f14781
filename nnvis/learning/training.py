"""Train a classifier on samples held in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from nnvis.config import TrainingConfig, read_config
from nnvis.errors import ModelError
from nnvis.graph import undisturbed
from nnvis.graph.running import call, device_of, inputs, labels, seeded
from nnvis.learning.building import mlp_for
from nnvis.learning.checkpoint import restore, save_checkpoint
from nnvis.learning.evaluation import loss_and_accuracy
from nnvis.learning.optimising import optimiser_for
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
    checkpoint: str | PathLike[str] | None = None,
) -> list[dict[str, float]]:
    """Train ``model`` in place on the cross-entropy.

    Parameters
    ----------
    samples
        The training and the test set; ``config.classes`` and ``config.class_share`` choose
        from them (see :func:`~nnvis.learning.selection.select_samples`).
    config
        Settings, a mapping with their names, or the path of a JSON file; ``network`` and
        ``hidden`` are not used here. ``l1`` times the sum of all |weight| (not biases) is
        added to the loss.
    recorder
        Its ``record(epoch, **numbers)`` is called for each entry of the result; with
        ``snapshot_steps`` instead its ``record_step(training_epoch, training_step, **numbers)``
        every so many steps, with the mean ``batch_loss`` since the last in that epoch.
    progress
        Told of the steps as stage "training"; can cancel, which leaves the model with the
        steps done so far.
    checkpoint
        A file that keeps where training stands after each epoch. When it is there, training
        goes on from it, on a processor bit for bit as if it had never stopped; later records
        of the recorder are removed first, by its ``rewind(training_epoch)``.

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
    steps = len(_starts(len(x), settings.batch_size))
    tell = _Telling(recorder, steps, settings.snapshot_steps)

    def note(epoch: int) -> None:
        numbers: dict[str, float] = {}
        for name, (inside, wanted) in sets.items():
            where = f"{name} samples after epoch {epoch} of training"
            loss, accuracy = loss_and_accuracy(model, inside, wanted, where)
            numbers |= {f"{name}_loss": loss, f"{name}_accuracy": accuracy}
        history.append(numbers)
        tell.epoch(epoch, numbers)

    rng = np.random.default_rng(settings.seed)
    with _training_mode(model), seeded(device_of(model), settings.seed):
        optimiser = optimiser_for(model, settings)
        done = 0
        if checkpoint is not None and Path(checkpoint).exists():
            found = restore(checkpoint, model, optimiser, settings)
            done, history = found.epoch, found.history
            for _ in range(done):
                rng.permutation(len(x))  # as the epochs that are done drew them
            tell.rewind(done)
        else:
            note(0)
        for epoch in range(done + 1, settings.epochs + 1):
            order = torch.from_numpy(rng.permutation(len(x)))
            total = 0.0
            for step, batch in enumerate(_batches(order, settings.batch_size), start=1):
                loss = _step(model, optimiser, x, y, batch, settings.l1)
                total += loss
                tell.step((epoch - 1) * steps + step, loss)
                if step % _STEPS_BETWEEN_REPORTS == 0:
                    progress.step(STAGE, (epoch - 1) * steps + step, settings.epochs * steps)
            if not np.isfinite(total):
                raise ModelError(
                    f"Training diverged in epoch {epoch}: the loss is {total}; lower "
                    f"learning_rate (now {settings.learning_rate:g}) or scale the samples to "
                    "about [0, 1]."
                )
            note(epoch)
            if checkpoint is not None:
                save_checkpoint(checkpoint, model, optimiser, epoch, history, settings)
            progress.step(STAGE, epoch * steps, settings.epochs * steps, **history[-1])
    return history


class _Telling:
    """Tells a recorder of each epoch, or of every so many steps."""

    def __init__(self, recorder: Any, steps: int, every: int | None) -> None:
        self._recorder = recorder
        self._steps = steps
        self._every = every
        self._losses: list[float] = []

    def epoch(self, epoch: int, numbers: Mapping[str, float]) -> None:
        """After ``epoch`` epochs; ``numbers`` as the list that training returns has them."""
        if self._recorder is None:
            return
        if self._every is None:
            self._recorder.record(epoch, **numbers)
        elif epoch * self._steps % self._every == 0:
            self._snapshot(epoch * self._steps, numbers)
        self._losses.clear()  # so that nothing of an epoch is needed to go on after it

    def step(self, step: int, loss: float) -> None:
        """After ``step`` steps in all. The end of an epoch waits for its numbers."""
        if self._recorder is None or self._every is None:
            return
        self._losses.append(loss)
        if step % self._every == 0 and step % self._steps:
            self._snapshot(step, {})

    def rewind(self, epoch: int) -> None:
        """Training goes on after ``epoch`` epochs: forget what was recorded later."""
        if hasattr(self._recorder, "rewind"):
            self._recorder.rewind(epoch)

    def _snapshot(self, step: int, numbers: Mapping[str, float]) -> None:
        mean = {"batch_loss": float(np.mean(self._losses))} if self._losses else {}
        self._losses.clear()
        self._recorder.record_step(step / self._steps, step, **mean, **numbers)


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
