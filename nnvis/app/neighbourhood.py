"""Neighbourhood dynamics for its panel: found on the working thread, followed by the selection."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.app.pictures import enlarged, inked
from nnvis.app.state import ViewState
from nnvis.progress import Progress

if TYPE_CHECKING:
    from jaxtyping import Float64, Int64

    from nnvis.neighbours import NeighbourDynamics

KEY = "neighbours"
PICTURE = "neighbour distance"


@dataclass(frozen=True, eq=False)
class Neighbours:
    """What the panel shows.

    Attributes
    ----------
    found
        Of all probe samples.
    layers
        Those recorded, to choose from.
    """

    found: NeighbourDynamics
    layers: tuple[str, ...]

    def row(self, epoch: int) -> int:
        """The usable epoch at or before one of the run's; the first when there is none."""
        return max(int(np.searchsorted(self.found.epochs, epoch, side="right")) - 1, 0)

    def distance(self, samples: tuple[int, ...]) -> Float64[np.ndarray, "step step"]:
        """Between transitions, for these samples; for all when there are none."""
        return _distance(self, samples)


def find(run: Path, settings: Mapping[str, Any], _: ViewState, progress: Progress) -> Neighbours:
    """Of all probe samples of a run; ``settings`` may hold ``layer``, ``k`` and ``metric``."""
    from nnvis.neighbours import neighbours_run, recorded_layers
    from nnvis.store import Run

    opened = Run.open(run)
    found = neighbours_run(opened, **settings, progress=progress)
    return Neighbours(found, tuple(recorded_layers(opened)))


def view(_: Neighbours, state: ViewState) -> Hashable:
    """What the heat map depends on."""
    return state.samples, state.rendering.background


def paint(neighbours: Neighbours, state: ViewState) -> dict[str, np.ndarray]:
    """The heat map of transition distances, from the most alike two in ink to the least alike."""
    distance = neighbours.distance(state.samples)
    share = np.ones_like(distance)
    apart = ~np.eye(len(distance), dtype=bool)
    if apart.any():
        least, most = distance[apart].min(), distance[apart].max()
        share[apart] = (most - distance[apart]) / max(most - least, 1e-12)
    return {PICTURE: enlarged(inked(share, state.rendering.background))}


def spread(samples: Int64[np.ndarray, "sample"], most: int) -> Int64[np.ndarray, "fewer"]:
    """At most so many of the samples, evenly from the first to the last."""
    if len(samples) <= most:
        return samples
    return samples[np.linspace(0, len(samples) - 1, most).round().astype(int)]


@lru_cache(maxsize=4)
def _distance(neighbours: Neighbours, samples: tuple[int, ...]) -> np.ndarray:
    overlap = neighbours.found.overlap
    if samples:
        overlap = overlap[:, np.asarray(samples)]
    # As one matrix product: the selection changes while the window waits.
    square = (overlap**2).sum(axis=1)
    apart = square[:, None] + square[None, :] - 2 * (overlap @ overlap.T)
    apart = np.sqrt(np.clip(apart / overlap.shape[1], 0, 1))
    np.fill_diagonal(apart, 0)
    return apart
