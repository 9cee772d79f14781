"""Lengths of the lines of one band, and the density of its diagonals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from nnvis.render.plots.style import (
    ACCENT,
    COLUMN,
    FAINT,
    PALE,
    add_caption,
    new_figure,
    note,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnvis.fingerprint import RecurrenceMeasures


def draw(found: RecurrenceMeasures, caption: str | None = None) -> Figure:
    """Above, how many diagonal and vertical lines have which length; below, the density of
    recurrent cells by their distance from the main diagonal. Lines too short to count are pale.
    """
    with styled():
        figure = new_figure(COLUMN, 3.2)
        grid = figure.add_gridspec(2, 2)
        for column, (lengths, least, words) in enumerate(
            (
                (found.diagonal_lengths, found.l_min, "diagonal lines"),
                (found.vertical_lengths, found.v_min, "vertical lines"),
            )
        ):
            axes = figure.add_subplot(grid[0, column])
            axes.set(xlabel="length", ylabel="lines" if column == 0 else "")
            axes.set_title(words, loc="left")
            _bars(axes, lengths, least)
        axes = figure.add_subplot(grid[1, :])
        axes.plot(found.density, color=ACCENT)
        axes.set(xlabel="distance from the main diagonal", ylabel="density", ylim=(0, None))
        axes.set_title(f"{found.band}: recurrence rate {found.recurrence_rate:.1%}", loc="left")
        add_caption(figure, caption)
    return figure


def _bars(axes: Axes, lengths: np.ndarray, least: int) -> None:
    present = np.flatnonzero(lengths)
    if not len(present):
        note(axes, "none")
        return
    colours = [ACCENT if length >= least else PALE for length in present]
    axes.bar(present, lengths[present], width=0.9, color=colours, edgecolor=FAINT, linewidth=0.2)
    axes.set_yscale("log")
    axes.set_ylim(0.7, None)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
