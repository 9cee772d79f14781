"""How many samples of each class each cluster holds, layer by layer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.ticker import FixedLocator

from nnvis.render.plots.signature_layout import shortened
from nnvis.render.plots.signatures import entry_colours
from nnvis.render.plots.style import (
    COLUMN,
    INK,
    PAGE,
    add_caption,
    count,
    frame,
    new_figure,
    no_ticks,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnvis.signature import Paths, Signatures

_COLUMNS = 3
_MOST_NAMES = 24
_MOST_NUMBERS = 12
_NAME = 5.5
_WIDEST_NAME = 0.7


def draw(
    found: Signatures,
    caption: str | None = None,
    samples: str = "test",
    classes: tuple[str, ...] | None = None,
) -> Figure:
    """One matrix a layer: input classes down, clusters across, samples as colour and number."""
    paths = found.paths(samples).of_classes(classes)
    entries = np.unique(paths.entry)
    layers = len(paths.layers)
    columns = min(layers, _COLUMNS)
    rows = math.ceil(layers / columns)
    matrices = [paths.counts(at)[entries] for at in range(layers)]
    most = max(2, max(int(matrix.max(initial=0)) for matrix in matrices))
    with styled():
        width = COLUMN if columns == 1 else PAGE
        tall = min(max(0.16 * len(entries), 0.9), width / columns)
        figure = new_figure(width, rows * (tall + 0.45) + 0.3)
        grid = figure.subplots(rows, columns, squeeze=False)
        image = None
        for at, axes in enumerate(grid.flat):
            if at >= layers:
                axes.set_visible(False)
                continue
            shown = np.ma.masked_less(matrices[at], 1)
            image = axes.imshow(
                shown, cmap=count(), norm=LogNorm(1, most), interpolation="nearest", aspect="auto"
            )
            frame(axes)
            axes.set_title(paths.layers[at])
            _numbers(axes, matrices[at], most)
            _classes(axes, paths, entries, shown=at % columns == 0)
            step = max(1, math.ceil(paths.clusters[at] / _MOST_NUMBERS))
            axes.xaxis.set_major_locator(FixedLocator(range(0, paths.clusters[at], step)))
            axes.set_xlabel("cluster")
        assert image is not None
        bar = figure.colorbar(image, ax=grid, aspect=30, pad=0.01, format="%d")
        words = "test samples" if samples == "test" else "correct training samples"
        bar.set_label(words)
        bar.outline.set_linewidth(0.5)  # type: ignore[operator]
        figure.supylabel("input class", size=7)
        add_caption(figure, caption)
    return figure


def _numbers(axes: Axes, matrix: np.ndarray, most: int) -> None:
    """The counts in their cells, where there is room."""
    if max(matrix.shape) > _MOST_NUMBERS:
        return
    for row, column in np.argwhere(matrix):
        value = int(matrix[row, column])
        is_dark = math.log(value) > 0.45 * math.log(most)
        axes.text(
            *(column, row, str(value)),
            ha="center",
            va="center",
            size=4,
            color="white" if is_dark else INK,
        )


def _classes(axes: Axes, paths: Paths, entries: np.ndarray, shown: bool) -> None:
    if not shown or len(entries) > _MOST_NAMES:
        no_ticks(axes.yaxis)
        return
    names = [shortened(paths.entry_names[k], _NAME, _WIDEST_NAME) for k in entries]
    axes.yaxis.set_ticks(range(len(names)), names)
    axes.yaxis.set_tick_params(length=0, labelsize=_NAME)
    colours = entry_colours(paths)
    for label, k in zip(axes.yaxis.get_ticklabels(), entries, strict=True):
        label.set_color(colours[k])
        label.set_fontweight("bold")
