"""Perspective projection and ray casting by the textbook, with plain loops."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np


def look(azimuth: float, elevation: float) -> np.ndarray:
    """Direction of view, degrees: 0, 0 looks along +x, azimuth turns +x towards +z."""
    a, e = math.radians(azimuth), math.radians(elevation)
    return np.array([math.cos(e) * math.cos(a), -math.sin(e), math.cos(e) * math.sin(a)])


def pixel(
    point: np.ndarray,
    eye: np.ndarray,
    forward: np.ndarray,
    right: np.ndarray,
    fov: float,
    width: int,
    height: int,
) -> tuple[float, float]:
    """Where a point appears, pixels from the upper left."""
    up = np.cross(right, forward)
    away = np.asarray(point) - eye
    depth = float(away @ forward)
    half = math.tan(math.radians(fov) / 2)
    x = float(away @ right) / (depth * half * width / height)
    y = float(away @ up) / (depth * half)
    return (0.5 + 0.5 * x) * width, (0.5 - 0.5 * y) * height


def sphere_depth(direction: np.ndarray, centre: np.ndarray, radius: float) -> float | None:
    """Distance along the camera's -z at which a ray from the origin meets a sphere."""
    unit = direction / np.linalg.norm(direction)
    b = float(unit @ centre)
    inside = b * b - float(centre @ centre) + radius * radius
    if inside < 0:
        return None
    return -float((unit * (b - math.sqrt(inside)))[2])


def tube_depth(
    direction: np.ndarray, start: np.ndarray, stop: np.ndarray, radius: float
) -> float | None:
    """The same for a tube without caps, by small steps along the ray and then halving."""
    unit = direction / np.linalg.norm(direction)
    axis = (stop - start) / np.linalg.norm(stop - start)
    span = float(np.linalg.norm(stop - start))

    def outside(t: float) -> float:
        away = unit * t - start
        along = float(away @ axis)
        return float(np.linalg.norm(away - along * axis)) - radius

    reach = max(float(np.linalg.norm(start)), float(np.linalg.norm(stop))) + 2 * radius
    steps = np.linspace(0, reach, 301)
    for low, high in pairwise(steps):
        if outside(low) > 0 >= outside(high):
            for _ in range(60):
                middle = (low + high) / 2
                low, high = (middle, high) if outside(middle) > 0 else (low, middle)
            along = float((unit * high - start) @ axis)
            return -float((unit * high)[2]) if 0 <= along <= span else None
    return None


def weighted(layers: list[tuple[np.ndarray, float, float]], behind: np.ndarray) -> np.ndarray:
    """Weighted blending of (colour, alpha, weight) over ``behind``."""
    total, norm, through = np.zeros(3), 0.0, 1.0
    for colour, alpha, weight in layers:
        total += np.asarray(colour) * alpha * weight
        norm += alpha * weight
        through *= 1 - alpha
    return behind if norm == 0 else total / norm * (1 - through) + behind * through
