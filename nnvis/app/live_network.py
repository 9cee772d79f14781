"""The network of a lesson as it stands, ready to be placed in the 3D view."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from nnvis.bundling import straighten_edges
from nnvis.layout import layer_planes, place_units
from nnvis.model import Layer, Network

if TYPE_CHECKING:
    from jaxtyping import Float32

    from nnvis.config import ProcessingConfig
    from nnvis.learning.live import LiveLook

MEASURE = (
    "An edge matters by the mean of |activation × weight| over the points of each class, a unit by "
    "the sum of that over its outgoing edges; both of their layer's largest. Output units are "
    "their classes. It says how much flows, not how much accuracy hangs on it."
)


def live_network(
    look: LiveLook, settings: ProcessingConfig, layout: Network | None = None
) -> Network:
    """All units and edges with the weights of now, importance as :data:`MEASURE` says.

    Parameters
    ----------
    layout
        The network as it was shown before: when it has the same layers its units and the lines
        of its edges stay where they are. Else units stand on their lattice.
    """
    classes = look.activation[0].shape[1]
    activation = look.activation
    if not any(one.any() for one in activation):  # no points: weights alone, alike for all classes
        activation = tuple(np.ones_like(one) for one in activation)
    flows = [
        np.abs(weight)[:, :, None] * mean[None]
        for weight, mean in zip(look.weight, activation, strict=True)
    ]
    units = [_scaled(flow.sum(axis=0)) for flow in flows]
    importance = np.concatenate([*units, np.eye(classes, dtype=np.float32)]).astype(np.float32)
    sizes = [len(mean) for mean in activation] + [classes]
    base = layout if layout is not None and _sizes(layout) == sizes else _placed(sizes, settings)
    score = [_scaled(flow.mean(axis=2)) for flow in flows]
    weight = _of_edges(base, look.weight)
    edge_importance = _of_edges(base, score)
    order = np.argsort(-edge_importance, kind="stable")
    counts = np.diff(base.point_offset)[order]
    offset = np.concatenate([[0], np.cumsum(counts)])
    point = np.repeat(base.point_offset[:-1][order] - offset[:-1], counts) + np.arange(offset[-1])
    return replace(
        base,
        class_names=tuple(f"class {number}" for number in range(1, classes + 1)),
        unit_importance=importance,
        edge_source=base.edge_source[order],
        edge_target=base.edge_target[order],
        edge_weight=weight[order],
        edge_importance=edge_importance[order],
        point_position=base.point_position[point],
        point_offset=offset.astype(np.int64),
    )


def _sizes(network: Network) -> list[int]:
    return [layer.size for layer in network.layers]


def _scaled(flow: np.ndarray) -> np.ndarray:
    return flow / max(float(flow.max(initial=0)), 1e-12)


def _of_edges(
    network: Network, matrices: tuple[np.ndarray, ...] | list[np.ndarray]
) -> Float32[np.ndarray, "edge"]:
    """The entry (out, in) of its connection for each edge."""
    begin = np.cumsum([0, *_sizes(network)])
    layer = network.unit_layer[network.edge_source]
    found = np.empty(network.edge_count, np.float32)
    for number, matrix in enumerate(matrices):
        here = layer == number
        row = network.edge_target[here] - begin[number + 1]
        found[here] = matrix[row, network.edge_source[here] - begin[number]]
    return found


def _placed(sizes: list[int], settings: ProcessingConfig) -> Network:
    """Fully connected layers on their lattices, edges straight and without weights yet."""
    begin = np.cumsum([0, *sizes])
    source = [
        np.tile(np.arange(into), out) + begin[n] for n, (into, out) in enumerate(pairwise(sizes))
    ]
    target = [
        np.repeat(np.arange(out), into) + begin[n + 1]
        for n, (into, out) in enumerate(pairwise(sizes))
    ]
    edges = sum(map(len, source))
    planes = layer_planes(len(sizes), settings.layer_distance)
    network = Network(
        layers=tuple(
            Layer("input" if n == 0 else f"fc{n}", "input" if n == 0 else "dense", size, float(z))
            for n, (size, z) in enumerate(zip(sizes, planes, strict=True))
        ),
        class_names=(),
        unit_position=place_units(sizes, settings.layer_width, settings.layer_distance),
        unit_importance=np.zeros((begin[-1], 0), np.float32),
        unit_layer=np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
        edge_source=np.concatenate(source).astype(np.int32),
        edge_target=np.concatenate(target).astype(np.int32),
        edge_weight=np.zeros(edges, np.float32),
        edge_importance=np.zeros(edges, np.float32),
        point_position=np.empty((0, 3), np.float32),
        point_offset=np.zeros(1, np.int64),
        edges_total=edges,
        config={"processing": {**settings.model_dump(), "prune_percentage": 0.0}},
    )
    return straighten_edges(network)
