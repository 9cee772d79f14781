"""Neighbourhood dynamics as tables: each yields a head and then rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from nnvis.neighbours.dynamics import NeighbourDynamics

Rows = Iterator[Sequence[Any]]


def transitions(found: NeighbourDynamics) -> Rows:
    """How many neighbours the chosen samples keep at each step: mean and quartiles, then the mean
    of each class."""
    present = np.unique(found.classes).tolist()
    names = [f"class {found.class_names[number]}" for number in present]
    yield ["from_epoch", "to_epoch", "mean", "quartile_1", "median", "quartile_3", *names]
    of_class = [found.of_class(number).mean(axis=1) for number in present]
    quartiles = np.quantile(found.overlap, [0.25, 0.5, 0.75], axis=1)
    for t, row in enumerate(found.overlap):
        means = [each[t] for each in of_class]
        yield [found.epochs[t], found.epochs[t + 1], row.mean(), *quartiles[:, t], *means]


def samples(found: NeighbourDynamics) -> Rows:
    """What each chosen sample keeps and how sure the network is of it, at each epoch."""
    yield ["sample", "class", "epoch", "kept_since_the_epoch_before", "confidence"]
    names = found.class_names
    known = None if found.label is None else found.label[found.samples]
    for n, sample in enumerate(found.samples):
        label = "" if known is None else names[known[n]]
        for t, epoch in enumerate(found.epochs):
            kept = found.overlap[t - 1, n] if t else ""
            yield [sample, label, epoch, kept, found.confidence[t, n]]


def distance(found: NeighbourDynamics) -> Rows:
    """Distance of transitions; a row and a column for each, by its first epoch."""
    names = found.epochs[:-1]
    yield ["from_epoch", *names]
    for name, row in zip(names, found.distance, strict=True):
        yield [name, *row]


def nearest(found: NeighbourDynamics) -> Rows:
    """Ids of the neighbours of each chosen sample at the first and the last epoch."""
    yield ["sample", "epoch", *(f"nearest_{rank + 1}" for rank in range(found.k))]
    for n, sample in enumerate(found.samples):
        for t in (0, -1):
            yield [sample, found.epochs[t], *found.neighbours[t, n]]


TABLES: dict[str, Callable[[NeighbourDynamics], Rows]] = {
    "transitions": transitions,
    "samples": samples,
    "distance": distance,
    "nearest": nearest,
}
