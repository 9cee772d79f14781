"""How many neighbours are kept from epoch to epoch: all samples, and each class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from nnvis.render.plots.style import (
    COLUMN,
    FAINT,
    INK_BLUE,
    add_caption,
    classes,
    new_figure,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnvis.neighbours import NeighbourDynamics

# More classes than this are told apart neither by colour nor by name.
_MOST = 12
# Names of lines that end together are moved apart by this share of the height.
_APART = 0.062


def draw(found: NeighbourDynamics, caption: str | None = None) -> Figure:
    """Above the mean with the middle half of the samples; below how far each class is from it,
    in percentage points, for classes mostly rise and fall together."""
    # Each point stands at the epoch that it leads to, for that is when it is known.
    epochs = found.epochs[1:]
    present = np.unique(found.classes)
    several = 1 < len(present) <= _MOST
    with styled():
        height = 4.0 if several else 2.2
        figure = new_figure(COLUMN, height + (0.25 if caption else 0.0))
        grid = figure.subplots(2 if several else 1, 1, squeeze=False, sharex=True)[:, 0]
        _all(grid[0], epochs, found.overlap)
        if several:
            _each(grid[1], epochs, found, present)
        grid[-1].set_xlabel("epoch")
        if len(epochs) > 1:
            grid[-1].xaxis.set_major_locator(MaxNLocator(6, integer=True))
        else:
            grid[-1].set_xticks(epochs)
        figure.supylabel(f"neighbours kept since the epoch before, of {found.k}", size=7)
        add_caption(figure, caption)
    return figure


def _all(axes: Axes, epochs: np.ndarray, overlap: np.ndarray) -> None:
    low, middle, high = np.quantile(overlap, [0.25, 0.5, 0.75], axis=1)
    mark = "o" if len(epochs) == 1 else ""
    axes.fill_between(epochs, low, high, color=INK_BLUE, alpha=0.15, lw=0, label="middle half")
    axes.plot(epochs, middle, color=INK_BLUE, lw=0.7, ls=(0, (3, 2)), marker=mark, label="median")
    axes.plot(epochs, overlap.mean(axis=1), color=INK_BLUE, lw=1.3, marker=mark, label="mean")
    axes.set_title(f"all {overlap.shape[1]:,} samples", loc="left", color=FAINT)
    axes.legend(loc="best", ncols=3, handlelength=1.5, columnspacing=1)
    _scale(axes, low, high)


def _each(axes: Axes, epochs: np.ndarray, found: NeighbourDynamics, present: np.ndarray) -> None:
    colours = classes(len(found.class_names))
    mean = found.overlap.mean(axis=1)
    above = {int(c): 100 * (found.of_class(int(c)).mean(axis=1) - mean) for c in present}
    axes.axhline(0, color=FAINT, lw=0.5)
    for number, line in above.items():
        axes.plot(epochs, line, color=colours[number], marker="o" if len(epochs) == 1 else "")
    words = "true class" if found.label is not None else "last predicted class"
    axes.set_title(f"each {words}: points above or below all", loc="left", color=FAINT)
    everything = np.concatenate(list(above.values()))
    room = max(0.08 * float(np.ptp(everything)), 0.5)
    bottom, top = float(everything.min()) - room, float(everything.max()) + room
    axes.set_ylim(bottom, top)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:+.3g}" if value else "0")
    )
    order = sorted(above, key=lambda c: above[c][-1])
    apart = _APART * (top - bottom)
    places = _apart([float(above[c][-1]) for c in order], apart, bottom + apart / 2, top)
    for number, place in zip(order, places, strict=True):
        axes.annotate(
            short(found.class_names[number], 10),
            (epochs[-1], place),
            xytext=(4, 0),
            textcoords="offset points",
            color=colours[number],
            size=6,
            weight="bold",
            va="center",
            annotation_clip=False,
        )


def _apart(places: list[float], least: float, bottom: float, top: float) -> list[float]:
    """Rising places moved until each is ``least`` above the one before and all are between
    ``bottom`` and ``top``, as far as there is room."""
    moved: list[float] = []
    for place in places:
        moved.append(place if not moved else max(place, moved[-1] + least))
    middle = sum(places) / len(places) - sum(moved) / len(moved)
    over = max(0.0, moved[-1] + middle - top)
    under = max(0.0, bottom - (moved[0] + middle - over))
    return [place + middle - over + under for place in moved]


def _scale(axes: Axes, low: np.ndarray, high: np.ndarray) -> None:
    bottom, top = float(low.min()), float(high.max())
    room = max(0.08 * (top - bottom), 0.01)
    axes.set_ylim(max(0.0, bottom - room), min(1.0, top + room))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.yaxis.set_major_locator(MaxNLocator(5))


def short(name: str, most: int) -> str:
    """``name`` in at most ``most`` letters."""
    return name if len(name) <= most else name[: most - 1] + "…"
