"""Choose the nearest samples from blocks of rough distances, then measure those exactly.

Rough squared distances are float32, less the row's own squared length, and wrong by at most half
of the row's *margin*. Whoever is among the k nearest lies within the margin of the k-th smallest
rough distance, so all within it are kept and measured in float64. Ties go to the smaller id.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NOBODY = 1e30  # rough distance of the columns that fill up a block
ANYBODY = 1e29  # a limit above all samples and below NOBODY
_FEW = 48
_HALVINGS = 14


@njit(cache=True, nogil=True, error_model="numpy")
def _kth(values, count, k):
    """The number that would be at position ``k`` of the first ``count``, sorted; reorders them."""
    low, high = 0, count - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if k <= j:
            high = j
        elif k >= i:
            low = i
        else:
            break
    return values[k]


@njit(cache=True, nogil=True, error_model="numpy")
def _thin(score, ident, count, k, margin, scratch):
    """Keep those within the margin of the k-th smallest; returns how many, and the limit."""
    for at in range(count):
        scratch[at] = score[at]
    limit = _kth(scratch, count, k - 1) + margin
    kept = 0
    for at in range(count):
        if score[at] <= limit:
            score[kept] = score[at]
            ident[kept] = ident[at]
            kept += 1
    return kept, limit


@njit(cache=True, nogil=True, error_model="numpy")
def _least(rows, least):
    """The least of each column; a select instead of a branch, so that it compiles to vectors."""
    for group in range(len(least)):
        least[group] = rows[0, group]
    for at in range(1, len(rows)):
        row = rows[at]
        for group in range(len(least)):
            least[group] = row[group] if row[group] < least[group] else least[group]


@njit(cache=True, nogil=True, error_model="numpy")
def _bound(least, k):
    """A number that more than ``k`` of the groups' least distances do not exceed, and few more:
    by halving, for counting compiles to vectors and sorting does not. ANYBODY when there are
    not so many groups."""
    low, high, real = np.float32(ANYBODY), np.float32(-ANYBODY), 0
    for group in range(len(least)):
        if least[group] < ANYBODY:
            low, high = min(low, least[group]), max(high, least[group])
            real += 1
    if real <= k:
        return np.float32(ANYBODY)
    for _ in range(_HALVINGS):
        middle = np.float32(0.5) * (low + high)
        found = np.int32(0)
        for group in range(len(least)):
            found += np.int32(least[group] <= middle)
        if found > k:
            high = middle
            if found <= k + k // 4 + 2:
                break
        else:
            low = middle
    return high


@njit(cache=True, nogil=True, error_model="numpy")
def collect(rough, begin, own, k, margin, score, ident, count, limit):
    """Add to each row's candidates those of a block of columns.

    The block's columns are dealt out to groups. Each of the k + 1 groups with the smallest least
    distances holds a sample up to the largest of these, so k samples other than the row's own
    are as near: a limit close to the true one after reading the numbers once. Candidates are
    thinned only when there are many more than k.

    Parameters
    ----------
    rough : (rows, M, groups) float32
        Rough distances to samples ``begin``, ``begin`` + 1, …; a group is one of the last axis.
    own : (rows,) int64
        Each row's own id, which is never a candidate.
    margin : (rows,) float32
    score : (rows, room) float32; ident : (rows, room) int32, output
        Candidates.
    count : (rows,) int64, output
        How many; −1 once a row has so many near-ties that they fill three quarters of the room.
    limit : (rows,) float32, output
        Samples beyond cannot be among the k nearest; ANYBODY at first.
    """
    room = score.shape[1]
    deep, groups = rough.shape[1], rough.shape[2]
    scratch = np.empty(room, np.float32)
    least = np.empty(groups, np.float32)
    for row in range(len(own)):
        if count[row] < 0:
            continue
        _least(rough[row], least)
        if limit[row] >= ANYBODY:
            limit[row] = min(limit[row], _bound(least, k) + margin[row])
        for group in range(groups):
            if not least[group] <= limit[row]:
                continue
            for at in range(deep):
                value = rough[row, at, group]
                sample = begin + at * groups + group
                if not value <= limit[row] or sample == own[row]:
                    continue
                score[row, count[row]] = value
                ident[row, count[row]] = sample
                count[row] += 1
                if count[row] == room:
                    count[row], limit[row] = _thin(
                        score[row], ident[row], room, k, margin[row], scratch
                    )
                    if 4 * count[row] > 3 * room:
                        count[row] = -1
                        break
            if count[row] < 0:
                break
        if count[row] > k + k // 2 + 8:
            count[row], limit[row] = _thin(
                score[row], ident[row], count[row], k, margin[row], scratch
            )


@njit(cache=True, nogil=True, error_model="numpy")
def rank(points, own, k, ident, count, nearest):
    """Measure each row's candidates in float64 and keep the k nearest, ties by id.

    Parameters
    ----------
    points : (N, D) float64
    own : (rows,) int64
    ident : (rows, room) int32; count : (rows,) int64
        From :func:`collect`; rows with a count of −1 are passed over.
    nearest : (rows, k) int32, output
    """
    distance = np.empty(ident.shape[1], np.float64)
    for row in range(len(own)):
        kept = count[row]
        if kept < 0:
            continue
        if kept > _FEW:
            ident[row, :kept] = np.sort(ident[row, :kept])
            _measure(points, own[row], ident[row], kept, distance)
            order = np.argsort(distance[:kept], kind="mergesort")
            for at in range(k):
                nearest[row, at] = ident[row, order[at]]
            continue
        _measure(points, own[row], ident[row], kept, distance)
        for at in range(1, kept):
            value, sample = distance[at], ident[row, at]
            place = at
            while place > 0 and (
                distance[place - 1] > value
                or (distance[place - 1] == value and ident[row, place - 1] > sample)
            ):
                distance[place] = distance[place - 1]
                ident[row, place] = ident[row, place - 1]
                place -= 1
            distance[place] = value
            ident[row, place] = sample
        for at in range(k):
            nearest[row, at] = ident[row, at]


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
