"""Recurrence measures of every band along time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FixedLocator, PercentFormatter, ScalarFormatter

from nnvis.render.plots.style import (
    COLUMN,
    add_caption,
    amount,
    epoch_ticks,
    frame,
    new_figure,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nnvis.fingerprint import RecurrenceWindows

# What is drawn, its name, whether it is a share, and the top of its scale: the largest value
# unless given. Of twenty bands that share all cells, few hold more than a quarter.
SHOWN = (
    ("recurrence_rate", "recurrence rate", True, None),
    ("determinism", "determinism", True, 1.0),
    ("diagonal_mean", "mean diagonal", False, None),
    ("diagonal_entropy", "diagonal entropy", False, None),
    ("laminarity", "laminarity", True, 1.0),
    ("trapping_time", "trapping time", False, None),
)


def draw(
    found: RecurrenceWindows, epochs: np.ndarray | None = None, caption: str | None = None
) -> Figure:
    """A strip for each measure: bands upwards, time to the right, dark is much.

    ``epochs`` are the numbers of the recorded epochs; rows of the matrix without them.
    """
    size = int(found.first[-1]) + found.window + 1
    numbers = np.arange(size) if epochs is None else epochs
    step = int(found.first[1] - found.first[0]) if len(found.first) > 1 else 1
    middle = (found.window - 1) / 2
    left = float(found.first[0]) + middle - step / 2
    right = float(found.first[-1]) + middle + step / 2
    edges = np.append(found.low, found.high[-1])
    places = np.arange(len(found.first) + 1) * step + left
    with styled():
        figure = new_figure(COLUMN, 5.6)
        column = figure.subplots(len(SHOWN), 1, sharex=True, sharey=True)
        for axes, (name, words, is_share, given) in zip(column, SHOWN, strict=True):
            values = found.values[name].T
            most = _rounded(float(values.max())) if given is None else given
            image = axes.pcolormesh(
                places,
                edges,
                values,
                cmap=amount(),
                vmin=0,
                vmax=most or 1,
                rasterized=True,
            )
            frame(axes)
            axes.set_title(words, loc="left")
            axes.set_ylim(float(edges[0]), float(edges[-1]))
            axes.yaxis.set_major_locator(FixedLocator([0, 0.5, 1]))
            form = PercentFormatter(1) if is_share else ScalarFormatter()
            bar = figure.colorbar(image, ax=axes, aspect=9, pad=0.02, format=form)
            bar.outline.set_linewidth(0.5)  # type: ignore[operator]
            bar.locator = FixedLocator([0, most / 2, most] if most else [0])
            bar.update_ticks()
        column[-1].set_xlim(left, right)
        epoch_ticks(column[-1].xaxis, numbers)
        column[-1].set_xlabel(f"epoch in the middle of a window of {found.window} transitions")
        figure.supylabel("band of the distance D", size=7)
        add_caption(figure, caption)
    return figure


def _rounded(value: float) -> float:
    """The next number upwards that has two digits, the second even: its half is short too."""
    if value <= 0:
        return 0.0
    unit = 10 ** (math.floor(math.log10(value)) - 1)
    return 2 * math.ceil(value / unit / 2 - 1e-9) * unit
