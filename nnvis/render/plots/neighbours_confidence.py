"""Samples by confidence at two moments, drawn as their pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter

from nnvis.errors import DatasetError
from nnvis.neighbours import pictures_of
from nnvis.render.plots.neighbours_overlap import short
from nnvis.render.plots.style import (
    COLUMN,
    FAINT,
    add_caption,
    classes,
    new_figure,
    note,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnvis.neighbours import NeighbourDynamics

# Confidence is crowded below 1, so axes are stretched there: 1 − c = 10^(−stretch · place).
_STRETCH = 3.0
_TICKS = (0.0, 0.5, 0.9, 0.99, 1.0)
_CELLS = 22  # pictures along a side: each has a cell to itself
_MOST_NAMES = 20


def draw(
    found: NeighbourDynamics,
    caption: str | None = None,
    first: int | None = None,
    second: int | None = None,
) -> Figure:
    """Confidence at one epoch across, at another upwards, with a colour for each class.

    Where pictures would cover each other, one stands for the rest. Without pictures each sample
    is a dot. Unless given, the second epoch is the last, and the first is where confidence has
    come half of its way, for at the very beginning all samples are alike.
    """
    first = halfway(found) if first is None else first
    moments = found.moments(first, second)
    x, y = (place_of(each) for each in moments.confidence)
    with styled():
        figure = new_figure(COLUMN, COLUMN + (0.2 if caption is None else 0.45))
        axes = figure.add_subplot()
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
        axes.plot([0, 1], [0, 1], color=FAINT, lw=0.5, ls=(0, (2, 3)), zorder=0)
        shown = _as_pictures(axes, found, x, y)
        if shown is None:
            colours = np.array(classes(len(found.class_names)))[found.classes]
            axes.scatter(x, y, s=5, c=list(colours), lw=0, alpha=0.7)
            words = f"{len(x):,} samples"
        else:
            words = f"{shown:,} of {len(x):,} samples, one a cell"
        for axis, epoch in zip((axes.xaxis, axes.yaxis), moments.epochs, strict=True):
            axis.set_major_locator(FixedLocator(place_of(np.array(_TICKS)).tolist()))
            axis.set_major_formatter(FuncFormatter(_name))
            axis.set_label_text(f"confidence at epoch {epoch}")
        axes.set_title(words, loc="left", color=FAINT)
        _legend(figure, found)
        add_caption(figure, caption)
    return figure


def halfway(found: NeighbourDynamics) -> int:
    """The epoch before the last whose median place on the axis is nearest to the middle between
    those of the first and the last."""
    middle = np.median(place_of(found.confidence), axis=1)
    off = np.abs(middle - (middle[0] + middle[-1]) / 2)[:-1]
    return int(found.epochs[int(np.argmin(off))])


def place_of(confidence: np.ndarray) -> np.ndarray:
    """Where a confidence of 0 … 1 stands on the axis, 0 … 1."""
    return np.minimum(-np.log10(np.maximum(1 - confidence, 1e-12)) / _STRETCH, 1.0)


def _name(place: float, _: int | None = None) -> str:
    return "≥.999" if place >= 1 else f"{1 - 10 ** (-_STRETCH * place):.3g}"


def _as_pictures(axes: Axes, found: NeighbourDynamics, x: np.ndarray, y: np.ndarray) -> int | None:
    """Draw one picture a cell, the sample nearest to its middle; ``None`` without pictures."""
    try:
        pictures = pictures_of(found.probe, found.samples)
    except DatasetError:
        return None
    column = np.minimum((x * _CELLS).astype(int), _CELLS - 1)
    row = np.minimum((y * _CELLS).astype(int), _CELLS - 1)
    off = np.hypot(x * _CELLS - column - 0.5, y * _CELLS - row - 0.5)
    off[[picture is None for picture in pictures]] = np.inf
    taken: dict[tuple[int, int], int] = {}
    for at in np.lexsort((found.samples, off)).tolist():
        if np.isfinite(off[at]):
            taken.setdefault((int(column[at]), int(row[at])), at)
    colours = classes(len(found.class_names))
    half = 0.48 / _CELLS
    for (across, up), at in taken.items():
        picture = pictures[at]
        assert picture is not None
        middle = (across + 0.5) / _CELLS, (up + 0.5) / _CELLS
        axes.imshow(
            tinted(picture, colours[found.classes[at]]),
            extent=(middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half),
            interpolation="antialiased",
            aspect="equal",
        )
        if picture.ndim == 3:  # in its own colours, so that its class needs a frame
            corner = middle[0] - half, middle[1] - half
            colour = colours[found.classes[at]]
            axes.add_patch(Rectangle(corner, 2 * half, 2 * half, fill=False, ec=colour, lw=0.8))
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    return len(taken)


def tinted(picture: np.ndarray, colour: str) -> np.ndarray:
    """A grey picture as ink of one colour on nothing; one in colours as it is."""
    if picture.ndim == 3:
        return picture
    ink = np.empty((*picture.shape, 4))
    ink[..., :3] = to_rgb(colour)
    ink[..., 3] = picture / 255
    return ink


def _legend(figure: Figure, found: NeighbourDynamics) -> None:
    present = np.unique(found.classes)
    axes = figure.axes[0]
    if len(present) > _MOST_NAMES:
        return
    if not len(present):
        note(axes, "no sample")
    colours = classes(len(found.class_names))
    dots = [Line2D([], [], ls="", marker="o", ms=3, color=colours[number]) for number in present]
    names = [short(found.class_names[number], 12) for number in present]
    longest = max(map(len, names))
    columns = min(len(names), 60 // (longest + 5))
    figure.legend(
        dots,
        names,
        loc="outside upper center",
        ncols=columns,
        handletextpad=0.0,
        columnspacing=0.7,
        borderpad=0.1,
    )
