"""Lines of one band of a square matrix, its cells kept as bits: 64 cells in one word.

Where a line begins or ends, a bit differs from the one before it, so whole words without such a
place cost one comparison. Padding after the last cell of a row is 0.

Everything counted is a whole number, so results do not depend on how the work is divided.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

WORD = 64


def _compare_word(which: str) -> Any:
    """An intrinsic that compares 64 cells of a row, from ``at`` on, as one vector."""

    def compare(context: Any, row: Any, at: Any, low: Any, high: Any) -> Any:
        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
            kind = signature.args[0]
            cell = context.get_value_type(kind.dtype)
            vector = ir.VectorType(cell, WORD)
            array = make_array(kind)(context, builder, arguments[0])
            pointer = builder.bitcast(builder.gep(array.data, [arguments[1]]), vector.as_pointer())
            cells = builder.load(pointer)
            cells.align = context.get_abi_sizeof(cell)
            if which == "missing":
                bits: Any = builder.fcmp_unordered("uno", cells, cells)
            else:
                borders = []
                for border in arguments[2:]:
                    one = builder.insert_element(
                        ir.Constant(vector, ir.Undefined), border, ir.Constant(ir.IntType(32), 0)
                    )
                    everywhere = ir.Constant(ir.VectorType(ir.IntType(32), WORD), [0] * WORD)
                    borders.append(builder.shuffle_vector(one, one, everywhere))
                bits = builder.and_(
                    builder.fcmp_ordered(">=", cells, borders[0]),
                    builder.fcmp_ordered("<", cells, borders[1]),
                )
            return builder.bitcast(bits, ir.IntType(WORD))

        return types.uint64(row, types.intp, row.dtype, row.dtype), generate

    return intrinsic(compare)


_within: Any = _compare_word("within")
_missing: Any = _compare_word("missing")


def _count_zeros(context: Any, word: Any) -> Any:
    """Place of the lowest bit that is set, in one instruction; ``word`` is not 0."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


_lowest: Any = intrinsic(_count_zeros)


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def pack_band(distance, low, high, words, faults):
    """Bit j of row i is set where ``low <= distance[i, j] < high``.

    Parameters
    ----------
    distance : (N, N) float32 or float64
    low, high : of the same type
    words : (N, ⌈N / 64⌉) uint64, output
    faults : (N,) int64, output
        0 where no cell of a row is NaN.
    """
    n = distance.shape[0]
    whole = n // WORD
    for i in prange(n):
        row = distance[i]
        missing = np.uint64(0)
        for w in range(whole):
            words[i, w] = _within(row, w * WORD, low, high)
            missing |= _missing(row, w * WORD, low, high)
        if whole < words.shape[1]:
            last = np.uint64(0)
            for j in range(whole * WORD, n):
                inside = (row[j] >= low) & (row[j] < high)
                last |= np.uint64(inside) << np.uint64(j - whole * WORD)
                missing |= np.uint64(row[j] != row[j])
            words[i, whole] = last
        faults[i] = missing != 0


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def transpose_bits(words, out):
    """The transposed matrix into ``out``, both (N, ⌈N / 64⌉) uint64.

    Source: Warren, *Hacker's Delight*, 2nd edition, section 7-3: blocks of 64 × 64 bits, whose
    quarters change places at ever smaller sizes.
    """
    n = words.shape[0]
    across = words.shape[1]
    for top in prange(across):
        block = np.empty(WORD, np.uint64)
        rows = min(WORD, n - top * WORD)
        for left in range(across):
            for k in range(rows):
                block[k] = words[top * WORD + k, left]
            block[rows:] = np.uint64(0)
            mask = np.uint64(0xFFFFFFFF)
            half = 32
            while half:
                shift = np.uint64(half)
                for pair in range(WORD // 2):
                    k = pair // half * 2 * half + pair % half
                    swap = ((block[k] >> shift) ^ block[k + half]) & mask
                    block[k] ^= swap << shift
                    block[k + half] ^= swap
                half //= 2
                mask ^= mask << np.uint64(half)
            for k in range(min(WORD, n - left * WORD)):
                out[left * WORD + k, top] = block[k]


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def vertical_lines_of_bits(columns, partial_lengths, partial_spans):
    """Lengths of the lines down each column, and how far they spread.

    Parameters
    ----------
    columns : (N, ⌈N / 64⌉) uint64
        Each column of the matrix as a row.
    partial_lengths : (chunks, N + 1) int64, added to
    partial_spans : (chunks, 5) int64, added to
        As in :func:`nnvis.kernels.recurrence.vertical_lines`.
    """
    n = columns.shape[0]
    chunks = partial_lengths.shape[0]
    for chunk in prange(chunks):
        lengths = partial_lengths[chunk]
        spans = partial_spans[chunk]
        for c in range(n * chunk // chunks, n * (chunk + 1) // chunks):
            before = np.uint64(0)
            first = -1
            start = -1
            begin = 0
            end = 0
            for w in range(columns.shape[1]):
                word = columns[c, w]
                change = word ^ ((word << np.uint64(1)) | before)
                before = word >> np.uint64(WORD - 1)
                while change:
                    place = w * WORD + _lowest(change)
                    change &= change - np.uint64(1)
                    if start < 0:
                        start = place
                    else:
                        lengths[place - start] += 1
                        begin = start
                        end = place
                        if first < 0:
                            first = start
                        start = -1
            if start >= 0:  # the last word is full, so no padding ended the line
                lengths[n - start] += 1
                begin = start
                end = n
                if first < 0:
                    first = start
            if first >= 0:
                spans[0] += 1
                spans[1] += begin - first
                spans[2] += end - first
                spans[3] += first == 0
                spans[4] += end == n


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def diagonal_lines_of_bits(words, bounds, theiler, partial_lengths, points):
    """Lengths of the lines along diagonals, and how many cells each diagonal has in the band.

    Parameters
    ----------
    words : (N, ⌈N / 64⌉) uint64
    bounds : (chunks + 1,) int64
        Chunk c has the diagonals ``bounds[c] … bounds[c + 1] − 1``, within −(N − 1) … N − 1.
    theiler : int
        Diagonals nearer than this to the main one are left out.
    partial_lengths : (chunks, N + 1) int64, added to
    points : (2 N − 1,) int64, added to
        Cells of diagonal d at d + N − 1.
    """
    n = words.shape[0]
    full = ~np.uint64(0)
    for chunk in prange(bounds.shape[0] - 1):
        lengths = partial_lengths[chunk]
        low = bounds[chunk]
        high = bounds[chunk + 1]
        start = np.full(max(high - low, 0), -1)
        for i in range(max(0, 1 - high), min(n, n - low)):
            left = max(0, i + low)
            right = min(n, i + high)  # one past the last
            for w in range(left // WORD, (right + WORD - 1) // WORD):
                # The cells before these on their diagonals: a row up, a column to the left.
                before = np.uint64(0)
                if i > 0:
                    before = words[i - 1, w] << np.uint64(1)
                    if w > 0:
                        before |= words[i - 1, w - 1] >> np.uint64(WORD - 1)
                change = words[i, w] ^ before
                if w * WORD < left:
                    change &= full << np.uint64(left - w * WORD)
                if right < (w + 1) * WORD:
                    change &= full >> np.uint64((w + 1) * WORD - right)
                while change:
                    d = w * WORD + _lowest(change) - i
                    change &= change - np.uint64(1)
                    if start[d - low] < 0:
                        start[d - low] = i
                    else:
                        if abs(d) >= theiler:
                            length = i - start[d - low]
                            lengths[length] += 1
                            points[d + n - 1] += length
                        start[d - low] = -1
        for d in range(low, high):
            if start[d - low] >= 0 and abs(d) >= theiler:
                length = min(n, n - d) - start[d - low]
                lengths[length] += 1
                points[d + n - 1] += length
