"""Check what users hand in, and say in one sentence what is wrong with it."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import ConfigError, DatasetError

if TYPE_CHECKING:
    from jaxtyping import Float, Integer


def as_array(value: Any, name: str) -> np.ndarray:
    """A numpy array of numbers from a numpy array, a torch tensor or nested lists."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise DatasetError(
            f"{name} has rows of different lengths; every epoch needs the same probe samples."
        ) from error
    if array.dtype.kind not in "buif":
        raise DatasetError(f"{name} must hold numbers, got {array.dtype}; convert it first.")
    return array


def predictions_of(value: Any) -> Integer[np.ndarray, "epoch sample"]:
    """Predicted classes as whole numbers, (epochs, samples), without range check.

    Raises
    ------
    DatasetError
        For another shape, too few epochs or numbers that are not whole.
    """
    array = as_array(value, "predictions")
    if array.ndim != 2:
        raise DatasetError(
            f"predictions must have the shape (epochs, samples), got {array.shape}; "
            "give one row of class numbers an epoch."
        )
    if array.shape[0] < 2:
        raise DatasetError(
            f"predictions has {_epochs(array.shape[0])}, but a transition needs two; "
            "record more epochs."
        )
    if array.dtype.kind == "b":
        return array.astype(np.uint8)
    if array.dtype.kind == "f":
        whole = np.isfinite(array) & (array == np.floor(array))
        if not whole.all():
            t, n = np.argwhere(~whole)[0]
            raise DatasetError(
                f"predictions must be class numbers, got {array[t, n]} at epoch {t}, sample {n}; "
                "take the most probable class of each sample first."
            )
        return array.astype(np.int64)
    return np.ascontiguousarray(array)


def distance_of(value: Any) -> Float[np.ndarray, "s t"]:
    """A square matrix of finite numbers, float32 or float64, contiguous.

    Whether its cells are numbers is found when they are counted; see :func:`refuse_missing`.
    """
    array = as_array(value, "distance")
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not array.size:
        raise DatasetError(
            f"distance must be a square matrix, got the shape {array.shape}; "
            "make one with nnvis.transition_distance."
        )
    kept = array.dtype if array.dtype in (np.float32, np.float64) else np.float64
    return np.ascontiguousarray(array, kept)


def refuse_missing(distance: np.ndarray, faults: np.ndarray) -> None:
    """Raise for cells that are NaN; ``faults`` is not 0 for rows that have any."""
    if not faults.any():
        return
    row = int(np.flatnonzero(faults)[0])
    column = int(np.flatnonzero(np.isnan(distance[row]))[0])
    count = np.count_nonzero(np.isnan(distance))
    raise DatasetError(
        f"distance holds NaN in {count} of its {distance.size} cells, the first at "
        f"({row}, {column}); leave out the epochs they belong to."
    )


def at_least(least: int, **settings: Any) -> None:
    """Raise unless each setting is a whole number from ``least`` on."""
    for name, value in settings.items():
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
            raise ConfigError(f"{name} must be a whole number from {least} on, got {value!r}.")


def _epochs(count: int) -> str:
    return {0: "no epochs", 1: "one epoch"}.get(count, f"{count} epochs")
