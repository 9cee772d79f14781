"""Lines of equal numbers in a square matrix: down its columns and along its diagonals.

The bands of a recurrence analysis are disjoint, so each cell has one band number, and every run
of equal numbers is a line of that band: one pass over columns and one over diagonals serve all
bands. Cells in no band have the number ``bands``, one past the last.

Everything counted is a whole number, so results do not depend on how the work is divided.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

STRIP = 64
_TOGETHER = 32
_BLOCK = 1024  # diagonals side by side, so that their rows' pieces stay in the first cache


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def number_cells(distance, edges, scale, numbers, faults):
    """Number the band of every cell.

    Parameters
    ----------
    distance : (N, N) float32 or float64
    edges : (bands + 1,) of the same type
        Rising; band k holds ``edges[k] <= value < edges[k + 1]``. All of one width, but for the
        last, which may be narrower.
    scale : float
        Bands per unit of distance.
    numbers : (N, N) uint8 or uint16, output
        Cells outside all bands, and those that are not a number, have the number ``bands``.
    faults : (N,) int64, output
        How many cells of each row are not a number.
    """
    n = distance.shape[0]
    bands = edges.shape[0] - 1
    least = edges[0]
    most = edges[bands]
    top = np.int32(bands - 1)
    for i in prange(n):
        missing = 0
        row = distance[i]
        out = numbers[i]
        for j in range(n):
            value = row[j]
            missing += value != value
            # Written so that NaN is outside.
            inside = (value >= least) & (value < most)
            first = value if inside else least
            band = min(np.int32((first - least) * scale), top)
            # The product may round across one border; the borders themselves decide.
            at = np.uint64(band)
            band += np.int32(first >= edges[at + np.uint64(1)])
            band -= np.int32(first < edges[at])
            out[j] = band if inside else bands
        faults[i] = missing


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def find_unlike(numbers, unlike):
    """Whether each strip of 64 rows of a square matrix has a cell unlike its mirror image.

    ``unlike`` has one bool a strip and is overwritten.
    """
    n = numbers.shape[0]
    strips = unlike.shape[0]
    for turn in prange(strips):
        # Strips shorten towards the end; long and short ones alternate, for threads take
        # neighbouring turns.
        strip = turn // 2 if turn % 2 == 0 else strips - 1 - turn // 2
        low = strip * STRIP
        high = min(low + STRIP, n)
        different = np.uint8(0)
        for left in range(low, n, STRIP):
            for i in range(low, high):
                row = numbers[i]
                for j in range(left, min(left + STRIP, n)):
                    different |= row[j] != numbers[j, i]
        unlike[strip] = different != 0


def _compare_together(context: Any, first: Any, i: Any, second: Any, j: Any) -> Any:
    """Whether :data:`_TOGETHER` cells from i and from j on are equal, compared as one vector.

    Most cells of a real training continue a line, and then this is all there is to do. Indices
    are not checked; the compiler does not find this by itself, for it stops at the first
    difference.
    """

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        cells: list[Any] = []
        for kind, at in ((0, 1), (2, 3)):
            array = make_array(kinds[kind])(context, builder, arguments[kind])
            cell = context.get_value_type(kinds[kind].dtype)
            vector = ir.VectorType(cell, _TOGETHER)
            place = builder.gep(array.data, [arguments[at]])
            pointer = builder.bitcast(place, vector.as_pointer())
            loaded = builder.load(pointer)
            loaded.align = cell.width // 8
            cells.append(loaded)
        unlike: Any = builder.icmp_unsigned("!=", *cells)
        bits: Any = builder.bitcast(unlike, ir.IntType(_TOGETHER))
        return builder.icmp_unsigned("==", bits, ir.Constant(bits.type, 0))

    return types.boolean(first, types.intp, second, types.intp), generate


_are_equal: Any = intrinsic(_compare_together)


@njit(nogil=True, error_model="numpy")
def _close_column(band, start, end, lengths, place):
    """Count the vertical line ``start … end − 1`` and note the first and the last of its band."""
    lengths[band, end - start] += 1
    if place[band, 0] < 0:
        place[band, 0] = start
    place[band, 1] = start
    place[band, 2] = end


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def vertical_lines(columns, partial_lengths, partial_spans):
    """Lengths of the lines down each column, and how far they spread.

    Parameters
    ----------
    columns : (N, N) uint8 or uint16
        Band numbers, each column of the matrix laid out as a row.
    partial_lengths : (chunks, bands + 1, N + 1) int64, added to
        How many lines of each band have each length.
    partial_spans : (chunks, bands + 1, 5) int64, added to
        Summed over the columns that hold a band: 1; cells from its first line's start to its
        last line's start; to its last line's end; whether the column begins; whether it ends
        with it. Recurrence times follow from these, for gaps between lines add up.
    """
    n = columns.shape[0]
    chunks = partial_lengths.shape[0]
    for chunk in prange(chunks):
        lengths = partial_lengths[chunk]
        spans = partial_spans[chunk]
        place = np.empty((lengths.shape[0], 3), np.int64)
        for c in range(n * chunk // chunks, n * (chunk + 1) // chunks):
            column = columns[c]
            place[:, 0] = -1
            band = column[0]
            start = 0
            spans[band, 3] += 1
            for low in range(1, n, _TOGETHER):
                if low + _TOGETHER <= n and _are_equal(column, low - 1, column, low):
                    continue
                for i in range(low, min(low + _TOGETHER, n)):
                    if column[i] != band:
                        _close_column(band, start, i, lengths, place)
                        band = column[i]
                        start = i
            _close_column(band, start, n, lengths, place)
            spans[band, 4] += 1
            for k in range(place.shape[0]):
                if place[k, 0] >= 0:
                    spans[k, 0] += 1
                    spans[k, 1] += place[k, 1] - place[k, 0]
                    spans[k, 2] += place[k, 2] - place[k, 0]


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def diagonal_lines(numbers, bounds, theiler, partial_lengths, points):
    """Lengths of the lines along diagonals, and how many cells of each are of which band.

    Parameters
    ----------
    numbers : (N, N) uint8 or uint16
        Band numbers.
    bounds : (chunks + 1,) int64
        Chunk c has the diagonals ``bounds[c] … bounds[c + 1] − 1``, within −(N − 1) … N − 1.
    theiler : int
        Diagonals nearer than this to the main one are left out.
    partial_lengths : (chunks, bands + 1, N + 1) int64, added to
        How many lines of each band have each length.
    points : (2 N − 1, bands + 1) int64, added to
        Cells of each band on diagonal d, in row d + N − 1.
    """
    n = numbers.shape[0]
    for chunk in prange(bounds.shape[0] - 1):
        lengths = partial_lengths[chunk]
        start = np.empty(_BLOCK, np.int64)
        for low in range(bounds[chunk], bounds[chunk + 1], _BLOCK):
            high = min(low + _BLOCK, bounds[chunk + 1])
            for d in range(low, high):
                start[d - low] = max(0, -d)
            for i in range(max(1, 1 - high), min(n, n - low)):
                before = numbers[i - 1]
                here = numbers[i]
                end = min(high, n - i)
                for left in range(max(low, 1 - i), end, _TOGETHER):
                    j = i + left
                    if left + _TOGETHER <= end and _are_equal(before, j - 1, here, j):
                        continue
                    for d in range(left, min(left + _TOGETHER, end)):
                        band = before[i + d - 1]
                        if here[i + d] != band and abs(d) >= theiler:
                            length = i - start[d - low]
                            lengths[band, length] += 1
                            points[d + n - 1, band] += length
                            start[d - low] = i
            for d in range(low, high):
                if abs(d) >= theiler:
                    end = min(n, n - d)
                    band = numbers[end - 1, end - 1 + d]
                    length = end - start[d - low]
                    lengths[band, length] += 1
                    points[d + n - 1, band] += length
