"""Networks for the tests of placing and bundling, ordinary and degenerate, and what must hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from networks import synthetic_network

from nnvis.bundling import straighten_edges
from nnvis.config import ProcessingConfig
from nnvis.model import Network

FEW_STEPS = ProcessingConfig(edge_bandwidth_reduction=0.5, node_bandwidth_reduction=0.5)
SIDE_MARGIN = 0.25
ROUNDING = 1e-6


def straight_network(
    sizes: Sequence[int] = (30, 12, 5), classes: int = 4, seed: int = 3, share: float = 1.0
) -> Network:
    """Units in clusters by class and the first ``share`` of the edges, straight."""
    network = synthetic_network(sizes, classes, seed=seed)
    return straighten_edges(with_edges(network, np.arange(round(share * network.edge_count))))


def with_edges(network: Network, numbers: np.ndarray) -> Network:
    """Only the edges ``numbers``, in that order, each with its own polyline."""
    offset = network.point_offset
    lines = [network.point_position[offset[e] : offset[e + 1]] for e in numbers]
    points = np.concatenate(lines) if lines else np.zeros((0, 3), np.float32)
    return replace(
        network,
        edge_source=network.edge_source[numbers],
        edge_target=network.edge_target[numbers],
        edge_weight=network.edge_weight[numbers],
        edge_importance=network.edge_importance[numbers],
        point_position=points,
        point_offset=np.cumsum([0, *map(len, lines)]).astype(np.int64),
    )


def with_importance(network: Network, importance: np.ndarray) -> Network:
    names = tuple(str(c) for c in range(importance.shape[1]))
    return replace(network, unit_importance=importance.astype(np.float32), class_names=names)


def at_places(network: Network, plane: np.ndarray) -> Network:
    """The units of the network at ``plane`` (x, y), its edges straight."""
    position = network.unit_position.copy()
    position[:, :2] = plane
    return straighten_edges(replace(network, unit_position=position))


def _one_edge_a_pair() -> Network:
    network = straight_network((4, 3, 2))
    layer = network.unit_layer[network.edge_source]
    return with_edges(network, np.array([np.flatnonzero(layer == k)[0] for k in (0, 1)]))


def _some_dark_units() -> Network:
    network = straight_network()
    importance = network.unit_importance.copy()
    importance[::3] = 0
    return with_importance(network, importance)


def _nan_importance() -> Network:
    network = straight_network()
    importance = network.unit_importance.copy()
    importance[0, 0], importance[1, 1] = np.nan, np.inf
    return with_importance(network, importance)


def _coincident_edges() -> Network:
    network = straight_network()
    return with_edges(network, np.repeat(np.arange(20), 3))


STRANGE: dict[str, Callable[[], Network]] = {
    "an ordinary network": straight_network,
    "curved edges": lambda: synthetic_network((20, 8, 4)),
    "no importance at all": lambda: with_importance(straight_network(), np.zeros((47, 4))),
    "some units without importance": _some_dark_units,
    "importance that is not finite": _nan_importance,
    "equal importance everywhere": lambda: with_importance(straight_network(), np.ones((47, 4))),
    "one class": lambda: straight_network(classes=1),
    "coincident units": lambda: at_places(straight_network(), np.full((47, 2), 0.1)),
    "coincident edges": _coincident_edges,
    "one unit a layer": lambda: straight_network((1, 1, 1)),
    "a bottleneck of one unit": lambda: straight_network((5, 1, 4)),
    "one edge a pair of layers": _one_edge_a_pair,
    "a single edge": lambda: straight_network((3, 2), share=0.2),
    "no edges": lambda: straight_network(share=0.0),
    "one layer": lambda: straight_network((9,)),
    "one unit": lambda: straight_network((1,)),
}


def copied(network: Network) -> Network:
    arrays = {name: v.copy() for name, v in vars(network).items() if isinstance(v, np.ndarray)}
    return replace(network, **arrays)


def assert_unchanged(network: Network, before: Network, what: str = "the network given") -> None:
    for name, value in vars(before).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(
                getattr(network, name), value, err_msg=f"{what}: {name} changed"
            )


def lines_of(network: Network) -> list[np.ndarray]:
    offset = network.point_offset
    return [network.point_position[offset[e] : offset[e + 1]] for e in range(len(offset) - 1)]


def assert_complete(moved: Network, given: Network, what: str) -> None:
    """What every action must keep: edges, their order, exact ends, finite points."""
    for name in ("edge_source", "edge_target", "edge_weight", "edge_importance", "unit_importance"):
        np.testing.assert_array_equal(
            getattr(moved, name), getattr(given, name), err_msg=f"{what}: {name} changed"
        )
    offset, points = moved.point_offset, moved.point_position
    assert offset.dtype == np.int64, f"{what}: point_offset is {offset.dtype}"
    assert points.dtype == np.float32, f"{what}: points are {points.dtype}"
    assert len(offset) == given.edge_count + 1, f"{what}: an edge was lost or made"
    assert (offset[0], offset[-1]) == (0, len(points)), f"{what}: offsets do not cover the points"
    assert (np.diff(offset) >= 2).all(), f"{what}: an edge has fewer than two points"
    assert np.isfinite(points).all(), f"{what}: points that are not finite"
    assert np.isfinite(moved.unit_position).all(), f"{what}: units that are not finite"
    np.testing.assert_array_equal(
        points[offset[:-1]], moved.unit_position[given.edge_source],
        err_msg=f"{what}: an edge does not start exactly at its unit",
    )  # fmt: skip
    np.testing.assert_array_equal(
        points[offset[1:] - 1], moved.unit_position[given.edge_target],
        err_msg=f"{what}: an edge does not end exactly at its unit",
    )  # fmt: skip


def assert_inside(network: Network, width: float, what: str) -> None:
    """Points between the two layers of their edge, and not far beside its connection's units."""
    layer = network.unit_layer
    pair = layer[network.edge_source].astype(int) * 1000 + layer[network.edge_target]
    lines = lines_of(network)
    for connection in np.unique(pair):
        edges = np.flatnonzero(pair == connection)
        points = np.concatenate([lines[e] for e in edges])
        ends = np.concatenate([network.edge_source[edges], network.edge_target[edges]])
        units = network.unit_position[ends]
        margin = np.array([SIDE_MARGIN * width, SIDE_MARGIN * width, 0]) + ROUNDING
        low, high = units.min(axis=0) - margin, units.max(axis=0) + margin
        assert ((points >= low) & (points <= high)).all(), (
            f"{what}: points leave the padded bounds {low} to {high}: "
            f"{points.min(axis=0)} to {points.max(axis=0)}"
        )


def distances(a: Network, b: Network) -> np.ndarray:
    """For each edge the largest distance between its two polylines, point by point."""
    assert np.array_equal(a.point_offset, b.point_offset), "the edges have other numbers of points"
    away = np.linalg.norm(a.point_position.astype(float) - b.point_position, axis=1)
    return np.maximum.reduceat(away, a.point_offset[:-1])
