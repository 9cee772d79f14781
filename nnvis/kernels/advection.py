"""Move points up the gradient of attraction minus separation in a class density on a grid."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from nnvis.kernels.density import frame_of, locate, mixture
from nnvis.kernels.lanes import LANES, at_corner, dots, last_lanes, load, slope, sums, zeros

_TINY = np.float32(1e-20)


@njit(nogil=True, error_model="numpy")
def _dot(vectors, i, j):
    total = np.float32(0.0)
    for k in range(LANES):
        total += vectors[i, k] * vectors[j, k]
    return total


@njit(nogil=True, error_model="numpy")
def _cells_around(grid, i, frame):
    """The eight cells from i on, in the order of corners."""
    x = i + frame[4]
    y = frame[5]
    low = load(grid, i), load(grid, i + 1), load(grid, i + y), load(grid, i + y + 1)
    return (*low, load(grid, x), load(grid, x + 1), load(grid, x + y), load(grid, x + y + 1))


@njit(nogil=True, error_model="numpy")
def _value_and_gradient(along, norm, hx, hy, hz):
    """Of two trilinear interpolants, from their values at the corners: value, ∂x, ∂y, ∂z.

    Derivatives are per cell. All eight sums over corners are taken at once.
    """
    weight = hx * hy * hz
    dx = slope(0) * (hy * hz)
    dy = slope(1) * (hx * hz)
    dz = slope(2) * (hx * hy)
    found = sums((
        along * weight, along * dx, along * dy, along * dz,
        norm * weight, norm * dx, norm * dy, norm * dz,
    ))  # fmt: skip
    return (
        (at_corner(found, 0), at_corner(found, 1), at_corner(found, 2), at_corner(found, 3)),
        (at_corner(found, 4), at_corner(found, 5), at_corner(found, 6), at_corner(found, 7)),
    )


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
    frame = frame_of(place, shape)
    zero = np.float32(0.0)
    one = np.float32(1.0)
    two = np.float32(2.0)
    for e in prange(offset.shape[0] - 1):
        first = offset[e]
        last = offset[e + 1] - 1
        a = load(vectors, ends[e, 0])
        b = load(vectors, ends[e, 1])
        aa = _dot(vectors, ends[e, 0], ends[e, 0])
        ab = _dot(vectors, ends[e, 0], ends[e, 1])
        bb = _dot(vectors, ends[e, 1], ends[e, 1])
        dt = one / np.float32(max(last - first, 1))
        # What the ends' vectors make of the cells around a point: a·d, b·d and |d|. A point's
        # own v·d is a mixture of the first two, so they serve until a point has other cells.
        cell = -1
        along_a = zeros()
        along_b = zeros()
        norms = zeros()
        for p in range(first + 1, last):
            share_a, share_b = mixture(mix, np.float32(p - first) * dt)
            square = share_a * (share_a * aa + two * share_b * ab) + share_b * share_b * bb
            if not square > _TINY:
                # A point without classes is drawn nowhere.
                continue
            per_length = one / np.float32(math.sqrt(square))
            i, hx, hy, hz = locate(points, p, frame)
            if i != cell:
                cell = i
                cells = _cells_around(grid, i, frame)
                along_a = dots(a, cells)
                along_b = dots(b, cells)
                # The last lane of a and b is zero, so the norm stored there added nothing.
                norms = last_lanes(cells)
            along = share_a * along_a + share_b * along_b
            (value, vx, vy, vz), (norm, nx, ny, nz) = _value_and_gradient(along, norms, hx, hy, hz)
            weight = separation
            if relative:
                weight *= value * per_length / norm if norm > _TINY else zero
            dx = per_length * vx - weight * nx
            dy = per_length * vy - weight * ny
            dz = per_length * vz - weight * nz
            length = np.float32(math.sqrt(dx * dx + dy * dy + dz * dz))
            # No direction (an empty or even place): the point stays.
            scale = step / length if length > _TINY else zero
            points[p, 0] = min(max(points[p, 0] + scale * dx, box[0, 0]), box[1, 0])
            points[p, 1] = min(max(points[p, 1] + scale * dy, box[0, 1]), box[1, 1])
            points[p, 2] = min(max(points[p, 2] + scale * dz, box[0, 2]), box[1, 2])
