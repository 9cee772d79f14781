"""Count how predictions change from epoch to epoch, and how far epochs are from each other.

All counts are whole numbers, so results do not depend on how the work is divided.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic

WORD = 64  # samples in one word of a bit plane
_TILE = 16  # epochs whose planes stay in the cache together
_WORDS = 1024


def _count_bits(typing_context: Any, word: Any) -> Any:
    """How many bits of a uint64 are set: one instruction, which numba has no name for."""
    if word != types.uint64:
        return None

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


_bits: Any = intrinsic(_count_bits)


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def first_outside(predictions, classes, found):
    """First sample of each epoch that is predicted as no class.

    Parameters
    ----------
    predictions : (T, N) integers
    found : (T,) int64, output
        Position of the sample, −1 where all are classes.
    """
    for t in prange(predictions.shape[0]):
        low = np.int64(0)
        high = np.int64(0)
        for n in range(predictions.shape[1]):
            low = min(low, np.int64(predictions[t, n]))
            high = max(high, np.int64(predictions[t, n]))
        found[t] = -1
        if low < 0 or high >= classes:
            for n in range(predictions.shape[1]):
                if predictions[t, n] < 0 or predictions[t, n] >= classes:
                    found[t] = n
                    break


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def count_transitions(predictions, classes, deltas):
    """How many samples go from which class to which, from each epoch to the next.

    Parameters
    ----------
    predictions : (T, N) integers in [0, classes)
    deltas : (T − 1, classes²) int64, output
        Cell ``from · classes + to``.
    """
    samples = predictions.shape[1]
    for t in prange(predictions.shape[0] - 1):
        first = predictions[t]
        second = predictions[t + 1]
        # Most samples stay where they are, so one count would wait for the one before it;
        # four tables take turns.
        table = np.zeros((4, classes * classes), np.int64)
        whole = samples - samples % 4
        for n in range(0, whole, 4):
            table[0, np.uint64(first[n]) * np.uint64(classes) + np.uint64(second[n])] += 1
            table[1, np.uint64(first[n + 1]) * np.uint64(classes) + np.uint64(second[n + 1])] += 1
            table[2, np.uint64(first[n + 2]) * np.uint64(classes) + np.uint64(second[n + 2])] += 1
            table[3, np.uint64(first[n + 3]) * np.uint64(classes) + np.uint64(second[n + 3])] += 1
        for n in range(whole, samples):
            table[0, np.uint64(first[n]) * np.uint64(classes) + np.uint64(second[n])] += 1
        for cell in range(classes * classes):
            deltas[t, cell] = table[0, cell] + table[1, cell] + table[2, cell] + table[3, cell]


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def dense_distance(first, second, first_total, second_total, distance):
    """Σ |a − b| / Σ (a + b) for every row a of ``first`` and b of ``second``.

    Parameters
    ----------
    first : (S, M); second : (T, M), of one type
        Counts without those that stay in their class.
    first_total : (S,); second_total : (T,)
        Sums of the rows.
    distance : (S, T) float64, output
        0 where both sums are 0.
    """
    for s in prange(first.shape[0]):
        for t in range(second.shape[0]):
            total = first_total[s] + second_total[t]
            apart = total - total
            for cell in range(first.shape[1]):
                apart += abs(first[s, cell] - second[t, cell])
            distance[s, t] = apart / total if total > 0 else 0.0


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def sparse_distance(first, second, cells, chunks, distance):
    """The same for counts kept as (start of each epoch, cells, counts, sums of counts).

    Parameters
    ----------
    first, second : (offset (T + 1,) int64, cell (M,) int64, count (M,) int64, total (T,) int64)
    cells : int
        Number of different cells.
    chunks : int
        Parts of the work, each with a table of ``cells`` numbers.
    distance : (S, T) float64, output
    """
    first_offset, first_cell, first_count, first_total = first
    second_offset, second_cell, second_count, second_total = second
    epochs = distance.shape[0]
    for chunk in prange(chunks):
        table = np.zeros(cells, np.int64)
        for s in range(chunk, epochs, chunks):
            for at in range(first_offset[s], first_offset[s + 1]):
                table[first_cell[at]] = first_count[at]
            for t in range(distance.shape[1]):
                shared = np.int64(0)
                for at in range(second_offset[t], second_offset[t + 1]):
                    shared += min(table[second_cell[at]], second_count[at])
                total = first_total[s] + second_total[t]
                # Σ |a − b| = Σ a + Σ b − 2 Σ min(a, b)
                distance[s, t] = (total - 2 * shared) / total if total > 0 else 0.0
            for at in range(first_offset[s], first_offset[s + 1]):
                table[first_cell[at]] = 0


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def pack_planes(predictions, planes):
    """Spread the bits of class numbers over planes: 64 samples a word.

    Parameters
    ----------
    predictions : (T, N) integers from 0 on
    planes : (T, words, bits) uint64, output
        Bit n of ``planes[t, w, k]`` is bit k of the prediction of sample 64 w + n.
    """
    samples = predictions.shape[1]
    bits = planes.shape[2]
    for t in prange(predictions.shape[0]):
        for word in range(planes.shape[1]):
            for k in range(bits):
                planes[t, word, k] = np.uint64(0)
            first = word * WORD
            for n in range(min(WORD, samples - first)):
                value = np.uint64(predictions[t, first + n])
                for k in range(bits):
                    bit = (value >> np.uint64(k)) & np.uint64(1)
                    planes[t, word, k] |= bit << np.uint64(n)


@njit(nogil=True, error_model="numpy")
def _differing(a, b, begin, end):
    """Samples of the words ``begin … end − 1`` that differ in any bit."""
    count = np.uint64(0)
    if a.shape[1] == 4:  # nine to sixteen classes: a loop of known length becomes vectors
        for word in range(begin, end):
            unlike = np.uint64(0)
            for k in range(4):
                unlike |= a[word, k] ^ b[word, k]
            count += _bits(unlike)
        return count
    for word in range(begin, end):
        unlike = np.uint64(0)
        for k in range(a.shape[1]):
            unlike |= a[word, k] ^ b[word, k]
        count += _bits(unlike)
    return count


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def count_differing(planes, distance):
    """How many samples two epochs predict differently, for every pair of epochs.

    Parameters
    ----------
    planes : (T, words, bits) uint64
        From :func:`pack_planes`.
    distance : (T, T) int64, output
    """
    epochs, words = planes.shape[0], planes.shape[1]
    tiles = (epochs + _TILE - 1) // _TILE
    for turn in prange(tiles):
        # Long and short rows of tiles alternate, for threads take neighbouring turns.
        tile = turn // 2 if turn % 2 == 0 else tiles - 1 - turn // 2
        table = np.empty((_TILE, _TILE), np.uint64)
        for across in range(tile, tiles):
            table[:, :] = np.uint64(0)
            rows = min(_TILE, epochs - tile * _TILE)
            others = min(_TILE, epochs - across * _TILE)
            for begin in range(0, words, _WORDS):
                end = min(begin + _WORDS, words)
                for s in range(rows):
                    for t in range(others):
                        table[s, t] += _differing(
                            planes[tile * _TILE + s], planes[across * _TILE + t], begin, end
                        )
            for s in range(rows):
                for t in range(others):
                    distance[tile * _TILE + s, across * _TILE + t] = table[s, t]
                    distance[across * _TILE + t, tile * _TILE + s] = table[s, t]
