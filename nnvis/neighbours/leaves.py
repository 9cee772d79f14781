"""Samples in boxes that halve space, so that crowded ones are measured against few others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float64, Int32, Int64

# Enough for vector instructions, and few enough for small boxes.
_MOST = 128


@dataclass(frozen=True)
class Leaves:
    """All samples by leaves; see :func:`nnvis.kernels.pairs.search_leaves`."""

    points: Float64[np.ndarray, "sample axis"]
    columns: Float64[np.ndarray, "axis sample"]
    members: Int64[np.ndarray, "sample"]
    start: Int64[np.ndarray, "end"]
    low: Float64[np.ndarray, "leaf axis"]
    high: Float64[np.ndarray, "leaf axis"]

    @classmethod
    def of(cls, points: Float64[np.ndarray, "sample axis"]) -> Leaves:
        """Halve the samples at the middle of the axis along which they reach farthest, until at
        most 128 are in each half."""
        waiting = [np.arange(len(points))]
        parts: list[np.ndarray] = []
        while waiting:
            part = waiting.pop()
            if len(part) <= _MOST:
                parts.append(part)
                continue
            here = points[part]
            axis = int((here.max(axis=0) - here.min(axis=0)).argmax())
            half = len(part) // 2
            order = part[np.argpartition(here[:, axis], half)]
            waiting += [order[half:], order[:half]]
        members = np.concatenate(parts)
        low = np.stack([points[part].min(axis=0) for part in parts])
        high = np.stack([points[part].max(axis=0) for part in parts])
        start = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
        return cls(points, np.ascontiguousarray(points[members].T), members, start, low, high)

    def nearest(self, own: Int64[np.ndarray, "chosen"], k: int) -> Int32[np.ndarray, "chosen k"]:
        """Ids of the k nearest of each of ``own``, by float64 distances, ties by id."""
        from nnvis.kernels.pairs import search_leaves

        found = np.empty((len(own), k), np.int32)
        search_leaves(
            self.points, self.columns, self.members, self.start, self.low, self.high, own, found
        )
        return found
