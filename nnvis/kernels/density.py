"""Class density on a regular grid: splat points, blur, take the norm.

A cell holds :data:`LANES` float32 numbers, one cache line: lanes ``0 … LANES − 2`` are the
density of each class (or of each projected class direction), the last lane is the norm of the
others once :func:`norm_into_last_lane` has run. The constant width lets a cell stay in two
vector registers (:mod:`nnvis.kernels.lanes`). Cells are stored flat, x slowest, z fastest.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from nnvis.kernels.lanes import LANES, add_to, at_corner, hat, load, zeros

DIRECTIONS = LANES - 1


@njit(nogil=True, error_model="numpy")
def mixture(mix, t):
    """Shares of the start's and the end's class vector at share ``t`` of an edge.

    ``mix`` is the edge importance type: 0 both ends mixed by position, 1 start, 2 sum, 3 end.
    """
    if mix == 0:
        return np.float32(1.0) - t, t
    return np.float32(0.0 if mix == 3 else 1.0), np.float32(0.0 if mix == 1 else 1.0)


@njit(nogil=True, error_model="numpy")
def frame_of(place, shape):
    """Centre of the first cell (x, y, z), cells per scene unit, and how many cells on in the
    grid the next one along x and along y is. As numbers, they stay in registers."""
    stride = shape[2]
    return place[0], place[1], place[2], np.float32(1.0) / place[3], shape[1] * stride, stride


@njit(nogil=True, error_model="numpy")
def locate(points, p, frame):
    """First of the eight cells around point p, and the hats along x, y, z at its corners."""
    x0, y0, z0, per_cell, along_x, along_y = frame
    x = (points[p, 0] - x0) * per_cell
    y = (points[p, 1] - y0) * per_cell
    z = (points[p, 2] - z0) * per_cell
    ix = int(x)
    iy = int(y)
    iz = int(z)
    hx = hat(0, x - np.float32(ix))
    hy = hat(1, y - np.float32(iy))
    hz = hat(2, z - np.float32(iz))
    return ix * along_x + iy * along_y + iz, hx, hy, hz


@njit(nogil=True, error_model="numpy")
def _add_to_corners(grid, i, frame, a, weight_a, b, weight_b):
    """Add ``weight_a a + weight_b b`` to the eight cells from i on; weights by corner."""
    x = i + frame[4]
    y = frame[5]
    add_to(grid, i, at_corner(weight_a, 0) * a + at_corner(weight_b, 0) * b)
    add_to(grid, i + 1, at_corner(weight_a, 1) * a + at_corner(weight_b, 1) * b)
    add_to(grid, i + y, at_corner(weight_a, 2) * a + at_corner(weight_b, 2) * b)
    add_to(grid, i + y + 1, at_corner(weight_a, 3) * a + at_corner(weight_b, 3) * b)
    add_to(grid, x, at_corner(weight_a, 4) * a + at_corner(weight_b, 4) * b)
    add_to(grid, x + 1, at_corner(weight_a, 5) * a + at_corner(weight_b, 5) * b)
    add_to(grid, x + y, at_corner(weight_a, 6) * a + at_corner(weight_b, 6) * b)
    add_to(grid, x + y + 1, at_corner(weight_a, 7) * a + at_corner(weight_b, 7) * b)


@njit(nogil=True, error_model="numpy")
def _splat_edge(points, first, last, a, b, mix, frame, grid):
    """Splat the points between ``first`` and ``last``; a, b are the ends' class vectors.

    A point's vector is a mixture of the two, so as long as points stay between the same eight
    cells, it is enough to sum what share of a and of b each corner gets.
    """
    step = np.float32(1.0) / np.float32(max(last - first, 1))
    cell = -1
    sum_a = zeros()
    sum_b = zeros()
    for p in range(first + 1, last):
        i, hx, hy, hz = locate(points, p, frame)
        if i != cell:
            if cell >= 0:
                _add_to_corners(grid, cell, frame, a, sum_a, b, sum_b)
            cell = i
            sum_a = zeros()
            sum_b = zeros()
        share_a, share_b = mixture(mix, np.float32(p - first) * step)
        weight = hx * hy * hz
        sum_a = sum_a + share_a * weight
        sum_b = sum_b + share_b * weight
    if cell >= 0:
        _add_to_corners(grid, cell, frame, a, sum_a, b, sum_b)


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def splat(points, offset, vectors, ends, mix, place, shape, partial):
    """Add every interior point's class vector to the eight cells around it.

    Parameters
    ----------
    points : (P, 3) float32; offset : (E + 1,) int64
        Polylines; edge e owns ``points[offset[e]:offset[e + 1]]``.
    vectors : (U, LANES) float32
        Class vector of each unit; the last lane must be zero.
    ends : (E, 2) int32
        Units at the start and the end of each edge.
    mix : int
        Edge importance type, see :func:`mixture`.
    place : (4,) float32; shape : (3,) int64
        Centre of the first cell (x, y, z) and width of a cell; cells per axis. Points must lie
        inside.
    partial : (chunks, cells, LANES) float32, output
        One grid for each chunk of edges, overwritten. Each chunk is written by one thread, so
        nothing is lost to races; their number, not the threads', decides the rounding.
    """
    chunks = partial.shape[0]
    edges = offset.shape[0] - 1
    frame = frame_of(place, shape)
    for chunk in prange(chunks):
        grid = partial[chunk]
        grid[:, :] = np.float32(0.0)
        for e in range(edges * chunk // chunks, edges * (chunk + 1) // chunks):
            a = load(vectors, ends[e, 0])
            b = load(vectors, ends[e, 1])
            _splat_edge(points, offset[e], offset[e + 1] - 1, a, b, mix, frame, grid)


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def sum_partial(partial, grid):
    """Sum the chunks' grids in a fixed order: ``grid[i] = Σ_c partial[c, i]``."""
    for i in prange(grid.shape[0]):
        for k in range(LANES):
            grid[i, k] = partial[0, i, k]
        for chunk in range(1, partial.shape[0]):
            for k in range(LANES):
                grid[i, k] += partial[chunk, i, k]


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def blur_axis(grid, outer, length, inner, taps, blurred):
    """Convolve along one axis with symmetric ``taps``; beyond the border the density is zero.

    Parameters
    ----------
    grid, blurred : (cells, LANES) float32
        Cells seen as (outer, length, inner); ``blurred`` is overwritten.
    taps : (2 r + 1,) float32
        Weights of the cells from −r to r.
    """
    radius = taps.shape[0] // 2
    for line in prange(outer * length):
        o = line // length
        j = line - o * length
        low = max(0, j - radius)
        high = min(length, j + radius + 1)
        out = line * inner
        for i in range(inner):
            for k in range(LANES):
                blurred[out + i, k] = np.float32(0.0)
        for source in range(low, high):
            w = taps[source - j + radius]
            begin = (o * length + source) * inner
            for i in range(inner):
                for k in range(LANES):
                    blurred[out + i, k] += w * grid[begin + i, k]


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def norm_into_last_lane(grid):
    """Set the last lane of each cell to the Euclidean norm of the others."""
    for i in prange(grid.shape[0]):
        total = np.float32(0.0)
        for k in range(DIRECTIONS):
            total += grid[i, k] * grid[i, k]
        grid[i, DIRECTIONS] = np.float32(math.sqrt(total))
