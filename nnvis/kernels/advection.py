"""Move points up the gradient of f = v·d − s·|d|, d the class density on a grid."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from nnvis.kernels.density import DIRECTIONS, LANES

_FAST = {"reassoc", "nsz", "arcp", "contract"}


@njit(parallel=True, cache=True, fastmath=_FAST, nogil=True, error_model="numpy")
def climb(
    points, offset, vectors, ends, mix, separation, step, origin, cell, shape, grid, low, high
):
    """Move each interior point by ``step`` along the normalised gradient of f.

    f is linear in the cells' values for a fixed point, so the eight corners' values of f are
    differentiated as their trilinear interpolant: no grid of gradients is needed.

    Parameters
    ----------
    points, offset, vectors, ends, mix, origin, cell, shape
        As for :func:`nnvis.kernels.density.splat`; ``points`` is changed in place.
    separation : float32
        s, the weight of the norm.
    step : float32
        Distance to move, scene units; negative to diverge.
    grid : (cells, LANES) float32
        Blurred density with its norm in the last lane.
    low, high : (3,) float32
        Points are kept inside this box.
    """
    edges = offset.shape[0] - 1
    per_cell = np.float32(1.0) / cell
    ny = shape[1]
    nz = shape[2]
    for e in prange(edges):
        v = np.empty(LANES, np.float32)
        first = offset[e]
        last = offset[e + 1] - 1
        a = vectors[ends[e, 0]]
        b = vectors[ends[e, 1]]
        dt = np.float32(1.0) / np.float32(max(last - first, 1))
        for p in range(first + 1, last):
            t = np.float32(p - first) * dt
            wa = np.float32(1.0) - t if mix == 0 else np.float32(0.0 if mix == 3 else 1.0)
            wb = t if mix == 0 else np.float32(0.0 if mix == 1 else 1.0)
            for k in range(LANES):
                v[k] = wa * a[k] + wb * b[k]
            v[DIRECTIONS] = -separation
            x = (points[p, 0] - origin[0]) * per_cell
            y = (points[p, 1] - origin[1]) * per_cell
            z = (points[p, 2] - origin[2]) * per_cell
            ix = int(x)
            iy = int(y)
            iz = int(z)
            fx = x - np.float32(ix)
            fy = y - np.float32(iy)
            fz = z - np.float32(iz)
            gx = np.float32(1.0) - fx
            gy = np.float32(1.0) - fy
            gz = np.float32(1.0) - fz
            c000 = (ix * ny + iy) * nz + iz
            c010 = c000 + nz
            c100 = c000 + ny * nz
            c110 = c100 + nz
            dx = np.float32(0.0)
            dy = np.float32(0.0)
            dz = np.float32(0.0)
            for k in range(LANES):
                f000 = grid[c000, k]
                f001 = grid[c000 + 1, k]
                f010 = grid[c010, k]
                f011 = grid[c010 + 1, k]
                f100 = grid[c100, k]
                f101 = grid[c100 + 1, k]
                f110 = grid[c110, k]
                f111 = grid[c110 + 1, k]
                # Along z first, then the differences along x, y and z.
                f00 = gz * f000 + fz * f001
                f01 = gz * f010 + fz * f011
                f10 = gz * f100 + fz * f101
                f11 = gz * f110 + fz * f111
                dx += v[k] * (gy * (f10 - f00) + fy * (f11 - f01))
                dy += v[k] * (gx * (f01 - f00) + fx * (f11 - f10))
                dz += v[k] * (
                    gx * (gy * (f001 - f000) + fy * (f011 - f010))
                    + fx * (gy * (f101 - f100) + fy * (f111 - f110))
                )
            norm = np.float32(math.sqrt(dx * dx + dy * dy + dz * dz))
            # No direction (an empty place, a point without classes): the point stays.
            scale = step / norm if norm > np.float32(1e-20) else np.float32(0.0)
            points[p, 0] = min(max(points[p, 0] + scale * dx, low[0]), high[0])
            points[p, 1] = min(max(points[p, 1] + scale * dy, low[1]), high[1])
            points[p, 2] = min(max(points[p, 2] + scale * dz, low[2]), high[2])
