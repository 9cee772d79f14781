"""Samples on their way: input class, the clusters of each layer, predicted class."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle

from nnvis.render.palette import class_colours
from nnvis.render.plots.signature_layout import (
    Placed,
    Ribbon,
    place_nodes,
    place_ribbons,
    ribbon_path,
    shortened,
    text_width,
)
from nnvis.render.plots.style import COLUMN, FAINT, INK, PAGE, add_caption, new_figure, styled
from nnvis.render.plots.style import classes as class_hexes
from nnvis.signature import OTHERS, sankey_of, thinned

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnvis.signature import Paths, Sankey, Signatures

# Inches.
_BAR = 0.05
_CHIP = 0.11  # height of a cluster's label; labels are so far apart at least
_LABEL = 0.115
_GAP = 0.035
_EDGE = 0.05
_HEAD = 0.2
_CAPTION = 0.11  # a line of it
_WIDEST_NAME = 0.95
_BETWEEN = 0.62  # columns, at least
_LOWEST = 2.3
_NAME, _NUMBER = 6.0, 5.0
_GREY = "#c9cacb"
# Flows of one class between two nodes with a smaller share of the samples are grey, together.
_THIN = 0.001


def draw(
    found: Signatures,
    caption: str | None = None,
    samples: str = "test",
    path: str | None = None,
    gather: float = 0.01,
    classes: tuple[str, ...] | None = None,
) -> Figure:
    """Ribbons in the colours of the input classes, as high as there are samples.

    Parameters
    ----------
    samples
        ``test``, or ``train`` for the correctly classified training samples.
    path
        Lit in colour while all others are grey, such as ``3>2>5>3``; ``*`` is any.
    gather
        Two clusters of a layer or more with less than this share of the samples are one node.
    classes
        Names of the input classes to show; all unless given.
    """
    paths = found.paths(samples).of_classes(classes)
    least = max(2, math.ceil(_THIN * len(paths)))
    sankey = thinned(sankey_of(paths, path, gather), least)
    caption = _with_thin(caption, sankey, least, path)
    colours = entry_colours(paths)
    left = _name_width(sankey, 0)
    right = _name_width(sankey, len(sankey.columns) - 1)
    spaces = len(sankey.columns) - 1
    width = min(max(COLUMN, left + right + spaces * _BETWEEN), max(PAGE, spaces * 0.4 + 2))
    most = max(len(sankey.column(number)) for number in range(spaces + 1))
    body = max(_LOWEST, most * _LABEL * 1.75)
    lines = _caption_lines(caption, width)
    foot = _EDGE + lines * _CAPTION
    with styled():
        figure = new_figure(width, foot + body + _HEAD)
        figure.set_layout_engine("none")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, width), ylim=(-foot, body + _HEAD))
        axes.axis("off")
        start, end = left + _EDGE, width - right - _EDGE
        places = [start + (end - start) * at / spaces for at in range(spaces + 1)]
        known = class_hexes(len(paths.class_names))
        columns = place_nodes(sankey, body, _GAP, _LABEL)
        _ribbons(axes, sankey, columns, places, colours)
        for at, column in enumerate(columns):
            _nodes(axes, column, places[at], at, spaces, colours, known)
        _heads(axes, sankey, places, body, width)
        add_caption(figure, caption)
    return figure


def entry_colours(paths: Paths) -> list[str]:
    """A colour for each input class: those of the network's classes as everywhere, then those
    that follow for classes it does not know."""
    known = len(paths.class_names)
    strange = [label for label in paths.entry_labels if label >= known]
    palette = class_colours(known + len(strange))
    place = {label: known + at for at, label in enumerate(strange)}
    return [to_hex(palette[place.get(label, label)]) for label in paths.entry_labels]


def _ribbons(
    axes: Axes,
    sankey: Sankey,
    columns: Sequence[Sequence[Placed]],
    places: Sequence[float],
    colours: Sequence[str],
) -> None:
    lit = not all(link.chosen for link in sankey.links)
    found = place_ribbons(sankey, columns, lambda entry: entry)

    def drawn_at(ribbon: Ribbon) -> tuple[bool, bool, float]:
        link = ribbon.link
        return (lit and link.chosen, link.entry != OTHERS, -ribbon.height)

    # Grey ones first; thin ones last, for broad ones would hide them; the lit path above all.
    for ribbon in sorted(found, key=drawn_at):
        link = ribbon.link
        start, end = places[link.column] + _BAR / 2, places[link.column + 1] - _BAR / 2
        is_grey = (lit and not link.chosen) or link.entry == OTHERS
        axes.add_patch(
            PathPatch(
                ribbon_path(start, end, ribbon),
                facecolor=_GREY if is_grey else colours[link.entry],
                alpha=0.45 if is_grey else 0.9 if lit else 0.55,
                # The thinnest must show: a hairline of its own colour.
                edgecolor=_GREY if is_grey else colours[link.entry],
                linewidth=0.12,
            )
        )


def _nodes(
    axes: Axes,
    column: Sequence[Placed],
    x: float,
    number: int,
    last: int,
    entries: Sequence[str],
    classes: Sequence[str],
) -> None:
    for each in column:
        bar = (x - _BAR / 2, each.bottom)
        colour = INK
        if number == 0:
            colour = entries[each.node.number]
        elif number == last:
            colour = classes[each.node.number]
        height = max(each.top - each.bottom, 0.004)
        axes.add_patch(Rectangle(bar, _BAR, height, facecolor=colour, linewidth=0))
        if number in (0, last):
            side = -1 if number == 0 else 1
            axes.text(
                x + side * (_BAR / 2 + 0.03),
                each.middle,
                shortened(each.node.name, _NAME, _WIDEST_NAME),
                ha="right" if number == 0 else "left",
                va="center_baseline",
                size=_NAME,
                color=INK,
            )
        else:
            _chip(axes, x, each.middle, each.node.name, each.node.number == OTHERS)


def _chip(axes: Axes, x: float, y: float, text: str, is_others: bool) -> None:
    """A cluster's number on paper, so that it can be read on any ribbon."""
    width = max(text_width(text, _NUMBER) + 0.05, _CHIP)
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - _CHIP / 2 + 0.005),
            width,
            _CHIP - 0.01,
            boxstyle="round,pad=0,rounding_size=0.03",
            facecolor="white",
            edgecolor=FAINT if is_others else INK,
            linewidth=0.4,
        )
    )
    axes.text(
        *(x, y, text),
        ha="center",
        va="center_baseline",
        size=_NUMBER,
        color=FAINT if is_others else INK,
    )


def _heads(axes: Axes, sankey: Sankey, places: Sequence[float], body: float, width: float) -> None:
    """Names of the columns, none over another or beyond the edge."""
    step = places[1] - places[0]
    last = len(places) - 1
    for at, (name, x) in enumerate(zip(sankey.columns, places, strict=True)):
        words, align, room = name, "center", step * 0.94
        if at in (0, last):
            # The outer ones reach outwards over the class names.
            align = "right" if at == 0 else "left"
            outside = (x if at == 0 else width - x) - 0.02
            words = name if text_width(name, _NAME) <= outside else name.split()[0]
            x += _BAR / 2 if at == 0 else -_BAR / 2
            room = outside
        axes.text(
            x,
            body + _HEAD * 0.55,
            # What tells layers apart is the end of their names.
            shortened(words, _NAME, room, keep_end=True),
            ha=align,
            va="center_baseline",
            size=_NAME,
            color=FAINT,
        )


def _with_thin(caption: str | None, sankey: Sankey, least: int, path: str | None) -> str | None:
    """``caption`` and what grey stands for, where a caption is wanted and there is grey."""
    thin = [link for link in sankey.links if link.entry == OTHERS]
    if caption is None or not thin or path is not None:
        return caption
    most = max(
        sum(link.count for link in thin if link.column == column)
        for column in range(len(sankey.columns) - 1)
    )
    share = most / max(sankey.samples, 1)
    return (
        f"{caption}. Grey: flows of fewer than {least} samples of a class, at most {share:.1%} of "
        "the samples between two columns"
    )


def _name_width(sankey: Sankey, column: int) -> float:
    """Room for the class names of an outer column, and for its head."""
    names = [shortened(node.name, _NAME, _WIDEST_NAME) for node in sankey.column(column)]
    head = sankey.columns[column].split()[0]
    widest = max(text_width(name, _NAME) for name in [*names, head])
    return widest + _BAR / 2 + 0.05


def _caption_lines(caption: str | None, width: float) -> int:
    return len(textwrap.wrap(caption, int(width * 20))) if caption else 0
