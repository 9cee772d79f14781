"""Which samples each class's gates are tuned on, and in which batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnvis.errors import DatasetError

if TYPE_CHECKING:
    from jaxtyping import Bool, Int64


@dataclass(frozen=True)
class ClassSet:
    """The samples of one class's scoring: ``rows`` of the data, the class's own ones first."""

    rows: Int64[np.ndarray, "row"]
    own: int


def class_sets(
    y: Int64[np.ndarray, "sample"],
    class_names: Sequence[str],
    samples_per_class: int | None,
    rng: np.random.Generator,
) -> list[ClassSet]:
    """For each class its own samples, and equally many of all the others drawn evenly.

    Parameters
    ----------
    y
        Class numbers, 0 … classes − 1.
    samples_per_class
        At most this many own samples, drawn at random; ``None`` for all.

    Every other class gives the same number of samples (± 1, by lot). A class that has too few
    is gone through again until its share is full. The class itself is never among the others.

    Raises
    ------
    DatasetError
        When a class has no samples: it names the class.
    """
    by_class = [np.flatnonzero(y == number) for number in range(len(class_names))]
    for number, rows in enumerate(by_class):
        if len(rows) == 0:
            raise DatasetError(
                f"Class {class_names[number]!r} (number {number}) has no samples, so it cannot be "
                "scored; give samples of every class that the model tells apart."
            )
    sets: list[ClassSet] = []
    for number, rows in enumerate(by_class):
        own = rows
        if samples_per_class is not None and samples_per_class < len(rows):
            own = np.sort(rng.choice(rows, samples_per_class, replace=False))
        others = [other for j, other in enumerate(by_class) if j != number]
        share, rest = divmod(len(own), len(others))
        lucky = rng.permutation(len(others))[:rest]
        drawn = [
            _draw(other, share + int(position in lucky), rng)
            for position, other in enumerate(others)
        ]
        sets.append(ClassSet(np.concatenate([own, *drawn]), len(own)))
    return sets


def _draw(rows: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """``count`` of ``rows``; none comes up again before all have."""
    return rows[_endless(len(rows), count, rng)]


def _endless(size: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """``count`` numbers below ``size``: one random order after the other, the last cut short."""
    orders = [rng.permutation(size) for _ in range(-(-count // size))]
    return np.concatenate(orders)[:count] if orders else np.empty(0, np.int64)


@dataclass(frozen=True)
class Batches:
    """One epoch: in step s class c sees the samples ``rows[s, c]``.

    Attributes
    ----------
    rows
        Row numbers of the data.
    is_class
        Whether that sample belongs to class c.
    """

    rows: Int64[np.ndarray, "step class batch"]
    is_class: Bool[np.ndarray, "step class batch"]


def batch_shape(sets: Sequence[ClassSet], batch_size: int) -> tuple[int, int]:
    """(steps in an epoch, samples per class in a step).

    Every class takes the same number of steps, enough for the largest set; a batch is never
    larger than that set.
    """
    largest = max(len(entry.rows) for entry in sets)
    batch = max(min(batch_size, largest), 2)
    return -(-largest // batch), batch


def epoch_batches(sets: Sequence[ClassSet], batch_size: int, rng: np.random.Generator) -> Batches:
    """The batches of one epoch, shuffled within each class.

    A class with fewer samples than the steps hold goes through its own again, in a new order,
    so that every class is tuned by equally many steps of equally many samples.
    """
    steps, batch = batch_shape(sets, batch_size)
    rows = np.empty((steps, len(sets), batch), np.int64)
    is_class = np.empty((steps, len(sets), batch), bool)
    for number, entry in enumerate(sets):
        order = _endless(len(entry.rows), steps * batch, rng)
        rows[:, number] = entry.rows[order].reshape(steps, batch)
        is_class[:, number] = (order < entry.own).reshape(steps, batch)
    return Batches(rows, is_class)
