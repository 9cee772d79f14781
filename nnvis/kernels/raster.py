"""Count what polylines cover: samples at even steps, gathered by voxel."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def rasterise(points, offset, vectors, ends, mix, origin, voxel, shape, occupied, total):
    """Mark each voxel that a polyline touches and add up the class vectors in it.

    Samples lie every half voxel along each polyline, both end points included. Not parallel:
    it measures, and each voxel belongs to many edges.

    Parameters
    ----------
    points, offset, ends, mix
        As for :func:`nnvis.kernels.density.splat`.
    vectors : (U, C) float32
        Class vector of each unit.
    origin : (3,) float64; voxel : float64; shape : (3,) int64
        Corner of the first voxel, width of a voxel, voxels per axis.
    occupied : (voxels,) bool, output
    total : (voxels, C) float32, output
        Sum of the class vectors of the samples in each voxel. Pass no rows to mark only.

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
        segments = max(last - first, 1)
        for p in range(first, last):
            dx = float(points[p + 1, 0]) - points[p, 0]
            dy = float(points[p + 1, 1]) - points[p, 1]
            dz = float(points[p + 1, 2]) - points[p, 2]
            steps = max(1, int(math.ceil(math.sqrt(dx * dx + dy * dy + dz * dz) * 2.0 / voxel)))
            # The last sample of a segment is the first of the next.
            for i in range(steps + 1 if p == last - 1 else steps):
                u = i / steps
                ix = int((points[p, 0] + u * dx - origin[0]) / voxel)
                iy = int((points[p, 1] + u * dy - origin[1]) / voxel)
                iz = int((points[p, 2] + u * dz - origin[2]) / voxel)
                cell = (ix * shape[1] + iy) * shape[2] + iz
                occupied[cell] = True
                if total.shape[0] == 0:
                    continue
                t = (p - first + u) / segments
                wa = 1.0 - t if mix == 0 else (0.0 if mix == 3 else 1.0)
                wb = t if mix == 0 else (0.0 if mix == 1 else 1.0)
                square = 0.0
                for k in range(classes):
                    v[k] = wa * a[k] + wb * b[k]
                    square += v[k] * v[k]
                    total[cell, k] += v[k]
                norms += math.sqrt(square)
    return norms
