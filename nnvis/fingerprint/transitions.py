"""How many samples change from which class to which between recorded epochs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import DatasetError
from nnvis.fingerprint.checks import at_least, predictions_of

if TYPE_CHECKING:
    from jaxtyping import Int64, Integer

# Dense matrices of more cells than this go to the disk of most machines, or nowhere.
_MOST_CELLS = 2**29


@dataclass(frozen=True)
class SparseTransitions:
    """Transition matrices that keep only the cells that are not 0, for many classes.

    Attributes
    ----------
    offset
        Transition t owns the entries ``offset[t] … offset[t + 1] − 1``.
    source, target, count
        Class before, class after and how many samples; by rising source, then target.
    n_classes
        Rows and columns of each matrix.
    """

    offset: Int64[np.ndarray, "transitions_and_one"]
    source: Int64[np.ndarray, "entry"]
    target: Int64[np.ndarray, "entry"]
    count: Int64[np.ndarray, "entry"]
    n_classes: int

    def __len__(self) -> int:
        return len(self.offset) - 1

    def dense(self, t: int) -> Int64[np.ndarray, "class class"]:
        """The matrix of transition ``t``."""
        own = slice(self.offset[t], self.offset[t + 1])
        matrix = np.zeros((self.n_classes, self.n_classes), np.int64)
        matrix[self.source[own], self.target[own]] = self.count[own]
        return matrix


def transitions(predictions: Any, n_classes: int) -> Int64[np.ndarray, "transition class class"]:
    """Transition matrices: Δ_t[i, j] samples predicted i at epoch t and j at epoch t + 1.

    Source: Ferreira, Cantareira, de Mello, Paulovich, *Neural network training fingerprint*,
    Journal of Visualization, 2021.

    Parameters
    ----------
    predictions : (T, N) integers
        Class numbers of the same N samples at T recorded epochs; numpy or torch.
    n_classes
        Of the classifier, whether all are predicted or not.

    Raises
    ------
    DatasetError
        For fewer than two epochs, a class number outside 0 … n_classes − 1 (it names epoch,
        sample and number), or more than 2²⁹ cells: then use :func:`sparse_transitions`.

    Examples
    --------
    >>> transitions([[0, 1, 1], [0, 1, 0]], 2).tolist()
    [[[1, 0], [1, 1]]]
    """
    from nnvis.kernels.transitions import count_transitions

    array = checked_predictions(predictions, n_classes)
    steps = len(array) - 1
    if steps * n_classes**2 > _MOST_CELLS:
        raise DatasetError(
            f"{steps} matrices of {n_classes} × {n_classes} classes would take "
            f"{steps * n_classes**2 / 2**27:.0f} GiB; use sparse_transitions instead."
        )
    deltas = np.empty((steps, n_classes**2), np.int64)
    count_transitions(array, n_classes, deltas)
    return deltas.reshape(steps, n_classes, n_classes)


def sparse_transitions(predictions: Any, n_classes: int) -> SparseTransitions:
    """The same as :func:`transitions`, in memory that grows with what changes, not classes².

    Raises
    ------
    DatasetError
        As for :func:`transitions`.
    """
    array = checked_predictions(predictions, n_classes)
    offset = np.zeros(len(array), np.int64)
    codes, counts = [], []
    for t in range(len(array) - 1):
        code, count = np.unique(
            array[t].astype(np.int64) * n_classes + array[t + 1], return_counts=True
        )
        codes.append(code)
        counts.append(count)
        offset[t + 1] = offset[t] + len(code)
    code = np.concatenate(codes)
    return SparseTransitions(
        offset,
        code // n_classes,
        code % n_classes,
        np.concatenate(counts).astype(np.int64),
        n_classes,
    )


def checked_predictions(predictions: Any, n_classes: int) -> Integer[np.ndarray, "epoch sample"]:
    """``predictions`` as whole numbers, each a class number below ``n_classes``."""
    from nnvis.kernels.transitions import first_outside

    at_least(1, n_classes=n_classes)
    array = predictions_of(predictions)
    found = np.empty(len(array), np.int64)
    first_outside(array, n_classes, found)
    if (found >= 0).any():
        t = int(np.flatnonzero(found >= 0)[0])
        n = int(found[t])
        raise DatasetError(
            f"predictions must be class numbers from 0 to {n_classes - 1}, got {array[t, n]} at "
            f"epoch {t}, sample {n}; check n_classes."
        )
    return array
