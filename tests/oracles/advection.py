"""One step up the gradient of the trilinear interpolant, corner by corner."""

from __future__ import annotations

import math

import numpy as np
from oracles.density import interior, mixed


def at_corners(values: np.ndarray, place: list[float]) -> tuple[float, np.ndarray]:
    """Value and gradient (per cell) of the trilinear interpolant of ``values`` at ``place``."""
    cell = [math.floor(x) for x in place]
    value, gradient = 0.0, np.zeros(3)
    for corner in np.ndindex(2, 2, 2):
        number = float(values[tuple(c + a for c, a in zip(cell, corner, strict=True))])
        hat = [1 - abs(place[k] - cell[k] - corner[k]) for k in range(3)]
        value += hat[0] * hat[1] * hat[2] * number
        for k in range(3):
            others = [hat[m] for m in range(3) if m != k]
            gradient[k] += (1 if corner[k] else -1) * others[0] * others[1] * number
    return value, gradient


def direction(v, grid, place, separation, relative) -> np.ndarray:
    """∇(v̂·d) − w ∇|d| with w = s, or s·cos(v̂, d) when ``relative``; zero without classes."""
    length = math.sqrt(float(v @ v))
    if length == 0:
        return np.zeros(3)
    lanes = grid.shape[-1] - 1
    along = np.zeros(grid.shape[:-1])
    for k in range(lanes):
        along += float(v[k]) / length * grid[..., k]
    value, attraction = at_corners(along, place)
    norm, crowding = at_corners(grid[..., lanes], place)
    weight = separation
    if relative:
        weight = separation * value / norm if norm > 0 else 0.0
    return attraction - weight * crowding


def climb(
    points, offset, vectors, ends, mix, separation, relative, step, first_centre, cell, grid, box
) -> np.ndarray:
    """New points: interior ones moved by ``step`` along the unit gradient, kept in ``box``.

    ``grid`` is (nx, ny, nz, lanes), the norm in its last lane.
    """
    moved = points.astype(float)
    for e, p, t in interior(offset):
        v = mixed(vectors[ends[e, 0]].astype(float), vectors[ends[e, 1]].astype(float), t, mix)
        if not v.any():
            continue
        place = [(float(points[p, k]) - float(first_centre[k])) / float(cell) for k in range(3)]
        way = direction(v, grid.astype(float), place, separation, relative)
        length = math.sqrt(float(way @ way))
        if length > 1e-20:
            moved[p] += step * way / length
        for k in range(3):
            moved[p, k] = min(max(moved[p, k], box[0][k]), box[1][k])
    return moved
