"""Choose from blocks of rough distances who can be among the nearest samples.

Rough squared distances are float32, less the row's own squared length, and wrong by at most half
of the row's *margin*. Whoever is among the k nearest lies within the margin of the k-th smallest
rough distance, so all within it are kept, to be measured in float64 by :mod:`.ranking`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NOBODY = 1e30  # rough distance of the columns that fill up a block
ANYBODY = 1e29  # a limit above all samples and below NOBODY
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
