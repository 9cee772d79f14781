"""What a run keeps of its probe: true classes, a digest, and pictures of bounded size."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from nnvis.errors import DatasetError
from nnvis.model import Probe

if TYPE_CHECKING:
    from jaxtyping import Int64, UInt8

# Bytes that all pictures of a probe may take.
MOST_BYTES = 16 * 2**20
# Pictures are not shrunk below this many pixels on the shorter side.
_LEAST_SIDE = 12

Pictures = Any  # None, a shape such as (28, 28), or an array with a picture a sample


def describe_probe(
    x: torch.Tensor,
    y: Int64[np.ndarray, "sample"] | None,
    pictures: Pictures = None,
    most_bytes: int = MOST_BYTES,
) -> Probe:
    """What to keep of the samples ``x`` with the true classes ``y``.

    Parameters
    ----------
    pictures
        (rows, columns) or (rows, columns, 3) when each row of ``x`` is such a picture; an array
        (samples, rows, columns[, 3]) of pictures; ``None`` takes ``x`` itself where its shape
        is that of pictures: (samples, rows, columns) or (samples, 1 or 3, rows, columns).
    most_bytes
        What the pictures may take: they are shrunk by whole factors, and when that is not
        enough only evenly chosen samples have one.

    Raises
    ------
    DatasetError
        When ``pictures`` does not fit the samples.
    """
    count = len(x)
    label = None if y is None else y.astype(np.int32)
    found = _pictures(x, pictures)
    if found is None:
        return Probe(count, label, digest=digest_of(x))
    small, number = _bounded(found, most_bytes)
    return Probe(count, label, small, number, digest_of(x))


def digest_of(x: torch.Tensor) -> str:
    """SHA-256 of the samples as little-endian float32, row by row."""
    digest = hashlib.sha256()
    for part in x.detach().split(4096):
        values = part.float().cpu().contiguous().numpy()
        digest.update(values.astype("<f4", copy=False).data)
    return digest.hexdigest()


def _pictures(x: torch.Tensor, given: Pictures) -> np.ndarray | None:
    """(samples, rows, columns[, 3]) in whatever numbers, or ``None``."""
    if given is None:
        if x.dim() == 3:
            return _array(x)
        if x.dim() == 4 and x.shape[1] in (1, 3):
            last = _array(x).transpose(0, 2, 3, 1)
            return last[..., 0] if last.shape[3] == 1 else last
        return None
    if _is_shape(given):
        shape = tuple(int(side) for side in given)
        if int(np.prod(shape)) != int(np.prod(x.shape[1:])) or not _is_picture(shape):
            raise DatasetError(
                f"pictures={shape} does not fit samples of the shape {tuple(x.shape[1:])}; give "
                "(rows, columns) or (rows, columns, 3) of one sample, or None."
            )
        return _array(x).reshape(len(x), *shape)
    array = _array(given) if isinstance(given, torch.Tensor) else np.asarray(given)
    if len(array.shape) < 3 or len(array) != len(x) or not _is_picture(array.shape[1:]):
        raise DatasetError(
            f"pictures has the shape {array.shape}, expected ({len(x)}, rows, columns) or "
            f"({len(x)}, rows, columns, 3), one picture for each probe sample."
        )
    return array


def _is_shape(given: Pictures) -> bool:
    return (
        isinstance(given, Sequence)
        and len(given) in (2, 3)
        and all(isinstance(side, int | np.integer) for side in given)
    )


def _is_picture(shape: tuple[int, ...]) -> bool:
    return min(shape) > 0 and (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3))


def _array(x: torch.Tensor) -> np.ndarray:
    return x.detach().float().cpu().numpy()


def _bounded(found: np.ndarray, most_bytes: int) -> tuple[UInt8[np.ndarray, "..."], np.ndarray]:
    """Pictures as bytes that fit, and the samples that they show."""
    factor = 1
    while (
        _size(found, factor) > most_bytes and min(found.shape[1:3]) // (factor + 1) >= _LEAST_SIDE
    ):
        factor += 1
    each = _size(found[:1], factor)
    step = max(1, -(-len(found) * each // most_bytes))
    number = np.arange(0, len(found), step, dtype=np.int32)
    chosen = found[number]
    if factor > 1:
        rows, columns = (side // factor for side in chosen.shape[1:3])
        whole = chosen[:, : rows * factor, : columns * factor]
        blocks = whole.reshape(len(whole), rows, factor, columns, factor, *whole.shape[3:])
        chosen = blocks.mean((2, 4))
    return _as_bytes(chosen), number


def _size(found: np.ndarray, factor: int) -> int:
    rows, columns = (side // factor for side in found.shape[1:3])
    return len(found) * rows * columns * (3 if found.ndim == 4 else 1)


def _as_bytes(values: np.ndarray) -> UInt8[np.ndarray, "..."]:
    """Numbers of 0 to 1 times 255; bytes as they are; anything else from its least to its most."""
    if values.dtype == np.uint8:
        return np.ascontiguousarray(values)
    values = values.astype(np.float32)
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    if low < 0 or high > 1:
        low, high = (0.0, 255.0) if low >= 0 and 1 < high <= 255 else (low, high)
    else:
        low, high = 0.0, 1.0
    scaled = (values - low) * (255 / max(high - low, 1e-12))
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
