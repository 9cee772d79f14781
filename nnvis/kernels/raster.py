"""Count what polylines cover: samples at even steps, gathered by voxel.

Samples lie at least every half voxel along each polyline, both end points included. Nothing
here is parallel: it measures, and each voxel belongs to many edges.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def _steps(points, p, voxel):
    """Samples on the segment from point p to the next, its last point not counted."""
    dx = float(points[p + 1, 0]) - points[p, 0]
    dy = float(points[p + 1, 1]) - points[p, 1]
    dz = float(points[p + 1, 2]) - points[p, 2]
    return max(1, math.ceil(math.sqrt(dx * dx + dy * dy + dz * dz) * 2.0 / voxel))


@njit(cache=True, nogil=True, error_model="numpy")
def _voxel_at(points, p, u, origin, voxel, shape):
    """Voxel at share u of the segment from point p to the next."""
    cell = 0
    for k in range(3):
        x = points[p, k] + u * (float(points[p + 1, k]) - points[p, k])
        cell = cell * shape[k] + int((x - origin[k]) / voxel)
    return cell


@njit(cache=True, nogil=True, error_model="numpy")
def mark_voxels(points, offset, origin, voxel, shape, row):
    """Number the voxels that the polylines touch, in the order in which they are met.

    Parameters
    ----------
    points : (P, 3) float32; offset : (E + 1,) int64
        Polylines; edge e owns ``points[offset[e]:offset[e + 1]]``.
    origin : (3,) float64; voxel : float64; shape : (3,) int64
        Corner of the first voxel, width of a voxel, voxels per axis.
    row : (voxels,) int32, output
        All −1 before; the number of each voxel that is touched afterwards.

    Returns
    -------
    int
        How many are touched.
    """
    count = 0
    for e in range(offset.shape[0] - 1):
        last = offset[e + 1] - 1
        for p in range(offset[e], last):
            steps = _steps(points, p, voxel)
            # The last sample of a segment is the first of the next.
            for i in range(steps + 1 if p == last - 1 else steps):
                cell = _voxel_at(points, p, i / steps, origin, voxel, shape)
                if row[cell] < 0:
                    row[cell] = count
                    count += 1
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def sum_vectors(points, offset, vectors, ends, mix, origin, voxel, shape, row, total):
    """Add up the class vectors of the samples in each voxel.

    Parameters
    ----------
    points, offset, ends, mix
        As for :func:`nnvis.kernels.density.splat`.
    vectors : (U, C) float32
        Class vector of each unit.
    origin, voxel, shape, row
        As for :func:`mark_voxels`, which has numbered the voxels.
    total : (touched voxels, C) float32, added to

    Returns
    -------
    float
        Σ |v| over all samples.
    """
    classes = vectors.shape[1]
    v = np.empty(classes, np.float64)
    norms = 0.0
    for e in range(offset.shape[0] - 1):
        first = offset[e]
        last = offset[e + 1] - 1
        a = vectors[ends[e, 0]]
        b = vectors[ends[e, 1]]
        for p in range(first, last):
            steps = _steps(points, p, voxel)
            for i in range(steps + 1 if p == last - 1 else steps):
                u = i / steps
                cell = row[_voxel_at(points, p, u, origin, voxel, shape)]
                t = (p - first + u) / (last - first)
                wa = 1.0 - t if mix == 0 else (0.0 if mix == 3 else 1.0)
                wb = t if mix == 0 else (0.0 if mix == 1 else 1.0)
                square = 0.0
                for k in range(classes):
                    v[k] = wa * a[k] + wb * b[k]
                    square += v[k] * v[k]
                    total[cell, k] += v[k]
                norms += math.sqrt(square)
    return norms
