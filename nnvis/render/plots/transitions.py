"""Transition matrices as small multiples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap, LogNorm

from nnvis.render.plots.style import (
    PAGE,
    PALE,
    add_caption,
    classes,
    count,
    frame,
    new_figure,
    no_ticks,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnvis.fingerprint import Fingerprint

_COLUMNS = 6
_MOST = 24
_AROUND = 4
_MOST_NAMES = 20
_LONGEST_NAME = 8


def draw(found: Fingerprint, caption: str | None = None) -> Figure:
    """Up to 24 transitions: those that stand out from their time, and others between them.

    Rows are the class before, columns the class after; the diagonal, samples that stay, is
    left grey, for it would outshine all else.
    """
    chosen = choose(found.changed)
    columns = min(_COLUMNS, len(chosen))
    rows = math.ceil(len(chosen) / columns)
    matrices = [_changes(found, t) for t in chosen]
    most = max(2, max(int(matrix.max()) for matrix in matrices))
    with styled():
        figure = new_figure(PAGE * max(columns, 2.5) / _COLUMNS, (rows * 1.17) + 0.45)
        grid = figure.subplots(rows, columns, squeeze=False)
        image = None
        for at, axes in enumerate(grid.flat):
            if at >= len(chosen):
                axes.set_visible(False)
                continue
            shown = np.ma.masked_less(matrices[at], 1)
            image = axes.imshow(shown, cmap=count(), norm=LogNorm(1, most), interpolation="nearest")
            _dress(axes, found, chosen[at])
            last = at + columns >= len(chosen)
            _name_classes(axes, found, names_left=at % columns == 0, names_below=last)
        assert image is not None
        bar = figure.colorbar(image, ax=grid, shrink=0.6, aspect=40, pad=0.01, format="%d")
        bar.set_label("samples that change class")
        bar.outline.set_linewidth(0.5)  # type: ignore[operator]
        figure.supylabel("class before (rows) → class after (columns)", size=7)
        add_caption(figure, caption)
    return figure


def choose(changed: np.ndarray, most: int = _MOST) -> list[int]:
    """At most ``most`` transitions, rising: half are those at which far more changes than is
    usual around them, so that an event shows beside a later, larger one; half spread evenly."""
    if len(changed) <= most:
        return list(range(len(changed)))
    padded = np.pad(changed, _AROUND, mode="reflect")
    usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1), axis=1)
    outstanding = changed / (usual + 0.005)
    largest = np.argsort(-outstanding, kind="stable")[: most // 2]
    others = np.setdiff1d(np.arange(len(changed)), largest)
    spread = others[np.linspace(0, len(others) - 1, most - len(largest)).round().astype(int)]
    return sorted({*largest.tolist(), *spread.tolist()})


def _changes(found: Fingerprint, t: int) -> np.ndarray:
    deltas = found.deltas
    matrix = (deltas[t] if isinstance(deltas, np.ndarray) else deltas.dense(t)).copy()
    np.fill_diagonal(matrix, 0)
    return matrix


def _dress(axes: Axes, found: Fingerprint, t: int) -> None:
    epochs = found.history.epochs
    axes.set_title(f"{epochs[t]} → {epochs[t + 1]}   {found.changed[t]:.1%}", size=6)
    frame(axes)
    n_classes = len(found.history.class_names)
    stays = np.ma.masked_equal(np.eye(n_classes), 0)
    axes.imshow(stays, cmap=ListedColormap([PALE]), interpolation="nearest")


def _name_classes(axes: Axes, found: Fingerprint, names_left: bool, names_below: bool) -> None:
    names = found.history.class_names
    colours = classes(len(names))
    for axis, shown in ((axes.yaxis, names_left), (axes.xaxis, names_below)):
        if not shown:
            no_ticks(axis)
            continue
        if len(names) > _MOST_NAMES:
            continue
        axis.set_ticks(range(len(names)), [_short(name) for name in names])
        axis.set_tick_params(length=0, labelsize=5)
        for label, colour in zip(axis.get_ticklabels(), colours, strict=False):
            label.set_color(colour)
            label.set_fontweight("bold")
    if max(map(len, names)) > 2 and len(names) <= _MOST_NAMES:
        axes.xaxis.set_tick_params(labelrotation=90)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
