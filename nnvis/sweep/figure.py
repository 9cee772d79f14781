"""One figure of a study: accuracy over time by setting, and each run's distance matrix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import NnvisError
from nnvis.fingerprint import Fingerprint, fingerprint_run
from nnvis.store import Run
from nnvis.sweep.one import Job

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMNS = 5


def draw_sweep(jobs: Sequence[Job], title: str = "") -> Figure | None:
    """Accuracy of all runs that hold at least two records, and below it their distances.

    Each setting that varies has a panel of its own with the base in black; the darker a line,
    the larger the value. ``None`` when no run can be drawn.
    """
    from matplotlib.figure import Figure

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
    figure = Figure(figsize=(2.6 * _COLUMNS, 3.4 + 2.6 * rows), layout="constrained")
    # Typed Any: matplotlib's annotation allows for a single one.
    parts: Any = figure.subfigures(2, 1, height_ratios=(3.4, 2.6 * rows))
    above, below = parts
    panels = np.atleast_1d(above.subplots(1, len(varied), sharey=True))
    for key, axes in zip(varied, panels, strict=True):
        _draw_accuracy(axes, key, base, found)
    panels[0].set_ylabel("test accuracy")
    grid = np.atleast_1d(below.subplots(rows, _COLUMNS)).ravel()
    for axes in grid:
        axes.set_axis_off()
    picture = None
    for axes, (name, (_, print_)) in zip(grid, found.items(), strict=False):
        axes.set_axis_on()
        picture = axes.imshow(
            print_.distance, vmin=0, vmax=1, cmap="viridis", origin="lower", interpolation="nearest"
        )
        axes.set_title(name.replace("_", " "), fontsize=8)
        axes.tick_params(labelsize=6)
        _whole_numbers(axes)
    if picture is not None:
        below.colorbar(picture, ax=list(grid), label="transition distance", shrink=0.8)
    if title:
        figure.suptitle(title)
    return figure


def _draw_accuracy(
    axes: Axes, key: str, base: Job, found: dict[str, tuple[Job, Fingerprint]]
) -> None:
    shown = [
        (job, print_)
        for job, print_ in found.values()
        if job.name == base.name or job.training[key] != base.training[key]
    ]
    shown.sort(key=lambda pair: _order(pair[0].training[key]))
    for number, (job, print_) in enumerate(shown):
        accuracy = print_.history.accuracy
        if accuracy is None:
            continue
        is_base = job.name == base.name
        shade = 0.8 - 0.7 * number / max(len(shown) - 1, 1)
        axes.plot(
            print_.history.epochs,
            accuracy[1],
            color="black" if is_base else (shade, 0.45, 1 - shade / 2),
            linewidth=1.8 if is_base else 1.1,
            label=f"{job.training[key]:g}"
            if isinstance(job.training[key], float)
            else str(job.training[key]),
        )
    axes.set_title(key.replace("_", " "))
    axes.set_xlabel("record")
    _whole_numbers(axes)
    axes.legend(fontsize=7)


def _whole_numbers(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if axes.images:
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _order(value: object) -> tuple[float, str]:
    is_number = isinstance(value, int | float)
    return (float(value), "") if is_number else (math.inf, str(value))
