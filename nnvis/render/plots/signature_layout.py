"""Where the nodes and ribbons of a Sankey diagram lie, in inches, so that no labels meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from nnvis.signature import Sankey, SankeyLink, SankeyNode, ordered

if TYPE_CHECKING:
    from matplotlib.path import Path

POINTS = 72.0


@dataclass(frozen=True)
class Placed:
    """A node from ``bottom`` to ``top``."""

    node: SankeyNode
    bottom: float
    top: float

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


@dataclass(frozen=True)
class Ribbon:
    """A link whose top is at ``left`` at its source and at ``right`` at its target."""

    link: SankeyLink
    left: float
    right: float
    height: float


def text_width(text: str, size: float) -> float:
    """Of ``text`` in points ``size``, inches."""
    if not text:
        return 0.0
    return float(sum(_letter(letter) for letter in text)) * size / POINTS


@cache
def _letter(letter: str) -> float:
    """Width of a letter of size 1, as far as the next one."""
    from matplotlib.textpath import TextPath

    # Between two bars, for a blank alone has no outline.
    both = TextPath((0, 0), f"|{letter}|", size=100).get_extents().width
    none = TextPath((0, 0), "||", size=100).get_extents().width
    return (both - none) / 100


def shortened(text: str, size: float, width: float, keep_end: bool = False) -> str:
    """``text``, or as much of its beginning, or of its end, as is at most ``width`` inches."""
    if text_width(text, size) <= width:
        return text
    for length in range(len(text) - 1, -1, -1):
        words = f"…{text[len(text) - length :]}" if keep_end else f"{text[:length].rstrip()}…"
        if text_width(words, size) <= width:
            return words
    return "…"


def place_nodes(sankey: Sankey, height: float, gap: float, label: float) -> list[list[Placed]]:
    """Nodes of each column from top to bottom, spread over ``height`` inches.

    Parameters
    ----------
    gap
        Least space between two nodes.
    label
        Least distance between the middles of two, so that their labels do not meet.
    """
    columns = ordered(sankey)
    total = max(sankey.samples, 1)
    low, high = 0.0, height / total
    for _ in range(40):  # by halves: space for labels grows as nodes become thin
        scale = (low + high) / 2
        needed = max(_needed(column, scale, gap, label) for column in columns)
        low, high = (scale, high) if needed <= height else (low, scale)
    return [_column(column, low, height, gap, label) for column in columns]


def place_ribbons(
    sankey: Sankey, columns: Sequence[Sequence[Placed]], rank: Callable[[int], int]
) -> list[Ribbon]:
    """A ribbon for each link; at a node they leave and arrive in the order of their other ends.

    ``rank`` orders the input classes among ribbons between the same nodes.
    """
    place = {(each.node.column, each.node.number): each for column in columns for each in column}
    scale = max((each.top - each.bottom) / max(each.node.count, 1) for each in place.values())
    left = _stacked(sankey, place, scale, rank, out=True)
    right = _stacked(sankey, place, scale, rank, out=False)
    return [
        Ribbon(link, left[at], right[at], link.count * scale)
        for at, link in enumerate(sankey.links)
    ]


def ribbon_path(start: float, end: float, ribbon: Ribbon) -> Path:
    """Its outline from x ``start`` to ``end``: two curves that begin and end level."""
    from matplotlib.path import Path

    middle = (start + end) / 2
    top, bottom = (
        (ribbon.left, ribbon.right),
        (
            ribbon.left - ribbon.height,
            ribbon.right - ribbon.height,
        ),
    )
    points = [
        (start, top[0]),
        (middle, top[0]),
        (middle, top[1]),
        (end, top[1]),
        (end, bottom[1]),
        (middle, bottom[1]),
        (middle, bottom[0]),
        (start, bottom[0]),
        (start, top[0]),
    ]
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    return Path(points, codes)


def _gaps(column: Sequence[SankeyNode], scale: float, gap: float, label: float) -> list[float]:
    """Space between each node and the next."""
    sizes = [node.count * scale for node in column]
    return [max(gap, label - (sizes[at] + sizes[at + 1]) / 2) for at in range(len(sizes) - 1)]


def _needed(column: Sequence[SankeyNode], scale: float, gap: float, label: float) -> float:
    sizes = [node.count * scale for node in column]
    # Labels of the outermost nodes may be higher than these.
    ends = sum(max(0.0, (label - sizes[at]) / 2) for at in (0, -1))
    return sum(sizes) + sum(_gaps(column, scale, gap, label)) + ends


def _column(
    column: Sequence[SankeyNode], scale: float, height: float, gap: float, label: float
) -> list[Placed]:
    gaps = _gaps(column, scale, gap, label)
    spare = height - _needed(column, scale, gap, label)
    top = height - max(0.0, (label - column[0].count * scale) / 2)
    if len(column) == 1:
        top = (height + column[0].count * scale) / 2
    more = spare / len(gaps) if gaps else 0.0
    placed = []
    for at, node in enumerate(column):
        size = node.count * scale
        placed.append(Placed(node, top - size, top))
        top -= size + (gaps[at] + more if at < len(gaps) else 0)
    return placed


def _stacked(
    sankey: Sankey,
    place: dict[tuple[int, int], Placed],
    scale: float,
    rank: Callable[[int], int],
    out: bool,
) -> np.ndarray:
    """The top of each link at its source (``out``) or its target."""
    tops = np.zeros(len(sankey.links))
    used: dict[tuple[int, int], float] = {}

    def own(link: SankeyLink) -> tuple[int, int]:
        return (link.column, link.source) if out else (link.column + 1, link.target)

    def other(link: SankeyLink) -> tuple[int, int]:
        return (link.column + 1, link.target) if out else (link.column, link.source)

    def key(at: int) -> tuple[float, int, bool]:
        link = sankey.links[at]
        return (-place[other(link)].middle, rank(link.entry), not link.chosen)

    for at in sorted(range(len(sankey.links)), key=key):
        node = own(sankey.links[at])
        tops[at] = used.setdefault(node, place[node].top)
        used[node] -= sankey.links[at].count * scale
    return tops
