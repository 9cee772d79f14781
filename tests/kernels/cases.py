"""Random and degenerate polylines with their class vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LANES = 16


@dataclass
class Lines:
    """Polylines in flat arrays, as the kernels take them."""

    points: np.ndarray
    offset: np.ndarray
    vectors: np.ndarray
    ends: np.ndarray

    def permuted(self, order: np.ndarray) -> Lines:
        counts = np.diff(self.offset)[order]
        parts = [self.points[self.offset[e] : self.offset[e + 1]] for e in order]
        offset = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Lines(np.concatenate(parts), offset, self.vectors, self.ends[order])


def random_lines(seed: int = 0, edges: int = 12, units: int = 6, classes: int = 5) -> Lines:
    """Polylines of 2 to 9 points in the unit cube; unit 0 has no classes at all."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(2, 10, edges)
    counts[: min(edges, 2)] = (2, 3)[: min(edges, 2)]
    offset = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    vectors = np.zeros((units, LANES), np.float32)
    vectors[:, :classes] = rng.random((units, classes))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[0] = 0
    return Lines(
        rng.random((offset[-1], 3)).astype(np.float32),
        offset,
        vectors,
        rng.integers(0, units, (edges, 2)).astype(np.int32),
    )


def coincident_lines() -> Lines:
    """Three equal lines whose points all lie in one place, and one of two points."""
    lines = random_lines(3, edges=4)
    lines.offset = np.array([0, 5, 10, 15, 17], np.int64)
    lines.points = np.full((17, 3), 0.3, np.float32)
    return lines
