"""Accuracy by share of edges removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnvis.render.plots.style import COLUMN, add_caption, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnvis.importance import PruneCurve


def draw(curve: PruneCurve, axes: Axes | None = None, caption: str | None = None) -> Figure:
    """Into ``axes``, beside other curves, or into a figure of its own."""
    with styled():
        if axes is None:
            axes = new_figure(COLUMN, 2.5).add_subplot()
        axes.plot(curve.percent, curve.accuracy, marker="o", markersize=2.5, label=curve.score)
        axes.set(xlabel="edges removed (%)", ylabel="accuracy", ylim=(0, 1.02))
        axes.legend()
        figure = axes.get_figure(root=True)
        assert figure is not None
        add_caption(figure, caption)
    return figure
