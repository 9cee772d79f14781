"""Voxels that polylines touch, sample by sample."""

from __future__ import annotations

import math

import numpy as np
from oracles.density import mixed


def samples(line: np.ndarray, voxel: float) -> list[tuple[np.ndarray, float]]:
    """(place, share along the line) at steps of at most half a voxel, both ends included."""
    found = []
    segments = len(line) - 1
    for i in range(segments):
        steps = max(1, math.ceil(math.dist(line[i], line[i + 1]) / (voxel / 2)))
        for j in range(steps):
            u = j / steps
            found.append((line[i] + u * (line[i + 1] - line[i]), (i + u) / segments))
    found.append((line[-1], 1.0))
    return found


def rasterise(lines, vectors, ends, mix, corner, voxel):
    """({voxel: Σ v}, Σ |v|): the voxels touched, with the class vectors in each."""
    cells: dict[tuple[int, ...], np.ndarray] = {}
    norms = 0.0
    for line, (a, b) in zip(lines, ends, strict=True):
        for place, t in samples(line, voxel):
            cell = tuple(math.floor((place[k] - corner[k]) / voxel) for k in range(3))
            v = mixed(vectors[a].astype(float), vectors[b].astype(float), t, mix)
            cells[cell] = cells.get(cell, 0.0) + v
            norms += math.sqrt(float(v @ v))
    return cells, norms


def purity(cells: dict[tuple[int, ...], np.ndarray], norms: float) -> float:
    """Σ_voxels |Σ v| / Σ |v|."""
    return sum(math.sqrt(float(v @ v)) for v in cells.values()) / norms
