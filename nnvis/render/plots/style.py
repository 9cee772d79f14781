"""How every figure looks: one place for sizes, fonts, colours and the caption line."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from nnvis.render.palette import class_colours, text_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

Draw = TypeVar("Draw", bound=Callable[..., Any])

COLUMN = 3.5  # inches: one column of a page
PAGE = 7.2
INK = to_hex(tuple(text_colour("light").tolist()))
FAINT = to_hex(tuple(text_colour("light", faint=True).tolist()))
PALE = "#e9e9e6"
ACCENT = "#1769f4"
INK_BLUE = "#1149a8"
# The kinds of phases, in colours of the class palette that are far from each other.
PHASES = {"settled": "#24b47b", "oscillating": "#cfae03", "forgetting": "#a71203"}
_SETTINGS: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 7,
    "axes.titlesize": 7,
    "axes.titlecolor": INK,
    "axes.labelsize": 7,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlepad": 3,
    # A fixed place: finding one measures every tick and label again.
    "axes.titley": 1.0,
    "axes.labelpad": 2,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 6,
    "ytick.labelsize": 6,
    "xtick.major.size": 2,
    "ytick.major.size": 2,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.major.pad": 2,
    "ytick.major.pad": 2,
    "lines.linewidth": 1,
    "legend.frameon": False,
    "legend.fontsize": 6,
    "figure.facecolor": "white",
    "figure.dpi": 150,
    "figure.constrained_layout.use": True,
    # Text stays text in vector files: it can be searched, copied and set in another font.
    "svg.fonttype": "none",
    "svg.hashsalt": "nnvis",
    "pdf.fonttype": 42,
    "savefig.dpi": 300,
}


@contextmanager
def styled() -> Iterator[None]:
    """Within it, new figures and axes have nnvis's looks; outside, matplotlib is as it was."""
    with rc_context(_SETTINGS):
        yield


def new_figure(width: float = COLUMN, height: float = 3.2) -> Figure:
    """An empty figure, inches; make it and its axes within :func:`styled`."""
    figure = Figure(figsize=(width, height), layout="constrained")
    engine: Any = figure.get_layout_engine()
    engine.set(w_pad=0.03, h_pad=0.03, wspace=0.02, hspace=0.02)
    return figure


@cache
def closeness() -> Colormap:
    """For distances: dark where epochs are alike, paper where they have nothing in common."""
    stops = ["#0b1f4b", "#1149a8", "#1f86d8", "#63bfe6", "#b9e0ea", "#f8f8f6"]
    return LinearSegmentedColormap.from_list("closeness", stops)


@cache
def amount() -> Colormap:
    """For amounts: paper for none, dark for most."""
    return closeness().reversed()


@cache
def count() -> Colormap:
    """For counts from 1 on: even the smallest shows on white."""
    stops = ["#b9e0ea", "#63bfe6", "#1f86d8", "#1149a8", "#0b1f4b"]
    return LinearSegmentedColormap.from_list("count", stops)


def classes(count: int) -> list[str]:
    """Colours of the classes as ``#rrggbb``."""
    return [to_hex(colour) for colour in class_colours(count)]


def epoch_ticks(axis: Axis, epochs: np.ndarray, most: int = 6) -> None:
    """Label the cells of an axis, 0 on, by the numbers of the recorded epochs."""

    def name(place: float, _: int | None = None) -> str:
        at = round(place)
        return str(epochs[at]) if abs(place - at) < 1e-6 and 0 <= at < len(epochs) else ""

    axis.set_major_locator(MaxNLocator(most, integer=True, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(name))


def no_ticks(axis: Axis) -> None:
    """Neither ticks nor labels, for the inner ones of small multiples: most of the time that a
    figure takes goes to them."""
    axis.set_ticks([])


def frame(axes: Axes) -> None:
    """All four sides, thin: for matrices."""
    for side in axes.spines.values():
        side.set_visible(True)


def note(axes: Axes, text: str) -> None:
    """A word in the middle of axes that have nothing to show."""
    axes.text(
        *(0.5, 0.5, text), transform=axes.transAxes, ha="center", va="center", color=FAINT, size=6
    )


def add_caption(figure: Figure, caption: str | None) -> None:
    """Run and settings below the figure, small and grey; nothing without ``caption``."""
    if not caption:
        return
    letters = int(figure.get_figwidth() * 20)
    figure.supxlabel(
        textwrap.fill(caption, letters), x=0.01, ha="left", size=5.5, color=FAINT, linespacing=1.3
    )
