"""Lines of equal numbers in a square matrix: down its columns and along its diagonals.

The bands of a recurrence analysis are disjoint, so each cell has one band number, and every run
of equal numbers is a line of that band: one pass over columns and one over diagonals serve all
bands. Cells in no band have the number ``bands``, one past the last.

Everything counted is a whole number, so results do not depend on how the work is divided.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

_TILE = 64
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
        if bands == 1:  # nothing to look up: the compiler compares eight cells at once
            for j in range(n):
                missing += row[j] != row[j]
                out[j] = not ((row[j] >= least) & (row[j] < most))
        else:
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


@njit(cache=True, nogil=True, error_model="numpy")
def is_symmetric(numbers):
    """Whether each cell of a square matrix equals its mirror image."""
    n = numbers.shape[0]
    for low in range(0, n, _TILE):
        for left in range(low, n, _TILE):
            unlike = False
            for i in range(low, min(low + _TILE, n)):
                for j in range(left, min(left + _TILE, n)):
                    unlike |= numbers[i, j] != numbers[j, i]
            if unlike:
                return False
    return True


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
            for i in range(1, n):
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
                for d in range(max(low, 1 - i), min(high, n - i)):
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
