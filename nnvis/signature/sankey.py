"""The table as a diagram: how many samples flow between classes and clusters."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection

    from nnvis.signature.paths import Paths

OTHERS = -1
INPUT = "input class"
PREDICTED = "predicted class"


@dataclass(frozen=True)
class SankeyNode:
    """An input class, a cluster or a predicted class that samples pass.

    Attributes
    ----------
    column
        0 for input classes, then one a layer, the last for predicted classes.
    number
        Of the class or cluster; −1 for small clusters gathered in one node.
    members
        The numbers of the classes or clusters in it: one, or those gathered.
    count
        Samples that pass.
    """

    column: int
    number: int
    name: str
    members: tuple[int, ...]
    count: int


@dataclass(frozen=True)
class SankeyLink:
    """Samples of one input class that go from a node to one of the next column.

    Attributes
    ----------
    column
        Of the source.
    source, target
        Numbers of the nodes.
    entry
        Number of the input class; −1 for thin links of several, gathered in one.
    chosen
        Whether these samples are asked for, by a path or one by one; always when none are.
    """

    column: int
    source: int
    target: int
    entry: int
    chosen: bool
    count: int


@dataclass(frozen=True)
class Sankey:
    """Nodes by column and number, links between neighbouring columns; every sample once in each.

    At each node as many samples come in as go out.
    """

    columns: tuple[str, ...]
    nodes: tuple[SankeyNode, ...]
    links: tuple[SankeyLink, ...]
    samples: int

    def column(self, number: int) -> tuple[SankeyNode, ...]:
        """The nodes of one column."""
        return tuple(node for node in self.nodes if node.column == number)

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, ready for JSON."""
        return asdict(self)


def sankey_of(
    paths: Paths,
    path: str | None = None,
    gather: float = 0.0,
    samples: Collection[int] | None = None,
) -> Sankey:
    """The flows of ``paths``.

    Parameters
    ----------
    path
        Mark the flows of the samples along it, such as ``3>2>5>3``; ``*`` is any.
    gather
        Two clusters of a layer or more that have less than this share of the samples each
        become one node.
    samples
        Mark the flows of these samples, by their numbers in the data; with a path, of those
        along it.

    Raises
    ------
    ConfigError
        When ``gather`` is not from 0 to 1.
    UsageError
        For a path with a class or cluster that does not exist.
    """
    if isinstance(gather, bool) or not 0 <= gather <= 1:
        raise ConfigError(f"gather must be a share from 0 to 1, got {gather!r}.")
    chosen = np.ones(len(paths), bool) if path is None else paths.on(path)
    if samples is not None:
        chosen &= np.isin(paths.sample, np.fromiter(samples, np.int64, len(samples)))
    steps = paths.steps.copy()
    columns = (INPUT, *paths.layers, PREDICTED)
    nodes: list[SankeyNode] = []
    for column in range(len(columns)):
        found = _nodes(paths, steps[:, column], column)
        if 0 < column < len(columns) - 1:
            small = [node for node in found if node.count < gather * len(paths)]
            if len(small) > 1:
                found = [node for node in found if node not in small]
                found.append(_gathered(small))
                steps[np.isin(steps[:, column], [node.number for node in small]), column] = OTHERS
        nodes += found
    links: list[SankeyLink] = []
    for column in range(len(columns) - 1):
        pairs = np.column_stack((steps[:, column], steps[:, column + 1], paths.entry, chosen))
        kinds, counts = np.unique(pairs, axis=0, return_counts=True)
        links += [
            SankeyLink(column, source, target, entry, bool(mark), count)
            for (source, target, entry, mark), count in zip(
                kinds.tolist(), counts.tolist(), strict=True
            )
        ]
    return Sankey(columns, tuple(nodes), tuple(links), len(paths))


def thinned(sankey: Sankey, least: float) -> Sankey:
    """The same with links of fewer than ``least`` samples between two nodes gathered in one.

    Their input class is then −1. Links along a path asked for stay as they are, and so do
    nodes: still as many samples come in as go out.
    """
    is_asked = not all(link.chosen for link in sankey.links)
    kept: list[SankeyLink] = []
    thin: dict[tuple[int, int, int], SankeyLink] = {}
    for link in sankey.links:
        if link.count >= least or (is_asked and link.chosen):
            kept.append(link)
            continue
        ends = (link.column, link.source, link.target)
        before = thin[ends].count if ends in thin else 0
        thin[ends] = replace(link, entry=OTHERS, count=link.count + before)
    return replace(sankey, links=(*kept, *thin.values()))


def ordered(sankey: Sankey, rounds: int = 8) -> tuple[tuple[SankeyNode, ...], ...]:
    """The nodes of each column from top to bottom, so that few flows cross.

    Classes stand by number. Clusters go by the mean place of what they are joined to
    (barycentre), swept to and fro; the sweep with the least crossing flow is kept. Source:
    Sugiyama, Tagawa, Toda 1981.
    """
    columns = [list(sankey.column(number)) for number in range(len(sankey.columns))]
    flows = [_flow(sankey, at, columns[at], columns[at + 1]) for at in range(len(columns) - 1)]
    places = [np.arange(len(nodes)) for nodes in columns]
    best, least = [each.copy() for each in places], _crossings(flows, places)
    for turn in range(rounds):
        inner = range(1, len(columns) - 1)
        for at in inner if turn % 2 == 0 else reversed(inner):
            left = flows[at - 1].T @ _centres(places[at - 1])
            right = flows[at] @ _centres(places[at + 1])
            weight = flows[at - 1].sum(0) + flows[at].sum(1)
            order = np.argsort((left + right) / np.maximum(weight, 1), kind="stable")
            places[at][order] = np.arange(len(order))
        crossing = _crossings(flows, places)
        if crossing < least:
            best, least = [each.copy() for each in places], crossing
    return tuple(
        tuple(nodes[k] for k in np.argsort(place))
        for nodes, place in zip(columns, best, strict=True)
    )


def _centres(places: np.ndarray) -> np.ndarray:
    return (places + 0.5) / len(places)


def _flow(sankey: Sankey, column: int, left: list[SankeyNode], right: list[SankeyNode]) -> Any:
    rows = {node.number: at for at, node in enumerate(left)}
    cells = {node.number: at for at, node in enumerate(right)}
    matrix = np.zeros((len(left), len(right)))
    for link in sankey.links:
        if link.column == column:
            matrix[rows[link.source], cells[link.target]] += link.count
    return matrix


def _crossings(flows: list[Any], places: list[np.ndarray]) -> float:
    """Products of the sizes of flows that cross, summed."""
    total = 0.0
    for at, flow in enumerate(flows):
        placed = flow[np.argsort(places[at])][:, np.argsort(places[at + 1])]
        # For each flow, all that begin below it and end above it.
        below = np.cumsum(placed[::-1], axis=0)[::-1] - placed
        above = np.cumsum(below, axis=1) - below
        total += float((placed * above).sum())
    return total


def _nodes(paths: Paths, numbers: np.ndarray, column: int) -> list[SankeyNode]:
    names = paths.entry_names if column == 0 else paths.class_names
    is_layer = 0 < column <= len(paths.layers)
    found, counts = np.unique(numbers, return_counts=True)
    return [
        SankeyNode(column, number, str(number) if is_layer else names[number], (number,), count)
        for number, count in zip(found.tolist(), counts.tolist(), strict=True)
    ]


def _gathered(small: list[SankeyNode]) -> SankeyNode:
    return replace(
        small[0],
        number=OTHERS,
        name=f"{len(small)} others",
        members=tuple(node.number for node in small),
        count=sum(node.count for node in small),
    )
