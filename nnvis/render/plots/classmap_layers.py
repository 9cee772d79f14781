"""What lies on the axes of a class map: colours, lines between classes, samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from contourpy import contour_generator
from matplotlib.collections import LineCollection

from nnvis.render.classmap import Look, finer
from nnvis.render.palette import background_colour, class_colours, grey

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from nnvis.classmap.maps import ClassMaps, PlacedSamples
    from nnvis.config.rendering import Background

_POINTS = 420  # of the painted map, along its shorter side
_SMALL_POINTS = 240
# Where three classes meet, lines leave a triangle of this grid open.
_LINE_POINTS = 240
_MOST_SAMPLES = 1000


class Layers:
    """The layers of one map; :meth:`show` changes them to another moment.

    ``moving`` holds those that change or lie above them, from bottom to top; ``points`` is how
    finely a moment is painted.
    """

    def __init__(
        self,
        axes: Axes,
        maps: ClassMaps,
        background: Background,
        samples: bool,
        small: bool = False,
    ) -> None:
        self._maps = maps
        self.points = _SMALL_POINTS if small else _POINTS
        left, right, bottom, top = maps.plane.extent
        self._extent = left, right, bottom, top
        self._image = axes.imshow(
            np.zeros((2, 2, 3)), extent=maps.plane.extent, origin="lower",
            interpolation="bilinear", zorder=0,
        )  # fmt: skip
        axes.set(xlim=(left, right), ylim=(bottom, top))
        ink = tuple(background_colour(background).tolist())
        width = 0.6 if small else 0.9
        self._lines = LineCollection([], colors=[ink], linewidths=width, capstyle="round", zorder=1)
        axes.add_collection(self._lines, autolim=False)
        self.moving: list[Artist] = [self._image, self._lines]
        if samples and maps.samples is not None:
            self.moving += _scatter(axes, maps, maps.samples, background, small)
        self.moving += list(axes.spines.values())

    def show(self, moment: float, look: Look) -> None:
        """Change to another moment."""
        colours = look.paint(self._maps, moment, self.points)
        rows, columns = colours.shape[:2]
        left, right, bottom, top = self._extent
        # Grid points lie on the edges of the extent, so half a pixel reaches over them.
        du, dv = (right - left) / (columns - 1) / 2, (top - bottom) / (rows - 1) / 2
        self._image.set_data(np.clip(colours, 0, 1))
        self._image.set_extent((left - du, right + du, bottom - dv, top + dv))
        self._image.axes.set(xlim=(left, right), ylim=(bottom, top))
        if look.kind == "region":
            probability = self._maps.at(moment, look.interpolation)
            self._lines.set_segments(class_lines(finer(probability, _LINE_POINTS), self._extent))


def class_lines(
    probability: np.ndarray, extent: tuple[float, float, float, float]
) -> list[np.ndarray]:
    """Lines (points, 2) at which two classes are equally probable and none is more so."""
    rows, columns, classes = probability.shape
    u = np.linspace(extent[0], extent[1], columns)
    v = np.linspace(extent[2], extent[3], rows)
    if classes < 2:
        return []
    best = probability.argmax(axis=2)
    lines: list[np.ndarray] = []
    for each in np.unique(best):
        # Only around the class's own places: elsewhere it has no line.
        own = best == each
        down, across = (_around(own.any(axis=axis)) for axis in (1, 0))
        part = probability[down, across]
        others = np.delete(part, each, axis=2).max(axis=2)
        found = contour_generator(u[across], v[down], part[..., each] - others).lines(0.0)
        lines += [line for line in found if isinstance(line, np.ndarray)]
    return lines


def _around(there: np.ndarray) -> slice:
    """From the place before the first to the one after the last."""
    places = np.flatnonzero(there)
    first, end = max(int(places[0]) - 1, 0), min(int(places[-1]) + 2, len(there))
    return slice(first, end)


def _scatter(
    axes: Axes, maps: ClassMaps, samples: PlacedSamples, background: Background, small: bool
) -> list[Artist]:
    """Samples in the colours of their classes; those off the plane small and faint."""
    left, right, bottom, top = maps.plane.extent
    place = samples.place
    inside = (place >= [left, bottom]).all(axis=1) & (place <= [right, top]).all(axis=1)
    chosen = np.flatnonzero(inside)
    on = samples.on_plane(maps.plane)[chosen]
    # Of many samples every so many-th, but all that lie on a plane through chosen ones.
    off, near = chosen[~on], chosen[on]
    off = off[:: max(1, -(-len(off) // _MOST_SAMPLES))]
    near = near[:: max(1, -(-len(near) // _MOST_SAMPLES))]
    colours = class_colours(len(maps.class_names))
    paper = tuple(background_colour(background).tolist())
    plain = np.tile(grey(background), (len(place), 1))
    tint = plain if samples.label is None else colours[samples.label % len(colours)]
    artists: list[Artist] = []
    size = 3.0 if small else 9.0
    few = len(near) <= 12
    for numbers, area, alpha, line in (
        (off, 0.45 * size, 0.55, 0.15),
        (near, 4 * size if few else size, 1.0, 0.8 if few else 0.35 if not small else 0.2),
    ):
        if len(numbers):
            artists.append(
                axes.scatter(
                    place[numbers, 0],
                    place[numbers, 1],
                    s=area,
                    c=tint[numbers],
                    alpha=alpha,
                    edgecolors=[paper],
                    linewidths=line,
                    zorder=2,
                    clip_on=True,
                )
            )
    return artists
