"""Every action on nodes and edges by name, for tests that hold for all of them."""

from __future__ import annotations

import numpy as np

from nnvis.bundling import (
    advect_edges,
    diverge_edges,
    noise_edges,
    resample_edges,
    smooth_edges,
    straighten_edges,
)
from nnvis.config import ProcessingConfig
from nnvis.layout import advect_nodes, diverge_nodes, noise_nodes

RATE = ProcessingConfig().sampling_rate


def seeded(action):
    return lambda network, config: action(network, config, np.random.default_rng(5))


EDGE_ACTIONS = {
    "advect_edges": advect_edges,
    "diverge_edges": diverge_edges,
    "noise_edges": seeded(noise_edges),
    "resample_edges": resample_edges,
    "smooth_edges": smooth_edges,
    "straighten_edges": lambda network, config: straighten_edges(network),
}
NODE_ACTIONS = {
    "advect_nodes": advect_nodes,
    "diverge_nodes": diverge_nodes,
    "noise_nodes": seeded(noise_nodes),
}
ACTIONS = {**EDGE_ACTIONS, **NODE_ACTIONS}
ITERATED = {name: ACTIONS[name] for name in ACTIONS if "vect" in name or "diverge" in name}
