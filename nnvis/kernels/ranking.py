"""Measure candidates in float64 and keep the nearest; ties go to the smaller id."""

from __future__ import annotations

import numpy as np
from numba import njit

_FEW = 48  # candidates up to which an insertion sort is faster than a heap


@njit(cache=True, nogil=True, error_model="numpy")
def rank(points, own, k, ident, count, nearest):
    """Measure each row's candidates in float64 and keep the k nearest, ties by id.

    Parameters
    ----------
    points : (N, D) float64
    own : (rows,) int64
    ident : (rows, room) int32, reordered; count : (rows,) int64
        From :func:`nnvis.kernels.neighbours.collect`; rows with a count of −1 are passed over.
    nearest : (rows, k) int32, output
    """
    distance = np.empty(ident.shape[1], np.float64)
    for row in range(len(own)):
        kept = count[row]
        if kept < 0:
            continue
        near = ident[row]
        _measure(points, own[row], near, kept, distance)
        if kept > _FEW:
            _heap_sort(distance, near, kept, k)
        else:
            _insertion_sort(distance, near, kept)
        # In a loop: for a whole row numba would compile the text of its error too, for seconds.
        for at in range(k):
            nearest[row, at] = near[at]


@njit(cache=True, nogil=True, error_model="numpy")
def _insertion_sort(distance, ident, count):
    for at in range(1, count):
        value, sample = distance[at], ident[at]
        place = at
        while place > 0 and (
            distance[place - 1] > value
            or (distance[place - 1] == value and ident[place - 1] > sample)
        ):
            distance[place] = distance[place - 1]
            ident[place] = ident[place - 1]
            place -= 1
        distance[place] = value
        ident[place] = sample


@njit(cache=True, nogil=True, error_model="numpy")
def _heap_sort(distance, ident, count, k):
    """The k nearest first, sorted. Written out, for it compiles in a tenth of the time of
    numba's np.argsort."""
    for at in range(k // 2 - 1, -1, -1):
        _sink(distance, ident, at, k)
    for at in range(k, count):
        if _is_farther(distance, ident, 0, at):
            distance[0], ident[0] = distance[at], ident[at]
            _sink(distance, ident, 0, k)
    for end in range(k - 1, 0, -1):
        distance[0], distance[end] = distance[end], distance[0]
        ident[0], ident[end] = ident[end], ident[0]
        _sink(distance, ident, 0, end)


@njit(cache=True, nogil=True, error_model="numpy")
def _is_farther(distance, ident, one, other):
    if distance[one] == distance[other]:
        return ident[one] > ident[other]
    return distance[one] > distance[other]


@njit(cache=True, nogil=True, error_model="numpy")
def _sink(distance, ident, at, end):
    """Restore a heap of the first ``end``, its farthest on top, whose place ``at`` was filled
    anew."""
    while True:
        below = 2 * at + 1
        if below >= end:
            return
        if below + 1 < end and _is_farther(distance, ident, below + 1, below):
            below += 1
        if not _is_farther(distance, ident, below, at):
            return
        distance[at], distance[below] = distance[below], distance[at]
        ident[at], ident[below] = ident[below], ident[at]
        at = below


@njit(cache=True, nogil=True, error_model="numpy")
def _measure(points, own, ident, count, distance):
    """Squared distances, each added up axis by axis; four at a time, for an addition has to wait
    for the one before it."""
    here = points[own]
    width = len(here)
    whole = count - count % 4
    for at in range(0, whole, 4):
        first, second = points[ident[at]], points[ident[at + 1]]
        third, fourth = points[ident[at + 2]], points[ident[at + 3]]
        a, b, c, d = 0.0, 0.0, 0.0, 0.0
        for axis in range(width):
            value = here[axis]
            a += (value - first[axis]) * (value - first[axis])
            b += (value - second[axis]) * (value - second[axis])
            c += (value - third[axis]) * (value - third[axis])
            d += (value - fourth[axis]) * (value - fourth[axis])
        distance[at], distance[at + 1], distance[at + 2], distance[at + 3] = a, b, c, d
    for at in range(whole, count):
        other = points[ident[at]]
        total = 0.0
        for axis in range(width):
            total += (here[axis] - other[axis]) * (here[axis] - other[axis])
        distance[at] = total
