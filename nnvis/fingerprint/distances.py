"""How far epochs are from each other: by what changes, and by what is predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import DatasetError
from nnvis.fingerprint.checks import as_array, predictions_of
from nnvis.fingerprint.transitions import SparseTransitions

if TYPE_CHECKING:
    from jaxtyping import Float64, Int64

_CHUNKS = 4


def transition_distance(
    deltas: Any, other: Any = None
) -> Float64[np.ndarray, "transition transition"]:
    """How unlike two transitions are, for every pair of them.

    D[s, t] = Σ_{i≠j} |Δ_s[i, j] − Δ_t[i, j]| / Σ_{i≠j} (Δ_s[i, j] + Δ_t[i, j]), and 0 where
    neither changes any class. 0: the same numbers of samples change from and to the same
    classes; 1: no change of class in common.

    Source: Ferreira et al. 2021, see :func:`transitions`.

    Parameters
    ----------
    deltas : (T − 1, C, C) counts, or SparseTransitions
        Numpy or torch.
    other
        Transitions of another run with the same classes; then D[s, t] compares transition s of
        the first with t of the other.

    Returns
    -------
    (T − 1, T − 1) float64
        In [0, 1]; symmetric with a zero diagonal, unless ``other`` is given.

    Raises
    ------
    DatasetError
        For another shape, counts below 0 or NaN, or runs with different numbers of classes.
    """
    if isinstance(deltas, SparseTransitions) or isinstance(other, SparseTransitions):
        return _sparse(_as_sparse(deltas), _as_sparse(deltas if other is None else other))
    from nnvis.kernels.transitions import dense_distance

    first, classes = _changes(deltas)
    second, others = (first, classes) if other is None else _changes(other)
    _same_classes(classes, others)
    kind = np.result_type(first, second)
    first, second = first.astype(kind, copy=False), second.astype(kind, copy=False)
    distance = np.empty((len(first), len(second)))
    dense_distance(first, second, first.sum(1), second.sum(1), distance)
    return distance


def prediction_distance(predictions: Any) -> Int64[np.ndarray, "epoch epoch"]:
    """Raw distance: R[s, t] samples are predicted differently at epochs s and t.

    Every number costs as many bits as it needs and 64 samples are compared at once, so memory
    is about N · log₂(classes) / 8 bytes an epoch.

    Parameters
    ----------
    predictions : (T, N) integers from 0 on
        Numpy or torch.

    Raises
    ------
    DatasetError
        For fewer than two epochs, or a number below 0.
    """
    from nnvis.kernels.transitions import WORD, count_differing, pack_planes

    array = predictions_of(predictions)
    if array.size and array.min() < 0:
        t, n = np.argwhere(array < 0)[0]
        raise DatasetError(
            f"predictions must be class numbers from 0 on, got {array[t, n]} at epoch {t}, "
            f"sample {n}; leave that epoch out."
        )
    most = int(array.max()) if array.size else 0
    words = -(-array.shape[1] // WORD)
    planes = np.empty((len(array), words, max(most.bit_length(), 1)), np.uint64)
    pack_planes(array, planes)
    distance = np.empty((len(array), len(array)), np.int64)
    count_differing(planes, distance)
    return distance


def _changes(deltas: Any) -> tuple[np.ndarray, int]:
    """(T − 1, C (C − 1)) counts of the cells off the diagonal, and C; int64 where whole."""
    array = as_array(deltas, "deltas")
    if array.ndim != 3 or array.shape[1] != array.shape[2] or not array.size:
        raise DatasetError(
            f"deltas must have the shape (transitions, classes, classes), got {array.shape}; "
            "make them with nnvis.transitions."
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise DatasetError("deltas holds NaN or infinity; it must hold counts of samples.")
    if array.min() < 0:
        raise DatasetError(f"deltas must be counts from 0 on, got {array.min()}.")
    apart = ~np.eye(array.shape[1], dtype=bool)
    kind = np.float64 if array.dtype.kind == "f" else np.int64
    return np.ascontiguousarray(array[:, apart], kind), array.shape[1]


def _same_classes(first: int, second: int) -> None:
    if first != second:
        raise DatasetError(
            f"The runs have {first} and {second} classes; only runs with the same classes can be "
            "compared."
        )


def _as_sparse(deltas: Any) -> SparseTransitions:
    if isinstance(deltas, SparseTransitions):
        return deltas
    changes = as_array(deltas, "deltas")
    if changes.ndim != 3 or changes.dtype.kind == "f":
        raise DatasetError(
            "Sparse transitions compare only with counts of the shape (transitions, classes, "
            f"classes), got {changes.dtype} {changes.shape}."
        )
    t, source, target = np.nonzero(changes)
    offset = np.searchsorted(t, np.arange(len(changes) + 1)).astype(np.int64)
    return SparseTransitions(
        offset, source, target, changes[t, source, target].astype(np.int64), changes.shape[1]
    )


def _sparse(first: SparseTransitions, second: SparseTransitions) -> np.ndarray:
    from nnvis.kernels.transitions import sparse_distance

    _same_classes(first.n_classes, second.n_classes)
    parts = [_entries(one) for one in (first, second)]
    # Only cells that occur get a number, so the kernel's table stays small.
    codes, numbers = np.unique(np.concatenate([part[1] for part in parts]), return_inverse=True)
    ends = len(parts[0][1])
    numbered = (numbers[:ends].astype(np.int64), numbers[ends:].astype(np.int64))
    tables = [(part[0], cell, part[2], part[3]) for part, cell in zip(parts, numbered, strict=True)]
    distance = np.empty((len(first), len(second)))
    sparse_distance(tables[0], tables[1], len(codes), _CHUNKS, distance)
    return distance


def _entries(one: SparseTransitions) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(start of each transition, cell, count, sum of counts) without the diagonal."""
    moved = one.source != one.target
    before = np.concatenate([[0], np.cumsum(moved)])
    offset = before[one.offset].astype(np.int64)
    count = one.count[moved]
    sums = np.concatenate([[0], np.cumsum(count)])
    return (
        offset,
        (one.source * one.n_classes + one.target)[moved],
        count,
        (sums[offset[1:]] - sums[offset[:-1]]).astype(np.int64),
    )
