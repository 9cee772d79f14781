"""Networks and runs in files, small enough to be opened and processed in a moment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from networks import synthetic_network

from nnvis.config import ProcessingConfig
from nnvis.model import Connection, Importance, LayerGraph, LayerSpec, Network
from nnvis.store import Run, save_network

SIZES = (12, 8, 4)
# Settings with which an operation takes a few iterations.
QUICK = {
    "edge_bandwidth_reduction": 0.3,
    "node_bandwidth_reduction": 0.3,
    "sampling_rate": 5.0,
    "smoothing_iterations": 2,
}
QUICK_CONFIG = ProcessingConfig(**QUICK)


def saved_network(
    folder: Path, name: str = "network.safetensors", network: Network | None = None
) -> Path:
    """The path of a network that was saved."""
    path = folder / name
    save_network(synthetic_network(SIZES) if network is None else network, path)
    return path


def saved_run(folder: Path, name: str = "run", sizes: Sequence[int] = SIZES) -> Path:
    """The folder of a run with a network, its model and importance."""
    network = synthetic_network(sizes)
    run = Run.create(folder / name, class_names=network.class_names)
    run.save_network(network)
    rng = np.random.default_rng(1)
    layers = tuple(LayerSpec(one.name, one.kind, one.size) for one in network.layers)
    connections, edges, state = [], {}, {}
    for source, target in pairwise(layers):
        weight = rng.normal(size=(target.size, source.size)).astype(np.float32)
        connections.append(Connection(target.name, source.name, target.name, target.name, weight))
        edges[target.name] = np.abs(weight) / np.abs(weight).max()
        state[f"{target.name}.weight"] = weight
    run.save_model(LayerGraph(layers, tuple(connections)), state)
    units = {
        layer.name: network.unit_importance[network.unit_slice(number)]
        for number, layer in enumerate(network.layers)
    }
    run.save_importance(Importance(units, edges, network.class_names, {}))
    return run.path
