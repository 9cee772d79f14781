"""A fingerprint as tables: each yields a head and then rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from nnvis.fingerprint.measures import MEASURES
from nnvis.fingerprint.summary import Fingerprint

Rows = Iterator[Sequence[Any]]


def measures(found: Fingerprint) -> Rows:
    """The measures of each band."""
    yield ["low", "high", "closed", *MEASURES]
    for band in found.bands:
        yield [band.low, band.high, int(band.closed), *(getattr(band, name) for name in MEASURES)]


def windows(found: Fingerprint) -> Rows:
    """The measures of each band in each window, by its first and last epoch."""
    yield ["first_epoch", "last_epoch", "low", "high", *MEASURES]
    epochs, along = found.history.epochs, found.windows
    for row, first in enumerate(along.first):
        for band, (low, high) in enumerate(zip(along.low, along.high, strict=True)):
            values = [along.values[name][row, band] for name in MEASURES]
            yield [epochs[first], epochs[first + along.window], low, high, *values]


def epochs(found: Fingerprint) -> Rows:
    """What was logged at each epoch, and what changes until the next."""
    names = list(found.history.numbers)
    yield ["epoch", *names, "changed", "undone"]
    for at, epoch in enumerate(found.history.epochs):
        last = at == len(found.changed)
        after = ["", ""] if last else [found.changed[at], found.undone[at]]
        yield [epoch, *(found.history.numbers[name][at] for name in names), *after]


def phases(found: Fingerprint) -> Rows:
    """The named stretches of the training."""
    yield ["phase", "first_epoch", "last_epoch", "reason"]
    for phase in found.phases:
        yield [phase.kind, phase.first, phase.last, phase.reason]


def distance(found: Fingerprint) -> Rows:
    """Transition distance; a row and a column for each transition, by its first epoch."""
    names = found.history.epochs[:-1]
    yield ["from_epoch", *names]
    for name, row in zip(names, found.distance, strict=True):
        yield [name, *row]


def raw_distance(found: Fingerprint) -> Rows:
    """Samples predicted differently; a row and a column for each epoch."""
    names = found.history.epochs
    yield ["epoch", *names]
    for name, row in zip(names, found.raw_distance, strict=True):
        yield [name, *row]


def flows(found: Fingerprint) -> Rows:
    """Every flow between two classes, the samples that stay too."""
    yield ["from_epoch", "to_epoch", "from_class", "to_class", "samples"]
    names, numbers, deltas = found.history.class_names, found.history.epochs, found.deltas
    for t in range(len(found.changed)):
        matrix = deltas[t] if isinstance(deltas, np.ndarray) else deltas.dense(t)
        for i, j in np.argwhere(matrix):
            yield [numbers[t], numbers[t + 1], names[i], names[j], matrix[i, j]]


TABLES: dict[str, Callable[[Fingerprint], Rows]] = {
    "measures": measures,
    "windows": windows,
    "epochs": epochs,
    "phases": phases,
    "distance": distance,
    "raw_distance": raw_distance,
    "transitions": flows,
}
