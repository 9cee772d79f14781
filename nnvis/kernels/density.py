"""Class density on a regular grid: splat points, blur, take the norm.

A cell holds :data:`LANES` float32 numbers, one cache line: lanes ``0 … LANES − 2`` are the
density of each class (or of each projected class direction), the last lane is the norm of the
others once :func:`norm_into_last_lane` has run. The constant width lets the compiler keep a
cell in one or two vector registers. Cells are stored flat, x slowest, z fastest.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

LANES = 16
DIRECTIONS = LANES - 1


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
        Edge importance type: 0 both ends mixed by position, 1 start, 2 sum, 3 end.
    place : (4,) float32; shape : (3,) int64
        Centre of the first cell (x, y, z) and width of a cell; cells per axis. Points must lie
        inside.
    partial : (chunks, cells, LANES) float32, output
        One grid for each chunk of edges, overwritten. Each chunk is written by one thread, so
        nothing is lost to races; their number, not the threads', decides the rounding.
    """
    chunks = partial.shape[0]
    edges = offset.shape[0] - 1
    per_cell = np.float32(1.0) / place[3]
    ny = shape[1]
    nz = shape[2]
    for chunk in prange(chunks):
        grid = partial[chunk]
        grid[:, :] = np.float32(0.0)
        v = np.empty(LANES, np.float32)
        for e in range(edges * chunk // chunks, edges * (chunk + 1) // chunks):
            first = offset[e]
            last = offset[e + 1] - 1
            a = vectors[ends[e, 0]]
            b = vectors[ends[e, 1]]
            step = np.float32(1.0) / np.float32(max(last - first, 1))
            for p in range(first + 1, last):
                t = np.float32(p - first) * step
                wa = np.float32(1.0) - t if mix == 0 else np.float32(0.0 if mix == 3 else 1.0)
                wb = t if mix == 0 else np.float32(0.0 if mix == 1 else 1.0)
                for k in range(LANES):
                    v[k] = wa * a[k] + wb * b[k]
                x = (points[p, 0] - place[0]) * per_cell
                y = (points[p, 1] - place[1]) * per_cell
                z = (points[p, 2] - place[2]) * per_cell
                ix = int(x)
                iy = int(y)
                iz = int(z)
                fx = x - np.float32(ix)
                fy = y - np.float32(iy)
                fz = z - np.float32(iz)
                gx = np.float32(1.0) - fx
                gy = np.float32(1.0) - fy
                gz = np.float32(1.0) - fz
                base = (ix * ny + iy) * nz + iz
                for corner in range(4):
                    cx = corner >> 1
                    cy = corner & 1
                    w = (fx if cx else gx) * (fy if cy else gy)
                    low = w * gz
                    high = w * fz
                    i = base + (cx * ny + cy) * nz
                    for k in range(LANES):
                        grid[i, k] += low * v[k]
                        grid[i + 1, k] += high * v[k]


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
