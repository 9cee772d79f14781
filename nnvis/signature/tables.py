"""Signatures as tables: each yields a head and then rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nnvis.signature.paths import Paths
from nnvis.signature.result import Signatures
from nnvis.signature.sankey import sankey_of
from nnvis.signature.table import table_of

Rows = Iterator[Sequence[Any]]


def table(paths: Paths, group: str | None, sort: str, reverse: bool) -> Rows:
    """Every path, in groups when asked for, whose sums stand beside each row."""
    head = ["input_class", *_columns(paths), "predicted_class", "occurrences"]
    yield head if group is None else ["group", "group_occurrences", *head]
    for number, each in enumerate(table_of(paths, group, sort, reverse)):
        for row in each.rows:
            values = [
                paths.entry_names[row.entry],
                *row.signature,
                paths.class_names[row.predicted],
                row.occurrences,
            ]
            yield values if group is None else [number, each.occurrences, *values]


def links(paths: Paths, path: str | None) -> Rows:
    """The links of the diagram, by names: classes as they are called, clusters by number."""
    sankey = sankey_of(paths, path)
    names = {(node.column, node.number): node.name for node in sankey.nodes}
    yield ["from", "source", "to", "target", "input_class", "on_path", "occurrences"]
    for link in sankey.links:
        yield [
            sankey.columns[link.column],
            names[link.column, link.source],
            sankey.columns[link.column + 1],
            names[link.column + 1, link.target],
            paths.entry_names[link.entry],
            int(link.chosen and path is not None),
            link.count,
        ]


def counts(found: Signatures) -> Rows:
    """Samples of each class in each cluster of each layer, training and test."""
    yield ["samples", "layer", "input_class", "cluster", "occurrences"]
    for which, paths in (("train", found.train), ("test", found.test)):
        for at, layer in enumerate(paths.layers):
            for name, row in zip(paths.entry_names, paths.counts(at).tolist(), strict=True):
                for cluster, count in enumerate(row):
                    yield [which, layer, name, cluster, count]


def samples(paths: Paths) -> Rows:
    """The signature of each sample."""
    yield ["sample", "input_class", *_columns(paths), "predicted_class"]
    for sample, steps in zip(paths.sample.tolist(), paths.steps.tolist(), strict=True):
        first, last = paths.entry_names[steps[0]], paths.class_names[steps[-1]]
        yield [sample, first, *steps[1:-1], last]


def _columns(paths: Paths) -> list[str]:
    return [f"cluster_{layer}" for layer in paths.layers]
