"""One sample and its nearest neighbours at two moments, as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Rectangle

from nnvis.neighbours import pictures_of
from nnvis.render.plots.neighbours_overlap import short
from nnvis.render.plots.style import (
    ACCENT,
    COLUMN,
    FAINT,
    INK,
    PALE,
    add_caption,
    classes,
    new_figure,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnvis.neighbours import NeighbourDynamics

_ACROSS = 4
_MOST = 16
_SMALL = 6  # longer names are set smaller
_GAP = 0.6  # between the two moments, in pictures
_NAME = 0.3  # room below a picture for its class


def draw(
    found: NeighbourDynamics,
    caption: str | None = None,
    sample: int | None = None,
    first: int | None = None,
    second: int | None = None,
) -> Figure:
    """The sample on top; below it, on the left and the right, its neighbours at two epochs.

    Neighbours at both epochs have a frame. At most 16 a side are drawn, nearest first, row by
    row.

    Raises
    ------
    DatasetError
        When the run keeps no pictures.
    ConfigError
        For a sample or epoch that is not there.
    """
    near = found.neighbourhood(sample, first, second)
    shown = min(found.k, _MOST)
    across = min(_ACROSS, shown)
    rows = -(-shown // across)
    width = 2 * across + _GAP
    height = 1 + _NAME + 0.75 + rows * (1 + _NAME)
    known = found.prediction[-1] if found.label is None else found.label
    ids = np.concatenate([[near.sample], near.neighbours[:, :shown].ravel()])
    pictures = pictures_of(found.probe, ids)
    scale = (COLUMN - 0.1) / width
    with styled():
        figure = new_figure(COLUMN, height * scale + 0.2 + (0.25 if caption else 0.0))
        axes = figure.add_subplot()
        axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
        axes.set_axis_off()
        colours = classes(len(found.class_names))
        size = 6 if max(map(len, found.class_names)) <= _SMALL else 5

        def put(at: int, x: float, y: float, kept: bool) -> None:
            number = int(known[ids[at]])
            _picture(axes, pictures[at], (x, y), kept)
            axes.text(
                *(x + 0.5, y + 1.02, short(found.class_names[number], 8)),
                color=colours[number], size=size, weight="bold", ha="center", va="top",
            )  # fmt: skip

        put(0, 0.05, 0, False)
        words = "true" if found.label is not None else "last predicted"
        name = found.class_names[int(known[near.sample])]
        lines = [f"sample {near.sample}, {words} class {name}"]
        for epoch, sure in zip(near.epochs, near.confidence, strict=True):
            row = int(np.flatnonzero(found.epochs == epoch)[0])
            said = found.class_names[int(found.prediction[row, near.sample])]
            lines.append(f"epoch {epoch}: predicted {said}, confidence {sure:.2f}")
        axes.text(1.25, 0.5, "\n".join(lines), va="center", size=6.5, linespacing=1.5)
        top = 1 + _NAME + 0.75
        for side in range(2):
            left = side * (across + _GAP)
            kept = int(near.kept[side].sum())
            axes.text(left + 0.05, top - 0.2, f"epoch {near.epochs[side]}", color=INK, size=7)
            axes.text(
                *(left + across - 0.05, top - 0.2, f"{kept} of {found.k} at both"),
                color=ACCENT if kept else FAINT, size=6, ha="right",
            )  # fmt: skip
            for place in range(shown):
                x, y = left + place % across, top + place // across * (1 + _NAME)
                put(1 + side * shown + place, x, y, bool(near.kept[side, place]))
        add_caption(figure, caption)
    return figure


def _picture(
    axes: Axes, picture: np.ndarray | None, corner: tuple[float, float], kept: bool
) -> None:
    x, y = corner
    inner = (x + 0.06, x + 0.94, y + 0.94, y + 0.06)
    if picture is None:
        axes.add_patch(Rectangle((x + 0.06, y + 0.06), 0.88, 0.88, color=PALE, lw=0))
        axes.text(x + 0.5, y + 0.5, "no\npicture", size=4, ha="center", va="center", color=FAINT)
    else:
        limits = axes.get_xlim(), axes.get_ylim()
        axes.imshow(picture, cmap="gray_r", vmin=0, vmax=255, extent=inner, aspect="equal")
        axes.set(xlim=limits[0], ylim=limits[1])
    if kept:
        axes.add_patch(Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, fill=False, ec=ACCENT, lw=1.0))
