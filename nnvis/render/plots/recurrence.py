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
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for axes, band in zip(grid.flat, bands, strict=False):
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
            for axis in (axes.xaxis, axes.yaxis):
                epoch_ticks(axis, found.history.epochs, 4)
        for axes in grid.flat[len(bands) :]:
            axes.set_visible(False)
        for axes in grid[-1]:
            axes.set_xlabel("epoch t")
        for axes in grid[:, 0]:
            axes.set_ylabel("epoch s")
        add_caption(figure, caption)
    return figure


def in_band(distance: np.ndarray, band: RecurrenceMeasures) -> np.ndarray:
    """Which cells lie in ``band``."""
    below = distance <= band.high if band.closed else distance < band.high
    return (distance >= band.low) & below
