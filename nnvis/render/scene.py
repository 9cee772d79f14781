"""A network as arrays ready to draw: each polyline point once, the most important edges first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nnvis.errors import RenderError
from nnvis.model.network import Layer, Network
from nnvis.render import palette

if TYPE_CHECKING:
    from jaxtyping import Float32, Float64, Int64

    from nnvis.config.rendering import Background, Palette

# Position quantised over the scene's bounds; `along` grows from 0 at an edge's source unit to
# END at its target unit, which also marks that no segment starts here; `edge` is the row of the
# edge's attributes.
POINT = np.dtype([("position", "<u2", 3), ("along", "<u2"), ("edge", "<u4")])
UNIT = np.dtype([("position", "<f4", 3), ("importance", "<f4"), ("colour", "<f4", 3)])
END = 65535


@dataclass(frozen=True)
class Scene:
    """What to draw of a network, for one choice of classes.

    Attributes
    ----------
    points
        Of all edges (:data:`POINT`), edge after edge, the most important edge first.
    point_end
        Points up to and including each edge, so a share of the edges is a count of points.
    edge_importance
        In [0, 1], falling; 1 is the most important edge for this choice.
    edge_colour
        At the source and at the target unit, sRGB in [0, 1], (edge, 2, 3).
    edge_end
        What of an edge's opacity is left at its target: edges into dead units fade out.
    edge_index, unit_index
        Row in the network of each edge and unit drawn.
    units
        The most important first (:data:`UNIT`).
    bounds
        Low and high corner, scene units.
    hull
        Extreme points of the scene in many directions: enough to frame it.
    layers, layer_hull
        The network's layers and the extreme points of each.
    class_place
        Position of each class's output unit; empty when the last layer is not one unit a class.
    mode
        ``"all"``, ``"importance"`` or a class name.
    skipped
        Edges that cannot be drawn: fewer than two points, or a point that is not a number.
    note
        Said before the caption: what is picked out.
    """

    points: np.ndarray
    point_end: Int64[np.ndarray, "edge"]
    edge_importance: Float32[np.ndarray, "edge"]
    edge_colour: Float32[np.ndarray, "edge 2 3"]
    edge_end: Float32[np.ndarray, "edge"]
    edge_index: Int64[np.ndarray, "edge"]
    units: np.ndarray
    unit_index: Int64[np.ndarray, "unit"]
    bounds: Float64[np.ndarray, "2 3"]
    hull: Float64[np.ndarray, "corner 3"]
    layers: tuple[Layer, ...]
    layer_hull: tuple[np.ndarray, ...]
    class_place: Float64[np.ndarray, "class 3"]
    class_names: tuple[str, ...]
    class_colour: Float32[np.ndarray, "class 3"]
    mode: str
    background: Background
    edges_total: int
    network_caption: str
    skipped: int
    note: str = ""

    def edges_drawn(self, threshold: float) -> int:
        """How many edges have at least this importance; they are the first ones."""
        return int(np.searchsorted(-self.edge_importance, -np.float32(threshold), side="right"))

    def points_drawn(self, edges: int) -> int:
        """How many points the first ``edges`` edges have."""
        return int(self.point_end[edges - 1]) if edges > 0 else 0

    def units_drawn(self, threshold: float) -> int:
        """How many units have at least this importance; they are the first ones."""
        falling = -self.units["importance"]
        return int(np.searchsorted(falling, -np.float32(threshold), side="right"))

    def only(self, edge_rows: np.ndarray, unit_rows: np.ndarray) -> Scene:
        """A scene of these edges and units alone, in the same place and the same colours.

        Parameters
        ----------
        edge_rows, unit_rows
            Rows of ``edge_index`` and ``unit_index``, in any order.
        """
        edges, units = np.unique(edge_rows).astype(np.int64), np.unique(unit_rows).astype(np.int64)
        begin = np.concatenate([[0], self.point_end])[edges]
        counts = self.point_end[edges] - begin
        end = np.cumsum(counts)
        points = self.points[np.repeat(begin - (end - counts), counts) + np.arange(counts.sum())]
        points["edge"] = np.repeat(np.arange(len(edges), dtype=np.uint32), counts)
        return replace(
            self,
            points=points,
            point_end=end,
            edge_importance=self.edge_importance[edges],
            edge_colour=self.edge_colour[edges],
            edge_end=self.edge_end[edges],
            edge_index=self.edge_index[edges],
            units=self.units[units],
            unit_index=self.unit_index[units],
        )

    def caption(self, threshold: float) -> str:
        """What share is drawn: ``6,797 of 67,963 edges, the 10 % most important``."""
        if self.note:
            return f"{self.note} · {replace(self, note='').caption(threshold)}"
        drawn = self.edges_drawn(threshold)
        total = max(self.edges_total, len(self.edge_importance) + self.skipped)
        own_class = self.mode if self.mode not in ("all", "importance") else ""
        if total == 0:
            return "no edges"
        if drawn == len(self.edge_importance) + self.skipped and not own_class:
            return self.network_caption
        if drawn == 0:
            return f"0 of {total:,} edges drawn: all are below the importance threshold"
        if own_class:
            return f"{drawn:,} of {total:,} edges drawn, those that matter most for {own_class}"
        share = f"{100 * drawn / total:.2g}" if drawn < total / 10 else f"{100 * drawn / total:.3g}"
        return f"{drawn:,} of {total:,} edges drawn, the {share} % most important"


def build_scene(
    network: Network,
    mode: str = "all",
    colours: Palette = "safe",
    background: Background = "light",
) -> Scene:
    """Arrays for ``network``.

    Parameters
    ----------
    mode
        ``"all"`` mixes the class colours by importance, ``"importance"`` is grey, a class name
        shows what matters for that class.

    Raises
    ------
    RenderError
        For an unknown class name, or a network without a unit that has a place.
    """
    placed = np.isfinite(network.unit_position).all(axis=1)
    if not placed.any():
        raise RenderError(
            "The network has no unit with a finite position, so there is nothing to draw; "
            "lay it out again."
        )
    class_colour = palette.class_colours(network.class_count, colours)
    unit_score, edge_score = importance_for(network, mode)

    whole, order = _edge_order(network, edge_score)
    position, counts = _gather(network, order)
    bounds = _bounds(network.unit_position[placed], position)
    point_end = np.cumsum(counts)
    points = quantised(position, counts, point_end, bounds)

    ends = np.stack([network.edge_source[order], network.edge_target[order]], axis=1)
    unit_colour, edge_colour = _colours(
        network, mode, class_colour, background, unit_score, edge_score[order], ends
    )
    rank = np.flatnonzero(placed)
    rank = rank[np.argsort(-unit_score[rank], kind="stable")]
    units = np.empty(len(rank), UNIT)
    units["position"] = network.unit_position[rank]
    units["importance"] = unit_score[rank]
    units["colour"] = unit_colour[rank]
    every = max(1, len(position) // 60_000)
    return Scene(
        points=points,
        point_end=point_end,
        edge_importance=edge_score[order],
        edge_colour=edge_colour,
        edge_end=np.minimum(1.0, 4.0 * unit_score[ends[:, 1]]).astype(np.float32),
        edge_index=order,
        units=units,
        unit_index=rank,
        bounds=bounds,
        hull=extremes(np.concatenate([network.unit_position[placed], position[::every]])),
        layers=network.layers,
        class_place=_output_places(network),
        layer_hull=tuple(
            extremes(network.unit_position[placed & (network.unit_layer == number)])
            for number in range(len(network.layers))
        ),
        class_names=network.class_names,
        class_colour=class_colour,
        mode=mode,
        background=background,
        edges_total=network.edges_total,
        network_caption=network.caption,
        skipped=network.edge_count - int(whole.sum()),
    )


def _output_places(network: Network) -> Float64[np.ndarray, "class 3"]:
    last = len(network.layers) - 1
    outputs = network.unit_position[network.unit_slice(last)]
    if last < 1 or len(outputs) != len(network.class_names):
        return np.empty((0, 3))
    return outputs.astype(np.float64)


def importance_for(network: Network, mode: str) -> tuple[np.ndarray, np.ndarray]:
    """Importance of units and edges for a choice of classes, each in [0, 1]: see `_shown`.

    For a class the combined score's mean over classes is replaced by the source unit's
    importance for that class.

    Raises
    ------
    RenderError
        When ``mode`` is neither ``all`` nor ``importance`` nor a class.
    """
    unit = np.nan_to_num(network.unit_importance, nan=0.0, posinf=0.0, neginf=0.0)
    edge = np.nan_to_num(network.edge_importance, nan=0.0, posinf=0.0, neginf=0.0)
    if mode in ("all", "importance"):
        score = unit.max(axis=1, initial=0.0)
    elif mode in network.class_names and network.class_names.index(mode) < network.class_count:
        number = network.class_names.index(mode)
        score = unit[:, number]
        mean = unit.mean(axis=1)[network.edge_source]
        own = score[network.edge_source]
        edge = np.divide(edge * own, mean, out=np.zeros_like(edge), where=mean > 0)
    else:
        raise RenderError(
            f"mode must be 'all', 'importance' or a class name "
            f"({_listed(network.class_names)}), got {mode!r}."
        )
    return _shown(score), _shown(edge)


def extremes(points: np.ndarray, directions: int = 200) -> np.ndarray:
    """The points that lie farthest in evenly spread directions, (n, 3) float64."""
    if len(points) <= directions:
        return points.astype(np.float64)
    # Fibonacci sphere.
    k = np.arange(directions) + 0.5
    y = 1 - 2 * k / directions
    angle = k * np.pi * (1 + 5**0.5)
    ring = np.sqrt(1 - y * y)
    sphere = np.stack([ring * np.cos(angle), y, ring * np.sin(angle)], axis=1)
    # A direction a row, for a maximum over columns takes several times as long.
    along = sphere.astype(np.float32) @ points.astype(np.float32).T
    farthest = np.argmax(along, axis=1)
    return points[np.unique(farthest)].astype(np.float64)


def _colours(
    network: Network,
    mode: str,
    class_colour: np.ndarray,
    background: Background,
    unit_score: np.ndarray,
    edge_score: np.ndarray,
    ends: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Colours of units (unit, 3) and of edges at their source and target (edge, 2, 3)."""
    if mode == "all" and network.class_count > 0:
        mixed = palette.mixed(network.unit_importance, class_colour, background)
        return mixed, mixed[ends].reshape(-1, 2, 3)
    colour = palette.grey(background)
    if mode not in ("all", "importance"):
        colour = class_colour[network.class_names.index(mode)]
    edges = palette.shaded(colour, edge_score, background)
    return palette.shaded(colour, unit_score, background), np.repeat(edges[:, None], 2, axis=1)


def _edge_order(network: Network, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which edges can be drawn, and their indices, the most important first."""
    counts = np.diff(network.point_offset)
    finite = np.isfinite(network.point_position).all(axis=1)
    lost = np.concatenate([[0], np.cumsum(~finite)])
    whole = (counts >= 2) & (lost[network.point_offset[1:]] == lost[network.point_offset[:-1]])
    order = np.flatnonzero(whole)
    return whole, order[np.argsort(-score[order], kind="stable")]


def _gather(network: Network, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points of the edges in ``order``, and how many each has."""
    counts = np.diff(network.point_offset)[order]
    start = network.point_offset[order] - (np.cumsum(counts) - counts)
    index = np.repeat(start, counts) + np.arange(counts.sum())
    return network.point_position[index], counts


def _bounds(units: np.ndarray, points: np.ndarray) -> np.ndarray:
    low, high = units.min(axis=0), units.max(axis=0)
    if len(points):
        low, high = np.minimum(low, points.min(axis=0)), np.maximum(high, points.max(axis=0))
    return np.stack([low, high]).astype(np.float64)


def quantised(
    position: np.ndarray, counts: np.ndarray, point_end: np.ndarray, bounds: np.ndarray
) -> np.ndarray:
    """Points of polylines as :data:`POINT`.

    Parameters
    ----------
    position
        (point, 3), polyline after polyline, within ``bounds`` (2, 3).
    counts, point_end
        Points of each polyline, and up to and including it.
    """
    points = np.empty(len(position), POINT)
    if not len(position):
        return points
    extent = bounds[1] - bounds[0]
    extent[extent == 0] = 1.0
    points["position"] = np.rint((position - bounds[0]) * (END / extent)).clip(0, END)
    points["edge"] = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
    step = np.arange(len(position)) - np.repeat(point_end - counts, counts)
    points["along"] = np.minimum(step * (END / np.repeat(counts - 1, counts)), END - 1)
    points["along"][point_end - 1] = END
    return points


def _shown(score: np.ndarray) -> np.ndarray:
    """The root of the share of the maximum: scores are heavy-tailed (real ones: median 0.002 of
    the maximum, the 10 % most important begin at 0.016), and a root keeps their order."""
    top = float(score.max(initial=0.0))
    if top <= 0:
        return np.zeros(len(score), np.float32)
    return np.sqrt(np.clip(score / top, 0, 1)).astype(np.float32)


def _listed(names: tuple[str, ...], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
