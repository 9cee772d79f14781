"""A network ready to be drawn: units in space, edges as polylines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float32, Int32, Int64


@dataclass(frozen=True)
class Layer:
    """One layer of a placed network, in the plane ``z`` (scene units)."""

    name: str
    kind: str
    size: int
    z: float


@dataclass(frozen=True)
class Network:
    """Units, edges and the edges' polylines.

    Edges are sorted by ``edge_importance``, the most important first (equal ones in the order
    of connection, target unit, source unit), so that any share of the most important edges is
    a slice from the front. Edge e owns the points ``point_offset[e]:point_offset[e + 1]``; its
    first point is its source unit's position and its last its target unit's.

    Attributes
    ----------
    edge_importance
        The combined score: edge importance times the mean over classes of the source unit's
        importance.
    edges_total
        Edges before pruning.
    config
        The settings it was made with, and measured numbers under ``"measured"``.
    """

    layers: tuple[Layer, ...]
    class_names: tuple[str, ...]
    unit_position: Float32[np.ndarray, "unit 3"]
    unit_importance: Float32[np.ndarray, "unit class"]
    unit_layer: Int32[np.ndarray, "unit"]
    edge_source: Int32[np.ndarray, "edge"]
    edge_target: Int32[np.ndarray, "edge"]
    edge_weight: Float32[np.ndarray, "edge"]
    edge_importance: Float32[np.ndarray, "edge"]
    point_position: Float32[np.ndarray, "point 3"]
    point_offset: Int64[np.ndarray, "edge_plus_1"]
    edges_total: int
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def unit_count(self) -> int:
        return len(self.unit_layer)

    @property
    def edge_count(self) -> int:
        return len(self.edge_source)

    @property
    def point_count(self) -> int:
        return len(self.point_position)

    @property
    def class_count(self) -> int:
        return self.unit_importance.shape[1]

    @property
    def caption(self) -> str:
        """What share is here: ``6,797 of 67,963 edges, the 10 % most important``."""
        if self.edge_count >= self.edges_total:
            return f"all {self.edges_total:,} edges"
        share = 100 * self.edge_count / self.edges_total
        return (
            f"{self.edge_count:,} of {self.edges_total:,} edges, the {share:.3g} % most important"
        )

    def unit_slice(self, layer: int) -> slice:
        """The units of layer number ``layer``; units are stored layer by layer."""
        first = int(np.searchsorted(self.unit_layer, layer, side="left"))
        last = int(np.searchsorted(self.unit_layer, layer, side="right"))
        return slice(first, last)
