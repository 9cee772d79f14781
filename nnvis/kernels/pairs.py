"""Plain float64 loops over samples: their directions, all their distances, what they share."""

from __future__ import annotations

import numpy as np
from numba import njit

_TILE = 256  # samples that are measured at once, so that the loop over them becomes vectors


@njit(cache=True, nogil=True, error_model="numpy")
def unit_rows(points, units):
    """Each row divided by its length, so that lengths neither overflow nor vanish.

    Parameters
    ----------
    points : (N, D) float64
    units : (N, D + 1) float64, output
        The last column is 1 for rows of zeros, which have no direction, and 0 for others.
    """
    width = points.shape[1]
    for n in range(points.shape[0]):
        largest = 0.0
        for axis in range(width):
            largest = max(largest, abs(points[n, axis]))
        total = 0.0
        for axis in range(width):
            units[n, axis] = points[n, axis] / largest if largest > 0 else 0.0
            total += units[n, axis] * units[n, axis]
        length = np.sqrt(total)
        for axis in range(width):
            units[n, axis] = units[n, axis] / length if largest > 0 else 0.0
        units[n, width] = 0.0 if largest > 0 else 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def search_directly(columns, own, k, nearest):
    """The k nearest by float64 distances to every sample: for rows crowded with near-ties.

    Parameters
    ----------
    columns : (D, N) float64
        The points, one axis a row, so that many samples are measured at once.
    own : (rows,) int64
    nearest : (rows, k) int32, output
    """
    width, samples = columns.shape
    distance = np.empty(_TILE, np.float64)
    best = np.empty(k, np.float64)
    for row in range(len(own)):
        found = 0
        for begin in range(0, samples, _TILE):
            end = min(begin + _TILE, samples)
            distance[:] = 0.0
            for axis in range(width):
                column = columns[axis, begin:end]
                here = columns[axis, own[row]]
                for at in range(len(column)):
                    apart = here - column[at]
                    distance[at] += apart * apart
            for at in range(end - begin):
                value = distance[at]
                if begin + at == own[row] or (found == k and value >= best[k - 1]):
                    continue
                place = found if found < k else k - 1
                while place > 0 and best[place - 1] > value:
                    best[place] = best[place - 1]
                    nearest[row, place] = nearest[row, place - 1]
                    place -= 1
                best[place] = value
                nearest[row, place] = begin + at
                found = min(found + 1, k)


@njit(cache=True, nogil=True, error_model="numpy")
def count_shared(first, second, shared):
    """How many ids each row of ``first`` shares with that of ``second``.

    Parameters
    ----------
    first, second : (n, k) int32
        Each row rising.
    shared : (n,) int64, output
    """
    k = first.shape[1]
    for n in range(first.shape[0]):
        a, b, found = 0, 0, 0
        while a < k and b < k:
            if first[n, a] == second[n, b]:
                found += 1
                a += 1
                b += 1
            elif first[n, a] < second[n, b]:
                a += 1
            else:
                b += 1
        shared[n] = found
