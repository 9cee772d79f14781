"""The state of a bundling run: each connection's edges, moved step by step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nnvis.bundling.polylines import Polylines
from nnvis.bundling.strength import alikeness
from nnvis.config import ProcessingConfig
from nnvis.density import EDGE_KERNEL, ClassDensity, StageTimes, class_lanes
from nnvis.kernels import advection
from nnvis.kernels import polyline as kernels
from nnvis.model import Network

if TYPE_CHECKING:
    from jaxtyping import Int32

# Points may leave the box of the units by this share of the layer width, sideways.
SIDE_MARGIN = 0.25


class Bundler:
    """Edges of a network, grouped by connection; each connection has its own density.

    Inside a connection edges are ordered by source and target unit. Neighbouring edges then
    touch neighbouring cells, and the result does not depend on the order of edges in the
    network.

    Attributes
    ----------
    alikeness
        Of the classes of the network's own edges, see :func:`nnvis.bundling.strength.alikeness`.
    """

    def __init__(
        self,
        network: Network,
        config: ProcessingConfig,
        times: StageTimes | None = None,
        class_ends: Int32[np.ndarray, "edge 2"] | None = None,
    ) -> None:
        """``class_ends`` gives each edge the class vectors of other units than its own; it
        serves the measure that compares with shuffled class vectors."""
        self.network = network
        self.config = config
        self.times = times or StageTimes()
        self._density = ClassDensity(EDGE_KERNEL, self.times)
        self._vectors = class_lanes(network.unit_importance)
        own = np.stack([network.edge_source, network.edge_target], axis=1).astype(np.int32)
        self.alikeness = alikeness(network.unit_importance, own, config.edge_importance_type)
        ends = own if class_ends is None else np.ascontiguousarray(class_ends, np.int32)
        self.connections: list[Polylines] = []
        layer = network.unit_layer
        pair = layer[own[:, 0]].astype(np.int64) * (len(network.layers) + 1) + layer[own[:, 1]]
        order = np.lexsort((own[:, 1], own[:, 0], pair))
        begins = np.flatnonzero(np.diff(pair[order], prepend=-1))
        for edges in np.split(order, begins[1:]):
            if len(edges) == 0:
                continue
            points, offset = gather_lines(network.point_position, network.point_offset, edges)
            self.connections.append(Polylines(edges, ends[edges], points, offset))
        self._boxes = [self._box(lines) for lines in self.connections]

    def resample(self) -> None:
        with self.times.stage("resample"):
            for lines in self.connections:
                lines.resample(self.config.sampling_rate)

    def smooth(self) -> None:
        with self.times.stage("smooth"):
            for lines in self.connections:
                lines.smooth(self.config.smoothing_iterations)

    def climb(self, bandwidth: float, separation: float, step: float) -> None:
        """Move every interior point by ``step`` (scene units, negative to diverge)."""
        smallest_cell = 1 / (3 * self.config.sampling_rate)
        for lines, box in zip(self.connections, self._boxes, strict=True):
            grid = self._density.estimate(
                lines.points,
                lines.offset,
                self._vectors,
                lines.ends,
                self.config.edge_importance_type,
                bandwidth,
                smallest_cell,
            )
            with self.times.stage("gather"):
                advection.climb(
                    lines.points, lines.offset, self._vectors, lines.ends,
                    self.config.edge_importance_type, np.float32(separation), True,
                    np.float32(step),
                    grid.place, grid.shape, grid.values, box,
                )  # fmt: skip

    def jitter(self, width: float, rng: np.random.Generator) -> None:
        """Move every interior point at random, ``width`` (scene units) on average per axis."""
        for lines, box in zip(self.connections, self._boxes, strict=True):
            noise = rng.normal(0.0, width, lines.points.shape).astype(np.float32)
            kernels.jitter(lines.points, lines.offset, noise, box)

    def result(self) -> Network:
        """The network with the edges as they are now, in the network's own order."""
        edges = self.network.edge_count
        if edges == 0:
            return self.network
        counts = np.empty(edges, np.int64)
        for lines in self.connections:
            counts[lines.edges] = np.diff(lines.offset)
        offset = np.concatenate([[0], np.cumsum(counts)])
        order = np.empty(edges, np.int64)
        order[np.concatenate([lines.edges for lines in self.connections])] = np.arange(edges)
        points = np.concatenate([lines.points for lines in self.connections])
        stacked = np.concatenate([[0], np.cumsum(
            np.concatenate([np.diff(lines.offset) for lines in self.connections])
        )])  # fmt: skip
        placed = np.empty_like(points)
        kernels.copy_lines(points, stacked, order, offset, placed)
        return replace(self.network, point_position=placed, point_offset=offset)

    def _box(self, lines: Polylines) -> np.ndarray:
        """Where the points of a connection may go: between its two layers, a little aside."""
        margin = SIDE_MARGIN * self.config.layer_width
        first = lines.points[lines.offset[:-1]]
        last = lines.points[lines.offset[1:] - 1]
        aside = np.array([margin, margin, 0], np.float32)
        low = np.minimum(first.min(axis=0), last.min(axis=0)) - aside
        high = np.maximum(first.max(axis=0), last.max(axis=0)) + aside
        return np.stack([low, high]).astype(np.float32)


def gather_lines(
    points: np.ndarray, offset: np.ndarray, edges: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The polylines of ``edges``, one after another, with their offsets."""
    counts = np.diff(offset)[edges]
    new_offset = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    copied = np.empty((new_offset[-1], 3), np.float32)
    kernels.copy_lines(points, offset, edges, new_offset, copied)
    return copied, new_offset
