"""The class density that edges climb, as cells that can be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnvis.bundling.actions import last_bandwidth
from nnvis.bundling.bundler import gather_lines
from nnvis.config import ProcessingConfig
from nnvis.density import EDGE_KERNEL, ClassDensity, class_lanes, unit_length
from nnvis.model import Network

if TYPE_CHECKING:
    from jaxtyping import Float32

MOST_CELLS = 200_000
# Cells of less than this share of the largest density are left out: the kernel's tails.
LEAST_DENSITY = 0.004
# Of the whole box, empty ones included; a network far larger than the layers' unit square gets
# larger cells instead of a grid that fills the memory.
_MOST_IN_BOX = 600_000


@dataclass(frozen=True)
class DensityCells:
    """Cells of a regular grid where edges run, the densest first.

    Attributes
    ----------
    centre
        Of each cell, scene units.
    width
        Of every cell, scene units.
    density
        Length of the cell's class vector over that of the densest cell, in (0, 1].
    lanes
        The density along each direction of class space that the bundler keeps apart.
    directions
        Those directions: ``lanes @ directions`` is the density of each class.
    """

    centre: Float32[np.ndarray, "cell 3"]
    width: float
    density: Float32[np.ndarray, "cell"]
    lanes: Float32[np.ndarray, "cell lane"]
    directions: Float32[np.ndarray, "lane class"]

    def __len__(self) -> int:
        return len(self.density)

    def classes(self, cells: slice = slice(None)) -> Float32[np.ndarray, "cell class"]:
        """Density of each class, >= 0, in the units of ``lanes``.

        With more classes than the bundler has lanes it is what the projection kept of them.
        """
        return np.maximum(self.lanes[cells] @ self.directions, 0)

    def of_class(self, number: int) -> Float32[np.ndarray, "cell"]:
        """Density of one class, >= 0, in the units of ``lanes``."""
        return np.maximum(self.lanes @ self.directions[:, number], 0)


def density_cells(
    network: Network, config: ProcessingConfig, most: int = MOST_CELLS
) -> DensityCells:
    """The class density of the edges as they lie, at the last bandwidth of bundling.

    It is the field of :func:`nnvis.bundling.advect_edges`, on one grid for all connections
    together, so that cells of neighbouring layers stand in line. The interior points of an edge
    count, as they do there; straight edges of two points have none and are sampled first.

    Parameters
    ----------
    config
        The settings of the bundling: sampling rate, bandwidth reduction and importance type.
    most
        Cells at most, >= 1; the least dense go first.
    """
    directions = _directions(network)
    finite = np.isfinite(network.point_position).all(axis=1)
    lost = np.concatenate([[0], np.cumsum(~finite)])
    offset = network.point_offset
    edges = np.flatnonzero((lost[offset[1:]] == lost[offset[:-1]]) & (np.diff(offset) >= 2))
    if not len(edges):
        return _none(directions)
    points, offset = gather_lines(network.point_position, network.point_offset, edges)
    ends = np.stack([network.edge_source, network.edge_target], axis=1)[edges].astype(np.int32)
    if np.diff(offset).max() < 3:
        from nnvis.bundling.polylines import Polylines

        lines = Polylines(edges, ends, points, offset)
        lines.resample(config.sampling_rate)
        points, offset = lines.points, lines.offset
    bandwidth, cell = _cell(points, config)
    grid = ClassDensity(EDGE_KERNEL).estimate(
        points, offset, class_lanes(network.unit_importance), ends, config.edge_importance_type,
        bandwidth, cell,
    )  # fmt: skip
    norm = grid.values[:, -1]
    top = float(norm.max(initial=0.0))
    if top <= 0:
        return _none(directions)
    kept = np.flatnonzero(norm > LEAST_DENSITY * top)
    kept = kept[np.argsort(-norm[kept], kind="stable")][:most]
    corner = np.stack(np.unravel_index(kept, tuple(grid.shape)), axis=1).astype(np.float32)
    return DensityCells(
        centre=grid.place[:3] + corner * grid.place[3],
        width=float(grid.place[3]),
        density=(norm[kept] / top).astype(np.float32),
        lanes=grid.values[kept, : len(directions)].copy(),
        directions=directions,
    )


def _cell(points: np.ndarray, config: ProcessingConfig) -> tuple[float, float]:
    """The last bandwidth and the least width of a cell, both larger for a huge network."""
    bandwidth = last_bandwidth(config)
    cell = max(bandwidth / EDGE_KERNEL.cells, 1 / (3 * config.sampling_rate))
    extent = np.ptp(points.astype(np.float64), axis=0)
    # Cells of the box with the kernel's margin of three bandwidths on either side.
    while np.prod((extent + 6 * bandwidth) / cell + 3) > _MOST_IN_BOX:
        bandwidth, cell = 1.1 * bandwidth, 1.1 * cell
    return bandwidth, cell


def _directions(network: Network) -> np.ndarray:
    """What each lane of :func:`nnvis.density.class_lanes` means in classes, (lane, class)."""
    values = np.nan_to_num(network.unit_importance.astype(np.float64), posinf=0.0, neginf=0.0)
    values = unit_length(values)
    lanes = class_lanes(network.unit_importance)
    used = max(1, min(lanes.shape[1] - 1, values.shape[1]))
    if values.shape[1] <= used:
        return np.eye(used, values.shape[1], dtype=np.float32)
    return (np.linalg.pinv(lanes[:, :used].astype(np.float64)) @ values).astype(np.float32)


def _none(directions: np.ndarray) -> DensityCells:
    return DensityCells(
        np.zeros((0, 3), np.float32), 0.0, np.zeros(0, np.float32),
        np.zeros((0, len(directions)), np.float32), directions,
    )  # fmt: skip
