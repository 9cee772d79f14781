"""One figure of a study: accuracy over time by setting, and each run's distance matrix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator, PercentFormatter

from nnvis.errors import NnvisError
from nnvis.fingerprint import Fingerprint, fingerprint_run
from nnvis.render.plots.style import (
    INK,
    PAGE,
    closeness,
    count,
    epoch_ticks,
    frame,
    new_figure,
    no_ticks,
    styled,
)
from nnvis.store import Run
from nnvis.sweep.one import Job

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMNS = 5


def draw_sweep(jobs: Sequence[Job], title: str = "") -> Figure | None:
    """Accuracy of all runs that hold at least two records, and below it their distances.

    Each setting that varies has a panel of its own, with the base dashed; the darker a line, the
    larger the value. ``None`` when no run can be drawn.
    """
    found: dict[str, tuple[Job, Fingerprint]] = {}
    for job in jobs:
        try:
            found[job.name] = (job, fingerprint_run(Run.open(job.place)))
        except NnvisError:
            continue  # the table says why
    if not found:
        return None
    base = jobs[0]
    varied = [
        key for key in base.training if any(job.training[key] != base.training[key] for job in jobs)
    ] or ["learning_rate"]
    rows = math.ceil(len(found) / _COLUMNS)
    with styled():
        figure = new_figure(PAGE, 2.2 + PAGE / _COLUMNS * rows)
        # Typed Any: matplotlib's annotation allows for a single one.
        parts: Any = figure.subfigures(2, 1, height_ratios=(2.2, PAGE / _COLUMNS * rows))
        above, below = parts
        panels = np.atleast_1d(above.subplots(1, len(varied), sharey=True))
        for key, axes in zip(varied, panels, strict=True):
            _draw_accuracy(axes, key, base, found)
        panels[0].set_ylabel("accuracy")
        panels[0].yaxis.set_major_formatter(PercentFormatter(1))
        grid = np.atleast_1d(below.subplots(rows, _COLUMNS)).ravel()
        for axes in grid[len(found) :]:
            axes.set_axis_off()
        picture: Any = None
        for at, (axes, (job, print_)) in enumerate(zip(grid, found.values(), strict=False)):
            picture = _draw_distance(axes, job, print_, at, len(found))
        bar = below.colorbar(picture, ax=list(grid), shrink=0.8, aspect=40, pad=0.01)
        bar.set_label("distance D of two transitions (0 alike, 1 nothing in common)")
        bar.outline.set_linewidth(0.5)
        if title:
            figure.suptitle(title, size=8)
    return figure


def _draw_distance(axes: Axes, job: Job, print_: Fingerprint, at: int, runs: int) -> Any:
    picture = axes.imshow(
        print_.distance,
        vmin=0,
        vmax=1,
        cmap=closeness(),
        origin="lower",
        interpolation="nearest",
    )
    frame(axes)
    axes.set_title(job.name.replace("_", " "), size=6)
    epochs = print_.history.epochs
    for axis, is_outer, words in (
        (axes.xaxis, at + _COLUMNS >= runs, "record t"),
        (axes.yaxis, at % _COLUMNS == 0, "record s"),
    ):
        if is_outer:
            epoch_ticks(axis, epochs, 4)
            axis.set_label_text(words)
        else:
            no_ticks(axis)
    return picture


def _draw_accuracy(
    axes: Axes, key: str, base: Job, found: dict[str, tuple[Job, Fingerprint]]
) -> None:
    shown = [
        (job, print_)
        for job, print_ in found.values()
        if job.name == base.name or job.training[key] != base.training[key]
    ]
    shown.sort(key=lambda pair: _order(pair[0].training[key]))
    colours = count()(np.linspace(0.15, 0.9, len(shown)))
    for colour, (job, print_) in zip(colours, shown, strict=True):
        accuracy = print_.history.accuracy
        if accuracy is None:
            continue
        is_base = job.name == base.name
        value = job.training[key]
        axes.plot(
            print_.history.epochs,
            accuracy[1],
            color=INK if is_base else tuple(colour),
            linestyle="--" if is_base else "-",
            zorder=3 if is_base else 2,
            label=f"{value:g}" if isinstance(value, float) else str(value),
        )
    axes.set_title(key.replace("_", " "), loc="left")
    axes.set_xlabel("record")
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.legend()


def _order(value: object) -> tuple[float, str]:
    is_number = isinstance(value, int | float)
    return (float(value), "") if is_number else (math.inf, str(value))
