"""Polylines in one flat array: lengths, even resampling, smoothing."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def lengths(points, offset, length):
    """Length of each polyline, scene units, into ``length`` (E,) float32."""
    for e in prange(length.shape[0]):
        total = np.float32(0.0)
        for p in range(offset[e] + 1, offset[e + 1]):
            dx = points[p, 0] - points[p - 1, 0]
            dy = points[p, 1] - points[p - 1, 1]
            dz = points[p, 2] - points[p - 1, 2]
            total += np.float32(math.sqrt(dx * dx + dy * dy + dz * dz))
        length[e] = total


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def resample(points, offset, length, new_offset, resampled):
    """Points of each polyline at even distances along it; end points are copied exactly.

    Parameters
    ----------
    points : (P, 3) float32; offset : (E + 1,) int64
        The polylines as they are, at least two points each.
    length : (E,) float32
        Their lengths from :func:`lengths`.
    new_offset : (E + 1,) int64; resampled : (Q, 3) float32, output
        How many points each gets, at least two, and where they go.
    """
    for e in prange(length.shape[0]):
        first = offset[e]
        last = offset[e + 1] - 1
        begin = new_offset[e]
        count = new_offset[e + 1] - begin
        for k in range(3):
            resampled[begin, k] = points[first, k]
            resampled[begin + count - 1, k] = points[last, k]
        spacing = length[e] / np.float32(count - 1)
        segment = first
        before = np.float32(0.0)
        here = np.float32(-1.0)
        for i in range(1, count - 1):
            target = np.float32(i) * spacing
            while True:
                if here < np.float32(0.0):
                    dx = points[segment + 1, 0] - points[segment, 0]
                    dy = points[segment + 1, 1] - points[segment, 1]
                    dz = points[segment + 1, 2] - points[segment, 2]
                    here = np.float32(math.sqrt(dx * dx + dy * dy + dz * dz))
                if before + here >= target or segment + 1 >= last:
                    break
                before += here
                segment += 1
                here = np.float32(-1.0)
            u = (target - before) / here if here > np.float32(0.0) else np.float32(0.0)
            u = min(max(u, np.float32(0.0)), np.float32(1.0))
            for k in range(3):
                resampled[begin + i, k] = points[segment, k] + u * (
                    points[segment + 1, k] - points[segment, k]
                )


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def smooth(points, offset, passes, longest):
    """Laplacian smoothing in place: each interior point becomes the mean of itself and its two
    neighbours, ``passes`` times; end points stay.

    ``longest`` is the largest number of points of one polyline.
    """
    third = np.float32(1.0 / 3.0)
    edges = offset.shape[0] - 1
    blocks = min(edges, 64)
    for block in prange(blocks):
        buffer = np.empty((longest, 3), np.float32)
        for e in range(edges * block // blocks, edges * (block + 1) // blocks):
            first = offset[e]
            count = offset[e + 1] - first
            line = points[first : first + count]
            for _ in range(passes):
                for i in range(1, count - 1):
                    for k in range(3):
                        buffer[i, k] = third * (line[i - 1, k] + line[i, k] + line[i + 1, k])
                for i in range(1, count - 1):
                    for k in range(3):
                        line[i, k] = buffer[i, k]


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def jitter(points, offset, noise, box):
    """Add ``noise`` (P, 3) to every interior point and keep it inside ``box`` (2, 3)."""
    for e in prange(offset.shape[0] - 1):
        for p in range(offset[e] + 1, offset[e + 1] - 1):
            for k in range(3):
                points[p, k] = min(max(points[p, k] + noise[p, k], box[0, k]), box[1, k])


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def copy_lines(points, offset, order, new_offset, copied):
    """Copy polyline ``order[i]`` to place i: ``copied[new_offset[i]:new_offset[i + 1]]``."""
    for i in prange(order.shape[0]):
        first = offset[order[i]]
        begin = new_offset[i]
        for p in range(new_offset[i + 1] - begin):
            for k in range(3):
                copied[begin + p, k] = points[first + p, k]


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def bounds(points, extents):
    """Smallest and largest coordinates of each block of points.

    ``extents`` (blocks, 2, 3) float32 is overwritten; its minimum and maximum over blocks are
    the bounding box of ``points``, which must have at least as many rows as there are blocks.
    """
    blocks = extents.shape[0]
    count = points.shape[0]
    for block in prange(blocks):
        begin = count * block // blocks
        for k in range(3):
            extents[block, 0, k] = points[begin, k]
            extents[block, 1, k] = points[begin, k]
        for p in range(begin + 1, count * (block + 1) // blocks):
            for k in range(3):
                extents[block, 0, k] = min(extents[block, 0, k], points[p, k])
                extents[block, 1, k] = max(extents[block, 1, k], points[p, k])
