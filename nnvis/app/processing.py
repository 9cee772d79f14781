"""What the Processing panel can do to a network, each from a complete network to a new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnvis import bundling, layout, pipeline
from nnvis.config import ProcessingConfig
from nnvis.model import Network
from nnvis.progress import Progress

Watcher = Callable[[Network], None]
Work = Callable[
    [Network, ProcessingConfig, np.random.Generator, Progress, Watcher],
    Network,
]


@dataclass(frozen=True)
class Operation:
    """A button: its label, what it does to the picture, and the work."""

    label: str
    tip: str
    work: Work


OPERATIONS: dict[str, Operation] = {
    "process": Operation(
        "Process",
        "From the lattice on: gather alike units, then bundle the edges.",
        lambda network, config, _, progress, watch: pipeline.bundle(
            network, config, progress, watch
        ),
    ),
    "node_advect": Operation(
        "Node Advect",
        "Units of like importance gather; unlike ones part.",
        lambda network, config, _, progress, watch: layout.advect_nodes(
            network, config, progress, watch
        ),
    ),
    "node_diverge": Operation(
        "Node Diverge",
        "Crowded units spread.",
        lambda network, config, _, progress, watch: layout.diverge_nodes(
            network, config, progress, watch
        ),
    ),
    "node_noise": Operation(
        "Node Noise",
        "Each unit moves at random, by about 2 % of the layer width.",
        lambda network, config, rng, *_: layout.noise_nodes(network, config, rng),
    ),
    "edge_advect": Operation(
        "Edge Advect",
        "Alike edges run together into bundles; unlike ones part.",
        lambda network, config, _, progress, watch: bundling.advect_edges(
            network, config, progress, watch
        ),
    ),
    "edge_diverge": Operation(
        "Edge Diverge",
        "Bundles loosen: edges move apart.",
        lambda network, config, _, progress, watch: bundling.diverge_edges(
            network, config, progress, watch
        ),
    ),
    "edge_noise": Operation(
        "Edge Noise",
        "Each point of an edge moves at random, by about 1 % of the layer width.",
        lambda network, config, rng, *_: bundling.noise_edges(network, config, rng),
    ),
    "resample": Operation(
        "Resample",
        "Points at even distances along each edge, as many as the sampling rate says.",
        lambda network, config, *_: bundling.resample_edges(network, config),
    ),
    "smooth": Operation(
        "Smoothing",
        "Laplacian smoothing, as many passes as smoothing iterations says.",
        lambda network, config, *_: bundling.smooth_edges(network, config),
    ),
    "straighten": Operation(
        "Straighten",
        "Every edge as the straight line between its units.",
        lambda network, *_: bundling.straighten_edges(network),
    ),
}
