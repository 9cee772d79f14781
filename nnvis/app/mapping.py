"""Class maps for their panel: read or computed on the working thread, painted for the moment."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.app.state import ViewState
from nnvis.errors import UsageError
from nnvis.progress import Progress

if TYPE_CHECKING:
    from jaxtyping import Int64, UInt8

    from nnvis.app.training import Training
    from nnvis.classmap import ClassMaps
    from nnvis.model import Plane
    from nnvis.store import Run

KEY = "class map"
PICTURE = "class map"
PLANES = ("principal axes", "three selected samples")
# Of a map that is computed for the panel, along each axis.
_POINTS = 100
# Shorter sides are interpolated up to this many pixels.
_CRISP = 240
# A hundredth of an epoch more makes no other picture.
_DIGITS = 2


# Radius in points and opacity of a sample on the plane, and of one that the plane only passes by.
_ON, _OFF = (3.0, 1.0), (2.0, 0.5)
# The opacity left to samples of other classes while one class is shown.
_BACK = 0.15


@dataclass(frozen=True, eq=False)
class Marks:
    """Samples that are drawn alike.

    Attributes
    ----------
    number
        Their class; −1 where it is not known.
    rows
        Which of the map's samples.
    size
        Radius of a mark, points.
    alpha
        Opacity, 0 to 1.
    """

    number: int
    rows: Int64[np.ndarray, "some"]
    size: float
    alpha: float


@dataclass(frozen=True, eq=False)
class Mapped:
    """What the panel shows.

    Attributes
    ----------
    names
        Maps that the run recorded, to choose from; without any, planes are chosen.
    is_of_probe
        Whether the samples drawn are the probe's, one for one.
    """

    maps: ClassMaps
    names: tuple[str, ...]
    is_of_probe: bool

    def when(self, state: ViewState) -> float:
        """The epoch of the time line, held between the first and the last map's."""
        if state.training is None:
            return float(self.maps.last)
        epochs = state.training.epochs
        when = float(np.interp(state.moment, np.arange(len(epochs)), epochs))
        return min(max(when, self.maps.first), self.maps.last)


def find(run: Path, settings: Mapping[str, Any], state: ViewState, progress: Progress) -> Mapped:
    """The map ``name`` of those recorded, the first unless given; where the run recorded none,
    maps over the ``plane`` chosen from :data:`PLANES`.

    Raises
    ------
    UsageError
        When three samples are wanted and not selected.
    NnvisError
        When the run has nothing to make a map of: it says what is missing.
    """
    from nnvis.classmap import compute_maps, read_maps, recorded_maps
    from nnvis.store import Run

    opened = Run.open(run)
    names = tuple(recorded_maps(opened))
    if names:
        maps = read_maps(opened, settings.get("name"))
    else:
        x, y = _samples(opened, progress)
        plane = _plane(x, settings.get("plane", PLANES[0]), state.samples)
        maps = compute_maps(opened, plane, x, y, _POINTS, progress=progress)
    mapped = Mapped(maps, names, _is_of_probe(maps, state.training))
    # Painted here once, for on first use the kernel compiles and the window would wait for it.
    paint(mapped, state)
    return mapped


def marks(mapped: Mapped, mode: str) -> tuple[Marks, ...]:
    """The samples by class, those off the plane first and apart from those on it.

    When ``mode`` is the name of a class, its samples come last and the others are faint.
    """
    maps = mapped.maps
    samples = maps.samples
    if samples is None:
        return ()
    names = maps.class_names
    shown = names.index(mode) if mode in names else None
    on = samples.on_plane(maps.plane)
    label = np.full(len(on), -1) if samples.label is None else samples.label
    found: list[Marks] = []
    for is_on in (False, True):
        for number in np.unique(label).tolist():
            rows = np.flatnonzero((label == number) & (on == is_on))
            if len(rows):
                size, alpha = _ON if is_on else _OFF
                if shown is not None:
                    alpha = 1.0 if number == shown else _BACK * alpha
                found.append(Marks(number, rows, size, alpha))
    return tuple(sorted(found, key=lambda each: each.number == shown))


def view(mapped: Mapped, state: ViewState) -> Hashable:
    """What the painted map depends on."""
    when = round(mapped.when(state), _DIGITS)
    return when, state.map_kind, state.map_interpolation, state.rendering.background


def paint(mapped: Mapped, state: ViewState) -> dict[str, np.ndarray]:
    """The map at the time line's moment, the top row first."""
    share = mapped.maps.at(mapped.when(state), state.map_interpolation)
    return {PICTURE: painted(share, _CRISP, state)}


def painted(share: np.ndarray, least: int, state: ViewState) -> UInt8[np.ndarray, "row column 4"]:
    """Probabilities (y, x, class) in the state's kind of map, the top row first, with at least
    so many pixels along the shorter side."""
    from nnvis.render.classmap import finer, paint_map

    colour = paint_map(finer(share, least), state.map_kind, state.rendering.background)
    whole = np.full((*colour.shape[:2], 4), 255, np.uint8)
    whole[..., :3] = np.rint(255 * np.clip(colour[::-1], 0, 1))
    return whole


def _is_of_probe(maps: ClassMaps, training: Training | None) -> bool:
    samples = maps.samples
    if samples is None or training is None:
        return False
    if not 0 < len(samples.place) == training.prediction.shape[1]:
        return False
    label = None if training.probe is None else training.probe.label
    return label is None or samples.label is None or np.array_equal(label, samples.label)


def _samples(run: Run, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """The test samples of the run's data, and their classes."""
    from nnvis.reopening import samples_of

    advice = "record class maps by nnvis.Recorder(..., maps={name: plane})"
    _, samples = samples_of(run, progress=progress, advice=advice)
    return np.asarray(samples.x_test), np.asarray(samples.y_test)


def _plane(x: np.ndarray, kind: str, chosen: tuple[int, ...]) -> Plane:
    from nnvis.classmap import plane_of, plane_through, principal_plane

    if kind == PLANES[1]:
        if len(chosen) != 3:
            raise UsageError(
                f"A plane goes through three samples, and {len(chosen):,} are selected; select "
                "three in the Neighbours or the Training panel."
            )
        return plane_through(x, chosen)
    return plane_of(x) if x.shape[1:] == (2,) else principal_plane(x)
