"""Check what users hand in, and say in one sentence what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import ConfigError, DatasetError

if TYPE_CHECKING:
    from jaxtyping import Float64, Int64

METRICS = ("euclidean", "cosine")
METHODS = ("exact", "approximate")
# Squares of numbers beyond 2 ** ±400, added up, could leave the range of float64.
_FAR = 400


def as_array(value: Any, name: str) -> np.ndarray:
    """A numpy array of numbers from a numpy array, a torch tensor or nested lists."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise DatasetError(
            f"{name} has rows of different lengths; give one row of equal length a sample."
        ) from error
    if array.dtype.kind not in "buif":
        raise DatasetError(f"{name} must hold numbers, got {array.dtype}; convert it first.")
    return array


def points_of(value: Any, name: str = "points") -> Float64[np.ndarray, "sample axis"]:
    """One row a sample: float64, finite; further axes, as of feature maps, are laid flat.

    Very large or very small numbers are multiplied by a power of two, which changes no order of
    distances.

    Raises
    ------
    DatasetError
        For another shape, or numbers that are NaN or infinite.
    """
    array = as_array(value, name)
    if array.ndim < 2 or 0 in array.shape:
        raise DatasetError(
            f"{name} must have the shape (samples, numbers of each), got {array.shape}; "
            "give one row a sample."
        )
    points = np.ascontiguousarray(array.reshape(len(array), -1), np.float64)
    low, high = float(points.min()), float(points.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        n, axis = np.argwhere(~np.isfinite(points))[0]
        raise DatasetError(
            f"{name} holds {points[n, axis]} at sample {n}, position {axis}, expected finite "
            "numbers; leave that epoch out and look why the network diverged."
        )
    exponent = int(np.frexp(max(-low, high))[1])
    if abs(exponent) > _FAR:
        points = np.ldexp(points, -exponent)
    return points


def epochs_of(representations: Any) -> Sequence[Any]:
    """One entry an epoch, of as many samples each; checked further when each is used.

    Raises
    ------
    DatasetError
        For fewer than two epochs, or epochs of different numbers of samples.
    """
    if isinstance(representations, list | tuple):
        epochs: Sequence[Any] = representations
    else:
        epochs = as_array(representations, "representations")  # type: ignore[assignment]
        shape = np.shape(epochs)
        if len(shape) < 3:
            raise DatasetError(
                "representations must have the shape (epochs, samples, numbers of each), got "
                f"{shape}; stack what the layer gave at each epoch."
            )
    if len(epochs) < 2:
        count = "one epoch" if len(epochs) else "no epoch"
        raise DatasetError(
            f"representations has {count}, but an overlap needs two; record more epochs."
        )
    sizes = [len(each) for each in epochs]
    for t, size in enumerate(sizes):
        if size != sizes[0]:
            raise DatasetError(
                f"representations has {sizes[0]:,} samples at epoch 0, but {size:,} at epoch {t}; "
                "give the same samples at every epoch."
            )
    return epochs


def neighbours_wanted(k: Any, count: int) -> int:
    """``k`` as a number from 1 to one less than there are samples."""
    if isinstance(k, bool) or not isinstance(k, Integral) or k < 1:
        raise ConfigError(f"k must be a whole number from 1 on, got {k!r}.")
    wanted = int(k)
    if wanted >= count:
        raise ConfigError(
            f"k must be less than the number of samples, got {wanted:,} for {count:,} samples; "
            f"choose at most {max(count - 1, 0):,} or give more samples."
        )
    return wanted


def one_of(value: Any, allowed: Sequence[str], name: str) -> str:
    """``value`` when it is allowed."""
    if value not in allowed:
        raise ConfigError(f"{name} must be {' or '.join(allowed)}, got {value!r}.")
    return value


def chosen_samples(samples: Any, count: int) -> Int64[np.ndarray, "chosen"]:
    """Ids of the chosen samples, in the order given; all of them for ``None``.

    Raises
    ------
    ConfigError
        When none is chosen, one twice, or one that does not exist.
    """
    if samples is None:
        return np.arange(count)
    array = as_array(samples, "samples")
    if array.dtype.kind == "b" and array.shape == (count,):
        array = np.flatnonzero(array)
    if array.size == 0:
        raise ConfigError("samples is empty; choose at least one, or leave it out for all.")
    if array.ndim != 1 or array.dtype.kind not in "ui":
        raise ConfigError(
            f"samples must be a row of whole numbers or of {count:,} truth values, got "
            f"{array.dtype} of the shape {array.shape}."
        )
    outside = array[(array < 0) | (array >= count)]
    if len(outside):
        raise ConfigError(
            f"samples must be from 0 to {count - 1:,}, got {outside[0]}; "
            f"there are {count:,} samples."
        )
    ids, times = np.unique(array, return_counts=True)
    if (times > 1).any():
        raise ConfigError(f"samples names {ids[times > 1][0]} more than once; name each once.")
    return array.astype(np.int64)
