"""Plain float64 loops over samples: directions, all distances, duplicates, what is shared."""

from __future__ import annotations

import numpy as np
from numba import njit


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
def search_leaves(points, columns, members, start, low, high, own, nearest):
    """The k nearest by float64 distances to every sample, but for leaves that are too far.

    The distance from a leaf's box is added up like that from a sample, axis by axis, and
    rounding keeps the order of terms: it is at most the distance from each sample in it, also
    in float64. A leaf as far as the k-th may hold a smaller id, so only farther ones are left
    out.

    Parameters
    ----------
    points : (N, D) float64
    columns : (D, N) float64
        The points leaf by leaf, one axis a row, so that many samples are measured at once.
    members : (N,) int64
        Their ids.
    start : (L + 1,) int64
        Where in these each leaf begins.
    low, high : (L, D) float64
        Its box.
    own : (rows,) int64
    nearest : (rows, k) int32, output
    """
    width, leaves, k = points.shape[1], len(low), nearest.shape[1]
    largest = 0
    for leaf in range(leaves):
        largest = max(largest, start[leaf + 1] - start[leaf])
    distance = np.empty(largest, np.float64)
    best = np.empty(k, np.float64)
    bound = np.empty(leaves, np.float64)
    for row in range(len(own)):
        here = points[own[row]]
        closest = 0
        for leaf in range(leaves):
            bound[leaf] = 0.0
            for axis in range(width):
                outside = max(low[leaf, axis] - here[axis], here[axis] - high[leaf, axis], 0.0)
                bound[leaf] += outside * outside
            if bound[leaf] < bound[closest]:
                closest = leaf
        found = 0
        # The closest leaf first: its samples bring the k-th distance down at once.
        for step in range(-1, leaves):
            leaf = closest if step < 0 else step
            if step == closest or (found == k and bound[leaf] > best[k - 1]):
                continue
            begin, end = start[leaf], start[leaf + 1]
            distance[:] = 0.0
            for axis in range(width):
                column = columns[axis, begin:end]
                for at in range(len(column)):
                    apart = here[axis] - column[at]
                    distance[at] += apart * apart
            for at in range(end - begin):
                value, sample = distance[at], members[begin + at]
                if sample == own[row]:
                    continue
                if found == k and (
                    value > best[k - 1] or (value == best[k - 1] and sample > nearest[row, k - 1])
                ):
                    continue
                place = found if found < k else k - 1
                while place > 0 and (
                    best[place - 1] > value
                    or (best[place - 1] == value and nearest[row, place - 1] > sample)
                ):
                    best[place] = best[place - 1]
                    nearest[row, place] = nearest[row, place - 1]
                    place -= 1
                best[place] = value
                nearest[row, place] = sample
                found = min(found + 1, k)


@njit(cache=True, nogil=True, error_model="numpy")
def expand(points, near, asked, back, own, start, members, nearest):
    """The k nearest samples, from the nearest distinct points: ties by id, across points too.

    Parameters
    ----------
    points : (U, D) float64
        Distinct points, numbered in the order of the first sample at each.
    near : (asked, min(k, U - 1)) int32
        The points nearest to each one asked for, without itself; ties by number.
    asked : (asked,) int64
        Numbers of these points.
    back : (rows,) int64
        Where in ``asked`` each row's point is.
    own : (rows,) int64
        Each row's own id, which is never a neighbour.
    start : (U + 1,) int64; members : (N,) int64
        The samples at point u, rising: ``members[start[u]:start[u + 1]]``.
    nearest : (rows, k) int32, output
    """
    k, width = nearest.shape[1], points.shape[1]
    for row in range(len(own)):
        here = asked[back[row]]
        found, first_tie, reach = 0, 0, 0.0
        for at in range(-1, near.shape[1]):
            point = here if at < 0 else near[back[row], at]
            distance = 0.0
            for axis in range(width):
                apart = points[here, axis] - points[point, axis]
                distance += apart * apart
            if distance > reach:
                if found == k:
                    break
                first_tie, reach = found, distance
            for m in range(start[point], start[point + 1]):
                sample = members[m]
                if sample == own[row]:
                    continue
                if found == k and sample > nearest[row, k - 1]:
                    break
                place = found if found < k else k - 1
                while place > first_tie and nearest[row, place - 1] > sample:
                    nearest[row, place] = nearest[row, place - 1]
                    place -= 1
                nearest[row, place] = sample
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
