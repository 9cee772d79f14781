"""Class density on a grid by the formulas of the algorithms' §3, with plain loops."""

from __future__ import annotations

import math

import numpy as np


def mixed(a: np.ndarray, b: np.ndarray, t: float, mix: int) -> np.ndarray:
    """Class vector at share ``t``: 0 both ends mixed, 1 start, 2 sum, 3 end."""
    if mix == 0:
        return (1 - t) * a + t * b
    if mix == 1:
        return a
    if mix == 2:
        return a + b
    return b


def interior(offset: np.ndarray) -> list[tuple[int, int, float]]:
    """(edge, point, share along the edge by its number) of each point that is no end."""
    found = []
    for e in range(len(offset) - 1):
        first, last = int(offset[e]), int(offset[e + 1]) - 1
        found += [(e, p, (p - first) / (last - first)) for p in range(first + 1, last)]
    return found


def splat(points, offset, vectors, ends, mix, first_centre, cell, shape) -> np.ndarray:
    """(nx, ny, nz, lanes): each interior point's vector on the eight cell centres around it."""
    grid = np.zeros((*shape, vectors.shape[1]))
    for e, p, t in interior(offset):
        v = mixed(vectors[ends[e, 0]].astype(float), vectors[ends[e, 1]].astype(float), t, mix)
        place = [(float(points[p, k]) - float(first_centre[k])) / float(cell) for k in range(3)]
        cells = [math.floor(x) for x in place]
        for ax in (0, 1):
            for ay in (0, 1):
                for az in (0, 1):
                    corner = (cells[0] + ax, cells[1] + ay, cells[2] + az)
                    share = 1.0
                    for k in range(3):
                        share *= 1 - abs(place[k] - corner[k])
                    grid[corner] += share * v
    return grid


def taps(sigma: float) -> np.ndarray:
    """Gaussian weights at −r … r with r = ⌈3σ⌉, at least 1, of sum one."""
    radius = max(1, math.ceil(3 * sigma))
    weights = [math.exp(-(j**2) / (2 * sigma**2)) for j in range(-radius, radius + 1)]
    return np.array([w / sum(weights) for w in weights])


def blur_axis(grid: np.ndarray, axis: int, weights: np.ndarray) -> np.ndarray:
    """Σ_j w_j grid[i + j] along one axis; beyond the border the density is zero."""
    radius = len(weights) // 2
    lines = np.moveaxis(grid, axis, 0)
    blurred = np.zeros_like(lines, dtype=float)
    for i in range(len(lines)):
        for j in range(-radius, radius + 1):
            if 0 <= i + j < len(lines):
                blurred[i] += weights[j + radius] * lines[i + j]
    return np.moveaxis(blurred, 0, axis)


def norms(grid: np.ndarray) -> np.ndarray:
    """Euclidean norm over all lanes but the last, at each cell."""
    result = np.zeros(grid.shape[:-1])
    for cell in np.ndindex(*grid.shape[:-1]):
        result[cell] = math.sqrt(sum(float(x) ** 2 for x in grid[cell][:-1]))
    return result


def gaussian_gradient(
    at: np.ndarray, places: np.ndarray, vectors: np.ndarray, v: np.ndarray, s: float, sigma: float
) -> np.ndarray:
    """∇(v·d − s |d|) of d(x) = Σ_j v_j exp(−|x − x_j|² / 2σ²), with no grid at all."""
    d = np.zeros(vectors.shape[1])
    jacobian = np.zeros((vectors.shape[1], len(at)))
    for place, vector in zip(places, vectors, strict=True):
        away = place - at
        weight = math.exp(-float(away @ away) / (2 * sigma**2))
        d += weight * vector
        jacobian += weight * np.outer(vector, away) / sigma**2
    length = math.sqrt(float(d @ d))
    return jacobian.T @ (v - s * d / length)
