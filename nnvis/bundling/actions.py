"""What can be done to the edges of a network, each from a complete network to a new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from nnvis.bundling.bundler import Bundler
from nnvis.bundling.polylines import straight
from nnvis.bundling.strength import strength
from nnvis.config import ProcessingConfig
from nnvis.density import StageTimes
from nnvis.model import Network
from nnvis.progress import Progress, quiet
from nnvis.schedule import bandwidths, separations

FIRST_BANDWIDTH = 0.5
# A little more than the bandwidth: tighter for the same purity (docs/decisions/bundling.md).
STEP_PER_BANDWIDTH = 1.2
NOISE = 0.01

Watcher = Callable[[Network], None]


def advect_edges(
    network: Network,
    config: ProcessingConfig,
    progress: Progress | None = None,
    watch: Watcher | None = None,
    times: StageTimes | None = None,
    class_ends: np.ndarray | None = None,
) -> Network:
    """Bundle the edges: alike ones run together, unlike ones part.

    The bandwidth starts anew at half the layer width and shrinks to two cells, whatever was
    done before.

    Parameters
    ----------
    watch
        Called with the network after each iteration, in this thread.
    class_ends
        Units whose class vectors each edge takes instead of its own ends'.

    Raises
    ------
    Cancelled
        At an iteration's end when asked to; the network given is unchanged.

    Notes
    -----
    Source: Hurter, Ersoy, Telea 2012 for the climb with shrinking bandwidth; Peysakhovich,
    Hurter, Telea 2015 for attraction by attributes.
    """
    return _move(network, config, 1.0, "bundling edges", progress, watch, times, class_ends)


def diverge_edges(
    network: Network,
    config: ProcessingConfig,
    progress: Progress | None = None,
    watch: Watcher | None = None,
) -> Network:
    """The same with the sign reversed: edges move apart."""
    return _move(network, config, -1.0, "spreading edges", progress, watch, None, None)


def noise_edges(network: Network, config: ProcessingConfig, rng: np.random.Generator) -> Network:
    """Each interior point moved at random, by about 1 % of the layer width per axis."""
    bundler = Bundler(network, config)
    bundler.resample()
    bundler.jitter(NOISE * config.layer_width, rng)
    return bundler.result()


def resample_edges(network: Network, config: ProcessingConfig) -> Network:
    """Points at even distances along each edge, ``sampling_rate`` for each scene unit."""
    bundler = Bundler(network, config)
    bundler.resample()
    return bundler.result()


def smooth_edges(network: Network, config: ProcessingConfig) -> Network:
    """``smoothing_iterations`` passes of Laplacian smoothing."""
    bundler = Bundler(network, config)
    bundler.smooth()
    return bundler.result()


def straighten_edges(network: Network) -> Network:
    """Every edge as the straight line between its units."""
    position = network.unit_position
    points, offset = straight(position[network.edge_source], position[network.edge_target])
    return replace(network, point_position=points, point_offset=offset)


def last_bandwidth(config: ProcessingConfig) -> float:
    """The bandwidth of the last iteration, scene units."""
    return _steps(config)[-1]


def _last(config: ProcessingConfig) -> float:
    return 2 / (3 * config.sampling_rate)


def _steps(config: ProcessingConfig) -> list[float]:
    first = FIRST_BANDWIDTH * config.layer_width
    return bandwidths(first, _last(config), config.edge_bandwidth_reduction)


def _move(
    network: Network,
    config: ProcessingConfig,
    sign: float,
    stage: str,
    progress: Progress | None,
    watch: Watcher | None,
    times: StageTimes | None,
    class_ends: np.ndarray | None,
) -> Network:
    progress = quiet(progress)
    bundler = Bundler(network, config, times, class_ends)
    last = _last(config)
    steps = _steps(config)
    most = strength(config.class_separation, bundler.alikeness)
    rising = [most * s for s in separations(steps, last)]
    for done, (h, s) in enumerate(zip(steps, rising, strict=True), start=1):
        bundler.resample()
        bundler.climb(h, s, sign * STEP_PER_BANDWIDTH * h)
        if config.smoothing:
            bundler.smooth()
        if watch is not None:
            watch(bundler.result())
        progress.step(stage, done, len(steps), bandwidth=h)
    bundler.resample()
    return bundler.result()
