"""The matrix of distances between transitions of neighbourhoods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nnvis.render.plots.style import (
    COLUMN,
    add_caption,
    closeness,
    epoch_ticks,
    frame,
    new_figure,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nnvis.neighbours import NeighbourDynamics


def draw(found: NeighbourDynamics, caption: str | None = None) -> Figure:
    """Cell (s, t): how differently the samples' neighbourhoods change from epochs s and t on.

    The first steps of a training are unlike all others. Colours end where they begin, so that
    the rest can be told apart; the colour bar's arrow says that there is more.
    """
    with styled():
        figure = new_figure(COLUMN, 3.0 if caption is None else 3.25)
        axes = figure.add_subplot()
        most, ends = largest_shown(found.distance)
        image = axes.imshow(
            found.distance,
            cmap=closeness(),
            vmin=0,
            vmax=most,
            origin="lower",
            interpolation="nearest",
        )
        frame(axes)
        for axis in (axes.xaxis, axes.yaxis):
            epoch_ticks(axis, found.epochs)
        axes.set(xlabel="transition from epoch t", ylabel="transition from epoch s")
        bar = figure.colorbar(
            image, ax=axes, shrink=0.8, aspect=28, pad=0.02, extend="max" if ends else "neither"
        )
        bar.set_label("distance D (0 alike, at most 1)")
        bar.outline.set_linewidth(0.5)  # type: ignore[operator]
        add_caption(figure, caption)
    return figure


def largest_shown(distance: np.ndarray) -> tuple[float, bool]:
    """Where colours end, and whether some distances lie beyond: 1.2 times what five of six are
    below, or the largest when that is less."""
    others = distance[np.triu_indices(len(distance), 1)]
    if not others.size or others.max() <= 0:
        return 1.0, False
    usual = 1.2 * float(np.quantile(others, 5 / 6))
    largest = float(others.max())
    return (usual, True) if 0 < usual < largest else (largest, False)
