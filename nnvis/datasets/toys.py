"""Small sets for teaching and tests: points in the plane, and scikit-learn's tiny digits."""

from __future__ import annotations

import numpy as np

from nnvis.datasets.checks import checked_samples
from nnvis.datasets.split import split_indices
from nnvis.model import Samples

BLOBS = 7
ARMS = 3
# Samples of each class in the training and the test set.
_TRAIN, _TEST = 200, 100


def make_blobs(seed: int) -> Samples:
    """Seven round clouds in the plane, one in the middle of a ring of six of radius 1.

    Standard deviation 0.17, so that neighbours nearly touch.
    """
    rng = np.random.default_rng(seed)
    angle = np.arange(BLOBS - 1) * 2 * np.pi / (BLOBS - 1)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    centres = np.vstack([np.zeros((1, 2)), ring])

    def draw(each: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.repeat(np.arange(BLOBS), each)
        return _shuffled(centres[labels] + rng.normal(0, 0.17, (len(labels), 2)), labels, rng)

    return _plane("blobs", draw(_TRAIN), draw(_TEST), seed)


def make_moons(seed: int) -> Samples:
    """Two interlocked half circles in the plane, noise 0.15 (scikit-learn's)."""
    from sklearn import datasets

    rng = np.random.default_rng(seed)

    def draw(each: int) -> tuple[np.ndarray, np.ndarray]:
        state = int(rng.integers(2**31))
        points, labels = datasets.make_moons(n_samples=2 * each, noise=0.15, random_state=state)
        return np.asarray(points), np.asarray(labels)

    return _plane("moons", draw(_TRAIN), draw(_TEST), seed)


def make_spirals(seed: int) -> Samples:
    """Three arms that wind three quarters of a turn around the origin, noise 0.04."""
    rng = np.random.default_rng(seed)

    def draw(each: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.repeat(np.arange(ARMS), each)
        # The square root spreads points evenly over the area, not crowded at the centre.
        radius = np.sqrt(rng.uniform(0.01, 1, len(labels)))
        angle = 2 * np.pi * (labels / ARMS + 0.75 * radius)
        points = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        return _shuffled(points + rng.normal(0, 0.04, points.shape), labels, rng)

    return _plane("spirals", draw(_TRAIN), draw(_TEST), seed)


def small_digits(seed: int) -> Samples:
    """scikit-learn's 1,797 digits of 8 × 8, a fifth of each class set aside for testing."""
    from sklearn import datasets

    rows, labels = map(np.asarray, datasets.load_digits(return_X_y=True))
    train, test = split_indices(labels, np.random.default_rng(seed))
    return checked_samples(
        "sklearn-digits",
        (rows[train] / 16, labels[train]),
        (rows[test] / 16, labels[test]),
        [str(digit) for digit in range(10)],
        (8, 8),
        f"sklearn-digits: scikit-learn's 8 x 8 digits, split by seed {seed}",
    )


def _shuffled(
    points: np.ndarray, labels: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    order = rng.permutation(len(labels))
    return points[order], labels[order]


def _plane(
    name: str,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    seed: int,
) -> Samples:
    return checked_samples(name, train, test, None, None, f"{name}: points drawn by seed {seed}")
