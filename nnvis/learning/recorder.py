"""Record what a model makes of fixed probe samples, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from numbers import Integral
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn

from nnvis.errors import DatasetError, ModelError, StoreError
from nnvis.graph import undisturbed
from nnvis.graph.running import inputs, labels, logits_of
from nnvis.model import EpochRecord


class Run(Protocol):
    """What the recorder needs of a run; :class:`nnvis.Run` has it."""

    @property
    def class_names(self) -> tuple[str, ...]: ...

    def save_epoch(self, record: EpochRecord) -> None: ...


class Recorder:
    """Add to any training loop; writes one epoch record into ``run`` at each call.

    Parameters
    ----------
    run
        Where records go.
    model
        The model in training. A record leaves its mode, weights and torch's random state as
        they were.
    probe
        (x, y): samples that stay the same for all of the training, and their class numbers,
        or ``None`` instead of them.
    layers
        Dotted names of modules whose output for the probe is recorded as well.
    weights
        Whether to record all parameters too.

    Raises
    ------
    ModelError
        When a layer does not exist: it lists those that do.
    DatasetError
        When the probe is no pair, is empty, or x and y differ in length.
    """

    def __init__(
        self,
        run: Run,
        model: nn.Module,
        probe: tuple[Any, Any],
        layers: Sequence[str] = (),
        weights: bool = False,
    ) -> None:
        self._run = run
        self._model = model
        self._layers = {name: _module(model, name) for name in layers}
        self._weights = weights
        if not isinstance(probe, tuple | list) or len(probe) != 2:
            raise DatasetError(
                f"probe must be a pair (x, y), got {_described(probe)}; give (x, None) when there "
                "are no labels."
            )
        x, y = probe
        self._x = inputs(x, model, "probe x")
        if y is not None:
            labels(y, len(self._x), len(run.class_names), "probe y")

    def record(self, epoch: int, **numbers: Any) -> None:
        """Record the probe at ``epoch``, with any numbers to be kept beside it.

        A number may be a tensor or array of one element, also one that requires a gradient.

        Raises
        ------
        StoreError
            When ``epoch`` is no whole number from 0 on, or a value is no number: it names it.
        ModelError
            When the model returns NaN (it names the epoch) or not one output a class.
        """
        if isinstance(epoch, bool) or not isinstance(epoch, Integral) or epoch < 0:
            raise StoreError(f"epoch must be a whole number from 0 on, got {epoch!r}.")
        epoch = int(epoch)
        beside = {name: _number(name, value) for name, value in numbers.items()}
        kept: dict[str, list[np.ndarray]] = {name: [] for name in self._layers}
        with undisturbed(self._model), _collecting(self._layers, kept):
            logits = logits_of(self._model, self._x, f"the probe at epoch {epoch}")
        if logits.shape[1] != len(self._run.class_names):
            raise ModelError(
                f"The model returns {logits.shape[1]} classes, but the run has "
                f"{len(self._run.class_names)} class names; create the run with one name a class."
            )
        self._run.save_epoch(
            EpochRecord(
                epoch=epoch,
                prediction=logits.argmax(1).astype(np.int32),
                probability=_softmax(logits).astype(np.float16),
                representation={name: _joined(name, kept[name], len(logits)) for name in kept},
                weight=self._parameters(),
                numbers=beside,
            )
        )

    def _parameters(self) -> dict[str, np.ndarray]:
        if not self._weights:
            return {}
        return {
            name: parameter.detach().float().cpu().numpy().copy()
            for name, parameter in self._model.named_parameters()
        }


def _number(name: str, value: Any) -> float:
    plain = value.detach() if isinstance(value, torch.Tensor) else value
    try:
        if isinstance(plain, torch.Tensor | np.ndarray):
            plain = plain.item()
        if not isinstance(plain, str | bytes):
            return float(plain)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        pass  # told below, as text is
    raise StoreError(f"The value of {name} must be one number, got {_described(value)}.")


def _described(value: Any) -> str:
    """A value in a few words, for messages."""
    shape = getattr(value, "shape", None)
    if shape is not None and shape != ():
        return f"{type(value).__name__} of the shape {tuple(shape)}"
    text = repr(value)
    return text if len(text) <= 60 and "\n" not in text else f"a {type(value).__name__}"


def _module(model: nn.Module, name: str) -> nn.Module:
    known = {path: module for path, module in model.named_modules() if path}
    if name not in known:
        raise ModelError(
            f"The model has no layer {name!r} to record; it has {', '.join(known) or 'none'}."
        )
    return known[name]


@contextmanager
def _collecting(layers: dict[str, nn.Module], kept: dict[str, list[np.ndarray]]) -> Iterator[None]:
    def hook_for(name: str) -> Any:
        def hook(module: nn.Module, _: tuple[Any, ...], output: Any) -> None:
            if not isinstance(output, torch.Tensor):
                raise ModelError(
                    f"Layer {name} ({type(module).__name__}) returns a {type(output).__name__}, "
                    "which cannot be recorded; choose a layer that returns a tensor."
                )
            kept[name].append(output.detach().float().cpu().numpy().copy())

        return hook

    handles = []
    try:
        for name, module in layers.items():
            handles.append(module.register_forward_hook(hook_for(name)))
        yield
    finally:
        for handle in handles:
            handle.remove()


def _joined(name: str, parts: list[np.ndarray], n_samples: int) -> np.ndarray:
    if sum(len(part) for part in parts if part.ndim) != n_samples:
        raise ModelError(
            f"Layer {name} does not run exactly once for each of the {n_samples} probe samples, so "
            "it cannot be recorded; choose another layer."
        )
    return np.concatenate(parts)


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)
