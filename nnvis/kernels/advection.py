"""Move points up the gradient of attraction minus separation in a class density on a grid."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from nnvis.kernels.density import DIRECTIONS, LANES

# Rows of a thread's workspace: the eight corners of a cell, the class vector, and for each lane
# its share of v·d and of the derivatives of v·d along x, y and z.
_VECTOR = 8
_VALUE = 9
_DX = 10
_DY = 11
_DZ = 12
_ROWS = 13


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def climb(points, offset, vectors, ends, mix, separation, relative, step, place, shape, grid, box):
    """Move each interior point by ``step`` along ∇(v·d) − w ∇|d|, normalised.

    v is the point's class direction (length 1), d the class density, and w the separation s,
    or s·cos(v, d) when ``relative``. The densities are linear in the cells' values, so the
    trilinear interpolant is differentiated and no grid of gradients is needed.

    The relative form is the gradient of |d|·cos(v, d)^q with q = 1/(1 − s), up to its length.

    Parameters
    ----------
    points, offset, vectors, ends, mix
        As for :func:`nnvis.kernels.density.splat`; ``points`` is changed in place.
    separation : float32
        s from 0, attraction alone, to 1.
    relative : bool
        Weigh the separation by the cosine at the point.
    step : float32
        Distance to move, scene units; negative to diverge.
    place : (4,) float32
        Centre of the first cell (x, y, z) and width of a cell.
    shape : (3,) int64
        Cells per axis.
    grid : (cells, LANES) float32
        Blurred density with its norm in the last lane.
    box : (2, 3) float32
        Points are kept between these corners.
    """
    edges = offset.shape[0] - 1
    per_cell = np.float32(1.0) / place[3]
    ny = shape[1]
    nz = shape[2]
    zero = np.float32(0.0)
    one = np.float32(1.0)
    tiny = np.float32(1e-20)
    for e in prange(edges):
        w = np.empty((_ROWS, LANES), np.float32)
        first = offset[e]
        last = offset[e + 1] - 1
        a = vectors[ends[e, 0]]
        b = vectors[ends[e, 1]]
        dt = one / np.float32(max(last - first, 1))
        for p in range(first + 1, last):
            t = np.float32(p - first) * dt
            wa = one - t if mix == 0 else np.float32(0.0 if mix == 3 else 1.0)
            wb = t if mix == 0 else np.float32(0.0 if mix == 1 else 1.0)
            square = zero
            for k in range(LANES):
                w[_VECTOR, k] = wa * a[k] + wb * b[k]
            for k in range(LANES):
                square += w[_VECTOR, k] * w[_VECTOR, k]
            if not square > tiny:
                # A point without classes is drawn nowhere.
                continue
            per_length = one / np.float32(math.sqrt(square))
            x = (points[p, 0] - place[0]) * per_cell
            y = (points[p, 1] - place[1]) * per_cell
            z = (points[p, 2] - place[2]) * per_cell
            ix = int(x)
            iy = int(y)
            iz = int(z)
            fx = x - np.float32(ix)
            fy = y - np.float32(iy)
            fz = z - np.float32(iz)
            gx = one - fx
            gy = one - fy
            gz = one - fz
            base = (ix * ny + iy) * nz + iz
            for corner in range(8):
                i = base + ((corner >> 2) * ny + (corner >> 1 & 1)) * nz + (corner & 1)
                for k in range(LANES):
                    w[corner, k] = grid[i, k]
            # Attraction v·d: its value and its derivatives, lane by lane in one workspace, which
            # the compiler vectorises without reordering any sum.
            for k in range(LANES):
                f00 = gz * w[0, k] + fz * w[1, k]
                f01 = gz * w[2, k] + fz * w[3, k]
                f10 = gz * w[4, k] + fz * w[5, k]
                f11 = gz * w[6, k] + fz * w[7, k]
                v = w[_VECTOR, k]
                w[_VALUE, k] = v * (gx * (gy * f00 + fy * f01) + fx * (gy * f10 + fy * f11))
                w[_DX, k] = v * (gy * (f10 - f00) + fy * (f11 - f01))
                w[_DY, k] = v * (gx * (f01 - f00) + fx * (f11 - f10))
                w[_DZ, k] = v * (
                    gx * (gy * (w[1, k] - w[0, k]) + fy * (w[3, k] - w[2, k]))
                    + fx * (gy * (w[5, k] - w[4, k]) + fy * (w[7, k] - w[6, k]))
                )
            # The last lane of v is zero, so the norm stored there adds nothing.
            half = LANES // 2
            while half > 0:
                for row in range(_VALUE, _ROWS):
                    for k in range(half):
                        w[row, k] += w[row, k + half]
                half //= 2
            value = w[_VALUE, 0]
            dx = w[_DX, 0]
            dy = w[_DY, 0]
            dz = w[_DZ, 0]
            # The same for |d|.
            n000 = w[0, DIRECTIONS]
            n001 = w[1, DIRECTIONS]
            n010 = w[2, DIRECTIONS]
            n011 = w[3, DIRECTIONS]
            n100 = w[4, DIRECTIONS]
            n101 = w[5, DIRECTIONS]
            n110 = w[6, DIRECTIONS]
            n111 = w[7, DIRECTIONS]
            n00 = gz * n000 + fz * n001
            n01 = gz * n010 + fz * n011
            n10 = gz * n100 + fz * n101
            n11 = gz * n110 + fz * n111
            norm = gx * (gy * n00 + fy * n01) + fx * (gy * n10 + fy * n11)
            weight = separation
            if relative:
                weight *= value * per_length / norm if norm > tiny else zero
            dx = per_length * dx - weight * (gy * (n10 - n00) + fy * (n11 - n01))
            dy = per_length * dy - weight * (gx * (n01 - n00) + fx * (n11 - n10))
            dz = per_length * dz - weight * (
                gx * (gy * (n001 - n000) + fy * (n011 - n010))
                + fx * (gy * (n101 - n100) + fy * (n111 - n110))
            )
            length = np.float32(math.sqrt(dx * dx + dy * dy + dz * dz))
            # No direction (an empty or even place): the point stays.
            scale = step / length if length > tiny else zero
            points[p, 0] = min(max(points[p, 0] + scale * dx, box[0, 0]), box[1, 0])
            points[p, 1] = min(max(points[p, 1] + scale * dy, box[0, 1]), box[1, 1])
            points[p, 2] = min(max(points[p, 2] + scale * dz, box[0, 2]), box[1, 2])
