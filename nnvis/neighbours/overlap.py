"""How neighbourhoods change from epoch to epoch, and how sure a network is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import DatasetError
from nnvis.neighbours.checks import as_array, chosen_samples, epochs_of, neighbours_wanted
from nnvis.neighbours.nearest import nearest_neighbours

if TYPE_CHECKING:
    from jaxtyping import Float64, Int64

_TOLERANCE = 0.01


def neighbour_overlap(
    representations: Any,
    k: int,
    metric: str = "euclidean",
    samples: Any = None,
    method: str | None = None,
    threads: int | None = None,
) -> Float64[np.ndarray, "transition chosen"]:
    """Share of its k nearest neighbours that each sample keeps from one epoch to the next.

    o_t[n] = |kNN_t(n) ∩ kNN_{t+1}(n)| / k.

    Parameters
    ----------
    representations : (T, N, D) numbers, or a sequence of T arrays (N, …)
        What represents the same N samples at T epochs; numpy or torch. In a sequence epochs may
        differ in all but N.
    k
        1 to N − 1.
    metric, method, threads
        See :func:`nearest_neighbours`.
    samples : ids or N truth values
        Whose overlap is wanted; all when ``None``. Neighbours are always sought among all N.

    Returns
    -------
    (T − 1, chosen) float64
        0 to 1, columns in the order of ``samples``.

    Raises
    ------
    DatasetError
        For fewer than two epochs, different numbers of samples, numbers that are not finite.
    ConfigError
        As :func:`nearest_neighbours`.

    Examples
    --------
    >>> neighbour_overlap([[[0.0], [1.0], [3.0]], [[0.0], [2.0], [3.0]]], 1).tolist()
    [[1.0, 0.0, 1.0]]
    """
    epochs = epochs_of(representations)
    count = len(epochs[0])
    neighbours_wanted(k, count)
    own = chosen_samples(samples, count)
    shared = np.empty((len(epochs) - 1, len(own)), np.int64)
    before = None
    for t, points in enumerate(epochs):
        try:
            found = nearest_neighbours(points, k, metric, own, method, threads)
        except DatasetError as error:
            raise DatasetError(f"Epoch {t}: {error}") from error
        found.sort(axis=1)
        if before is not None:
            shared[t - 1] = shared_neighbours(before, found)
        before = found
    return shared / k


def shared_neighbours(first: Any, second: Any) -> Int64[np.ndarray, "chosen"]:
    """How many ids each row of ``first`` (n, k) has in common with that of ``second``."""
    from nnvis.kernels.pairs import count_shared

    before = np.sort(np.asarray(first, np.int32), axis=1)
    after = np.sort(np.asarray(second, np.int32), axis=1)
    shared = np.empty(len(before), np.int64)
    count_shared(before, after, shared)
    return shared


def overlap_distance(overlap: Any) -> Float64[np.ndarray, "transition transition"]:
    """How differently two transitions treat the samples: D[s, t] = ‖o_s − o_t‖₂ / √N.

    0 where every sample keeps as many neighbours at both; 1 where each keeps all at the one and
    none at the other. Which samples they are matters, unlike for a difference of means.

    Parameters
    ----------
    overlap : (T − 1, N)
        From :func:`neighbour_overlap`.

    Returns
    -------
    (T − 1, T − 1) float64
        Symmetric, zero on the diagonal, in [0, 1].

    Raises
    ------
    DatasetError
        For another shape or numbers outside [0, 1].
    """
    array = as_array(overlap, "overlap").astype(np.float64)
    if array.ndim != 2 or not array.size:
        raise DatasetError(
            f"overlap must have the shape (transitions, samples), got {array.shape}; make it with "
            "nnvis.neighbour_overlap."
        )
    if not (array.min() >= 0 and array.max() <= 1):
        t, n = np.argwhere(~((array >= 0) & (array <= 1)))[0]
        raise DatasetError(
            f"overlap holds {array[t, n]} at transition {t}, sample {n}, expected 0 to 1; make it "
            "with nnvis.neighbour_overlap."
        )
    distance = np.zeros((len(array), len(array)))
    for s in range(len(array) - 1):
        apart = array[s + 1 :] - array[s]
        distance[s, s + 1 :] = np.sqrt(np.einsum("tn,tn->t", apart, apart) / array.shape[1])
    return np.minimum(distance + distance.T, 1.0)


def confidence(probability: Any) -> Float64[np.ndarray, "*shape"]:
    """1 − entropy / ln C of class probabilities: 1 when sure, 0 when all classes are alike.

    Parameters
    ----------
    probability : (…, C)
        Not negative; each row is divided by its sum, which float16 leaves a little off 1. With
        one class there is nothing to be unsure of: 1.

    Raises
    ------
    DatasetError
        For rows that are no probabilities.
    """
    given = as_array(probability, "probability")
    if given.ndim < 1 or not given.size:
        raise DatasetError(f"probability must have a number a class, got the shape {given.shape}.")
    values = given.astype(np.float64)
    total = values.sum(axis=-1, keepdims=True)
    wrong = ~((values >= 0).all(axis=-1) & (np.abs(total[..., 0] - 1) <= _TOLERANCE))
    if wrong.any():
        where = tuple(int(at) for at in np.argwhere(wrong)[0])
        raise DatasetError(
            f"probability has a row that is none, at {where or 'the only one'}: its sum is "
            f"{float(total[(*where, 0)]):.3g} and its least number {values[where].min():.3g}, "
            "expected 1 and at least 0; give softmax(logits)."
        )
    values /= total
    classes = values.shape[-1]
    if classes == 1:
        return np.ones(values.shape[:-1])
    logarithm = np.log(values, out=np.zeros_like(values), where=values > 0)
    entropy = -(values * logarithm).sum(axis=-1)
    return np.clip(1 - entropy / math.log(classes), 0.0, 1.0)
