"""The matrix of transition distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    from nnvis.fingerprint import Fingerprint


def draw(found: Fingerprint, caption: str | None = None) -> Figure:
    """Cell (s, t): how unlike the transitions from epochs s and t on are; dark is alike."""
    with styled():
        figure = new_figure(COLUMN, 3.0 if caption is None else 3.2)
        axes = figure.add_subplot()
        image = axes.imshow(
            found.distance,
            cmap=closeness(),
            vmin=0,
            vmax=1,
            origin="lower",
            interpolation="nearest",
        )
        frame(axes)
        for axis in (axes.xaxis, axes.yaxis):
            epoch_ticks(axis, found.history.epochs)
        axes.set(xlabel="transition from epoch t", ylabel="transition from epoch s")
        bar = figure.colorbar(image, ax=axes, shrink=0.8, aspect=28, pad=0.02)
        bar.set_label("distance D (0 alike, 1 nothing in common)")
        bar.outline.set_linewidth(0.5)  # type: ignore[operator]
        add_caption(figure, caption)
    return figure
