"""Distance matrices of all kinds."""

from __future__ import annotations

import numpy as np


def symmetric(n: int, seed: int = 0) -> np.ndarray:
    """Multiples of 1/40, half of them on the borders of bands of width 0.05."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.integers(0, 41, (n, n)) / 40, 1)
    return upper + upper.T


def asymmetric(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 41, (n, n)) / 40


def smooth(n: int, seed: int = 0) -> np.ndarray:
    """Distances of a random walk: long lines."""
    walk = np.cumsum(np.random.default_rng(seed).standard_normal(n))
    distance = np.abs(walk[:, None] - walk)
    return distance / max(distance.max(), 1)


def blocks(n: int) -> np.ndarray:
    """0.02 within three blocks, 0.9 between them."""
    place = np.arange(n) * 3 // max(n, 1)
    return np.where(place[:, None] == place, 0.02, 0.9)


MATRICES = {
    "random": symmetric(45),
    "asymmetric": asymmetric(45),
    "large": asymmetric(300),  # past the size from which the work is divided
    "large symmetric": symmetric(300),
    "walk": smooth(80),
    # Cells are packed by 64: one less, as many, one more, and twice as many.
    "63": asymmetric(63),
    "64": asymmetric(64),
    "65": asymmetric(65),
    "64 symmetric": symmetric(64),
    "128 in lines": smooth(128),
    "64 recurrent": np.zeros((64, 64)),
    "all recurrent": np.zeros((30, 30)),
    "none recurrent": np.full((30, 30), 0.5),
    "diagonal": 1 - np.eye(30),
    "blocks": blocks(36),
    "one": np.zeros((1, 1)),
    "two": np.array([[0, 1.0], [0.03, 0]]),
    "eleven": symmetric(11, 4),
    "chess": np.indices((25, 25)).sum(0) % 2 * 1.0,
}
