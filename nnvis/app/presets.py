"""Points to begin the teaching mode with: classic shapes that no straight line divides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float32, Int64

Points = tuple["Float32[np.ndarray, 'point 2']", "Int64[np.ndarray, 'point']"]
# Points of each class; the shapes fill the square from −1 to 1 but for a margin.
EACH = 90
_REACH, _NOISE, _SEED = 0.85, 0.045, 7


def moons(_: int) -> Points:
    """Two interlocked half circles."""
    rng = np.random.default_rng(_SEED)
    angle = rng.uniform(0, np.pi, (2, EACH))
    upper = np.stack([np.cos(angle[0]) - 0.5, np.sin(angle[0]) - 0.25], axis=1)
    lower = np.stack([0.5 - np.cos(angle[1]), 0.25 - np.sin(angle[1])], axis=1)
    return _points(np.concatenate([upper, lower]) / 1.5, 2, rng)


def spirals(classes: int) -> Points:
    """One arm a class, wound around the middle."""
    rng = np.random.default_rng(_SEED)
    label = np.repeat(np.arange(classes), EACH)
    # The square root spreads points evenly along an arm instead of crowding the middle.
    radius = np.sqrt(rng.uniform(0.01, 1, len(label)))
    angle = 2 * np.pi * (label / classes + radius * min(1.0, 2 / classes))
    arms = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _points(arms, classes, rng, 0.5)


def rings(classes: int) -> Points:
    """One around the other, the first class in the middle."""
    rng = np.random.default_rng(_SEED)
    label = np.repeat(np.arange(classes), EACH)
    radius = np.where(label == 0, np.sqrt(rng.uniform(0, 1, len(label))) * 0.35, label) / max(
        classes - 1, 1
    )
    angle = rng.uniform(0, 2 * np.pi, len(label))
    circles = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _points(circles, classes, rng)


def xor(_: int) -> Points:
    """Two classes, each in two opposite corners."""
    rng = np.random.default_rng(_SEED)
    away = rng.uniform(0.12, 1, (2 * EACH, 2))
    side = np.where(rng.uniform(size=2 * EACH) < 0.5, -1, 1)
    same = np.where(np.arange(2 * EACH) < EACH, 1, -1)
    return _points(away * np.stack([side, side * same], axis=1), 2, rng, 0)


PRESETS: dict[str, Callable[[int], Points]] = {
    "moons": moons,
    "spirals": spirals,
    "rings": rings,
    "xor": xor,
}


def _points(shape: np.ndarray, classes: int, rng: np.random.Generator, noise: float = 1) -> Points:
    """The shape with noise, in the square; as many points of each class, class after class."""
    place = _REACH * shape + rng.normal(0, 1, shape.shape) * noise * _NOISE
    label = np.repeat(np.arange(classes, dtype=np.int64), len(shape) // classes)
    return np.clip(place, -1, 1).astype(np.float32), label
