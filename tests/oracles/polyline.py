"""Polylines one by one, as lists of points."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np


def split(points: np.ndarray, offset: np.ndarray) -> list[np.ndarray]:
    return [points[a:b].astype(float) for a, b in pairwise(offset)]


def length(line: np.ndarray) -> float:
    return sum(math.dist(line[i], line[i + 1]) for i in range(len(line) - 1))


def at_distance(line: np.ndarray, distance: float) -> np.ndarray:
    """The place that lies ``distance`` along the line."""
    for i in range(len(line) - 1):
        here = math.dist(line[i], line[i + 1])
        if distance <= here and here > 0:
            return line[i] + distance / here * (line[i + 1] - line[i])
        distance -= here
    return line[-1]


def resample(line: np.ndarray, count: int) -> np.ndarray:
    """``count`` places at even distances along the line, its ends included."""
    total = length(line)
    inner = [at_distance(line, total * i / (count - 1)) for i in range(1, count - 1)]
    return np.array([line[0], *inner, line[-1]])


def smooth(line: np.ndarray, passes: int) -> np.ndarray:
    """Each point the mean of itself and its neighbours as they were before the pass."""
    for _ in range(passes):
        before = line.copy()
        line = line.copy()
        for i in range(1, len(line) - 1):
            line[i] = (before[i - 1] + before[i] + before[i + 1]) / 3
    return line


def jitter(line: np.ndarray, noise: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    line = line.copy()
    for i in range(1, len(line) - 1):
        for k in range(3):
            line[i, k] = min(max(line[i, k] + noise[i, k], low[k]), high[k])
    return line


def copy_lines(lines: list[np.ndarray], order: list[int]) -> list[np.ndarray]:
    return [lines[number].copy() for number in order]


def bounds(points: np.ndarray) -> tuple[list[float], list[float]]:
    low = [min(float(p[k]) for p in points) for k in range(3)]
    high = [max(float(p[k]) for p in points) for k in range(3)]
    return low, high
