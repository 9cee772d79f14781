"""Move points up the gradient of attraction minus separation in a class density on a grid."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from nnvis.kernels.density import DIRECTIONS, LANES

_FAST = {"reassoc", "nsz", "arcp", "contract"}


@njit(parallel=True, cache=True, fastmath=_FAST, nogil=True, error_model="numpy")
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
        v = np.empty(LANES, np.float32)
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
                v[k] = wa * a[k] + wb * b[k]
                square += v[k] * v[k]
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
            c000 = (ix * ny + iy) * nz + iz
            c010 = c000 + nz
            c100 = c000 + ny * nz
            c110 = c100 + nz
            # Attraction v·d: its value and its derivatives, summed over lanes. The last lane
            # of v is zero, so the norm stored there adds nothing.
            value = zero
            dx = zero
            dy = zero
            dz = zero
            for k in range(LANES):
                # Along z first, then the differences along x, y and z.
                f00 = gz * grid[c000, k] + fz * grid[c000 + 1, k]
                f01 = gz * grid[c010, k] + fz * grid[c010 + 1, k]
                f10 = gz * grid[c100, k] + fz * grid[c100 + 1, k]
                f11 = gz * grid[c110, k] + fz * grid[c110 + 1, k]
                value += v[k] * (gx * (gy * f00 + fy * f01) + fx * (gy * f10 + fy * f11))
                dx += v[k] * (gy * (f10 - f00) + fy * (f11 - f01))
                dy += v[k] * (gx * (f01 - f00) + fx * (f11 - f10))
                dz += v[k] * (
                    gx
                    * (
                        gy * (grid[c000 + 1, k] - grid[c000, k])
                        + fy * (grid[c010 + 1, k] - grid[c010, k])
                    )
                    + fx
                    * (
                        gy * (grid[c100 + 1, k] - grid[c100, k])
                        + fy * (grid[c110 + 1, k] - grid[c110, k])
                    )
                )
            # The same for |d|.
            n000 = grid[c000, DIRECTIONS]
            n001 = grid[c000 + 1, DIRECTIONS]
            n010 = grid[c010, DIRECTIONS]
            n011 = grid[c010 + 1, DIRECTIONS]
            n100 = grid[c100, DIRECTIONS]
            n101 = grid[c100 + 1, DIRECTIONS]
            n110 = grid[c110, DIRECTIONS]
            n111 = grid[c110 + 1, DIRECTIONS]
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
