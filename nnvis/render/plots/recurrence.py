"""A recurrence plot for each band."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap

from nnvis.render.plots.style import (
    FAINT,
    INK_BLUE,
    PAGE,
    PALE,
    add_caption,
    epoch_ticks,
    frame,
    new_figure,
    no_ticks,
    note,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nnvis.fingerprint import Fingerprint, RecurrenceMeasures

_COLUMNS = 5
_MOST = 40


def draw(found: Fingerprint, caption: str | None = None) -> Figure:
    """One small square a band: a dot where the distance of two transitions lies in it."""
    bands = found.bands[:_MOST]
    columns = min(_COLUMNS, len(bands))
    rows = math.ceil(len(bands) / columns)
    # Transparent where nothing recurs, so that white stays white in any document.
    colours = ListedColormap([(1, 1, 1, 0), INK_BLUE])
    with styled():
        figure = new_figure(PAGE, PAGE * (rows + 0.35) / _COLUMNS + 0.3)
        grid = figure.subplots(rows, columns, squeeze=False)
        for at, (axes, band) in enumerate(zip(grid.flat, bands, strict=False)):
            axes.set_title(f"{band.band}   RR {band.recurrence_rate:.1%}", size=6)
            frame(axes)
            axes.imshow(
                in_band(found.distance, band),
                cmap=colours,
                vmin=0,
                vmax=1,
                origin="lower",
                interpolation="nearest",
            )
            if not band.points:
                axes.set_facecolor(PALE)
                axes.title.set_color(FAINT)
                note(axes, "no cell")
            is_lowest, is_left = at + columns >= len(bands), at % columns == 0
            for axis, is_outer, words in (
                (axes.xaxis, is_lowest, "epoch t"),
                (axes.yaxis, is_left, "epoch s"),
            ):
                if is_outer:
                    epoch_ticks(axis, found.history.epochs, 4)
                    axis.set_label_text(words)
                else:
                    no_ticks(axis)
        for axes in grid.flat[len(bands) :]:
            axes.set_visible(False)
        add_caption(figure, caption)
    return figure


def in_band(distance: np.ndarray, band: RecurrenceMeasures) -> np.ndarray:
    """Which cells lie in ``band``."""
    below = distance <= band.high if band.closed else distance < band.high
    return (distance >= band.low) & below
