"""The edges of one connection as polylines in flat arrays, and what can be done to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnvis.kernels import polyline as kernels

if TYPE_CHECKING:
    from jaxtyping import Float32, Int32, Int64

# With fewer points an edge cannot bend.
FEWEST_POINTS = 4


@dataclass
class Polylines:
    """Edges between one pair of layers.

    ``edges`` are their numbers in the network; edge i owns
    ``points[offset[i]:offset[i + 1]]``; ``ends`` are its source and target unit.
    """

    edges: Int64[np.ndarray, "edge"]
    ends: Int32[np.ndarray, "edge 2"]
    points: Float32[np.ndarray, "point 3"]
    offset: Int64[np.ndarray, "edge_plus_1"]

    def resample(self, rate: float) -> None:
        """Space points evenly, about ``rate`` for each scene unit of length."""
        length = np.empty(len(self.edges), np.float32)
        kernels.lengths(self.points, self.offset, length)
        count = np.maximum(np.rint(length * rate).astype(np.int64) + 1, FEWEST_POINTS)
        offset = np.concatenate([[0], np.cumsum(count)])
        points = np.empty((offset[-1], 3), np.float32)
        kernels.resample(self.points, self.offset, length, offset, points)
        self.points, self.offset = points, offset

    def smooth(self, passes: int) -> None:
        """Laplacian smoothing, end points fixed."""
        if passes and len(self.edges):
            kernels.smooth(self.points, self.offset, passes, int(np.diff(self.offset).max()))


def straight(
    source: Float32[np.ndarray, "edge 3"], target: Float32[np.ndarray, "edge 3"]
) -> tuple[Float32[np.ndarray, "point 3"], Int64[np.ndarray, "edge_plus_1"]]:
    """Two points an edge: its ends."""
    points = np.stack([source, target], axis=1).reshape(-1, 3).astype(np.float32)
    return points, np.arange(0, len(points) + 1, 2, dtype=np.int64)
