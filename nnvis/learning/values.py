"""Check what a training loop hands to the recorder."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
import torch

from nnvis.errors import DatasetError, StoreError


def mixed_numbering(by_epoch: bool) -> str:
    """Why a record numbered the given way does not fit the run, as one sentence."""
    if by_epoch:
        return (
            "The run's records are numbered one after the other, several within an epoch; go on "
            "with record_step(training_epoch), or record into another run."
        )
    return (
        "The run's records are numbered by their epoch; go on with record(epoch), or record "
        "into another run."
    )


def require_every_class(y: np.ndarray | None, class_names: Sequence[str]) -> None:
    """Raise `DatasetError` unless the labels ``y`` (samples,) name each class at least once."""
    if y is None:
        raise DatasetError(
            "Importance is scored by the probe's classes, but its y is None; give (x, y)."
        )
    missing = sorted(set(range(len(class_names))) - set(y.tolist()))
    if missing:
        raise DatasetError(
            f"Importance needs probe samples of every class, but class "
            f"{class_names[missing[0]]!r} (number {missing[0]}) has none; add some."
        )


def whole(name: str, value: Any, least: int) -> int:
    """``value`` as an int; `StoreError` names it unless it is whole and at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise StoreError(f"{name} must be a whole number from {least} on, got {value!r}.")
    return int(value)


def number(name: str, value: Any) -> float:
    """``value``, a number or a tensor or array of one element, as a float.

    Raises
    ------
    StoreError
        When it is none: names it.
    """
    plain = value.detach() if isinstance(value, torch.Tensor) else value
    try:
        if isinstance(plain, torch.Tensor | np.ndarray):
            plain = plain.item()
        if not isinstance(plain, str | bytes):
            return float(plain)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        pass  # told below, as text is
    raise StoreError(f"The value of {name} must be one number, got {described(value)}.")


def described(value: Any) -> str:
    """A value in a few words, for messages."""
    shape = getattr(value, "shape", None)
    if shape is not None and shape != ():
        return f"{type(value).__name__} of the shape {tuple(shape)}"
    text = repr(value)
    return text if len(text) <= 60 and "\n" not in text else f"a {type(value).__name__}"
