"""Move units within their layer: alike ones together, unlike ones apart.

All layers are projected to one plane; each unit climbs f(x) = û·d(x) − s·|d(x)| for its class
direction û and the class density d of all units (``algorithms`` §2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nnvis.config import ProcessingConfig
from nnvis.density import NODE_KERNEL, ClassDensity, StageTimes, class_lanes
from nnvis.kernels import advection as kernels
from nnvis.model import Network
from nnvis.progress import Progress, quiet
from nnvis.schedule import bandwidths, separations

if TYPE_CHECKING:
    from jaxtyping import Float32

FIRST_BANDWIDTH = 0.75
STEP_PER_BANDWIDTH = 0.2
NOISE = 0.02

Watcher = Callable[[Network], None]


def advect_nodes(
    network: Network,
    config: ProcessingConfig,
    progress: Progress | None = None,
    watch: Watcher | None = None,
    times: StageTimes | None = None,
) -> Network:
    """Units of like importance drawn together; their edges follow.

    Parameters
    ----------
    watch
        Called with the network after each iteration, in this thread.

    Raises
    ------
    Cancelled
        At an iteration's end when asked to; the network given is unchanged.
    """
    return _move(network, config, 1.0, "placing units", quiet(progress), watch, times)


def diverge_nodes(
    network: Network,
    config: ProcessingConfig,
    progress: Progress | None = None,
    watch: Watcher | None = None,
) -> Network:
    """The same with the sign reversed: crowded units spread."""
    return _move(network, config, -1.0, "spreading units", quiet(progress), watch, None)


def noise_nodes(network: Network, config: ProcessingConfig, rng: np.random.Generator) -> Network:
    """Each unit moved at random in its plane, by about 2 % of the layer's width."""
    shift = rng.normal(0.0, NOISE * config.layer_width, (network.unit_count, 2))
    plane = network.unit_position[:, :2] + shift.astype(np.float32)
    half = config.layer_width / 2
    return move_units(network, np.clip(plane, -half, half).astype(np.float32))


def move_units(network: Network, plane: Float32[np.ndarray, "unit 2"]) -> Network:
    """The network with its units at ``plane`` (x, y); edges keep their shape and follow.

    A point at share t of its edge moves by (1 − t) times its source's shift plus t times its
    target's, so straight edges stay straight and end points stay exact.
    """
    position = network.unit_position.copy()
    position[:, :2] = plane
    shift = position - network.unit_position
    offset = network.point_offset
    counts = np.diff(offset)
    t = (np.arange(network.point_count) - np.repeat(offset[:-1], counts)) / np.repeat(
        np.maximum(counts - 1, 1), counts
    )
    t = t.astype(np.float32)[:, None]
    points = network.point_position.copy()
    points += (1 - t) * np.repeat(shift[network.edge_source], counts, axis=0)
    points += t * np.repeat(shift[network.edge_target], counts, axis=0)
    points[offset[:-1]] = position[network.edge_source]
    points[offset[1:] - 1] = position[network.edge_target]
    return replace(network, unit_position=position, point_position=points)


def _move(
    network: Network,
    config: ProcessingConfig,
    sign: float,
    stage: str,
    progress: Progress,
    watch: Watcher | None,
    times: StageTimes | None,
) -> Network:
    times = times or StageTimes()
    units = network.unit_count
    smallest_cell = 1 / (3 * config.sampling_rate)
    last = 2 * smallest_cell
    steps = bandwidths(FIRST_BANDWIDTH * config.layer_width, last, config.node_bandwidth_reduction)
    vectors = class_lanes(network.unit_importance)
    ends = np.repeat(np.arange(units, dtype=np.int32), 2).reshape(-1, 2)
    half = np.float32(config.layer_width / 2)
    density = ClassDensity(NODE_KERNEL, times)
    # Each unit is the one interior point of a polyline of three points, all in one plane.
    offset = np.arange(0, 3 * units + 1, 3, dtype=np.int64)
    plane = np.repeat(network.unit_position * np.array([1, 1, 0], np.float32), 3, axis=0)
    box = np.array([[-half, -half, 0], [half, half, 0]], np.float32)
    for done, (h, s) in enumerate(zip(steps, separations(steps, last), strict=True), start=1):
        grid = density.estimate(plane, offset, vectors, ends, 1, h, smallest_cell, in_plane=True)
        with times.stage("gather"):
            kernels.climb(
                plane, offset, vectors, ends, 1, np.float32(s), False,
                np.float32(sign * STEP_PER_BANDWIDTH * h), grid.place, grid.shape, grid.values, box,
            )  # fmt: skip
        plane = np.repeat(plane[1::3], 3, axis=0)
        if watch is not None:
            watch(move_units(network, plane[1::3, :2]))
        progress.step(stage, done, len(steps), bandwidth=h)
    return move_units(network, plane[1::3, :2])
