"""What one recorded epoch says, when there is no second to compare it with."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.fingerprint.history import History, Run, true_classes

if TYPE_CHECKING:
    from jaxtyping import Float64, Int64


@dataclass(frozen=True)
class SingleEpoch:
    """The only epoch of a run that can be used.

    Attributes
    ----------
    epoch
        Its number.
    numbers
        Losses, accuracies and whatever else was logged, by name; perhaps not finite.
    class_names
        One a class.
    predicted
        Probe samples that are predicted as each class.
    confusion
        Probe samples truly i and predicted j; ``None`` where their true classes are not known.
    notes
        A sentence for each thing that is missing or was left out.
    sentence
        Why there is no fingerprint, and what to do.
    name
        The run's.
    """

    epoch: int
    numbers: Mapping[str, float]
    class_names: tuple[str, ...]
    predicted: Int64[np.ndarray, "class"]
    confusion: Int64[np.ndarray, "class class"] | None
    notes: tuple[str, ...]
    sentence: str
    name: str

    @property
    def samples(self) -> int:
        """How many samples the probe has."""
        return int(self.predicted.sum())

    @property
    def recall(self) -> Float64[np.ndarray, "class"] | None:
        """Share of each class's samples that are predicted as it; NaN for a class without any."""
        if self.confusion is None:
            return None
        return _share(np.diagonal(self.confusion), self.confusion.sum(axis=1))

    @property
    def precision(self) -> Float64[np.ndarray, "class"] | None:
        """Share of the samples predicted as each class that are of it; NaN where none is."""
        if self.confusion is None:
            return None
        return _share(np.diagonal(self.confusion), self.predicted)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain lists and numbers, ready for JSON; ``null`` for what has no value."""
        return {
            "name": self.name,
            "epochs": [self.epoch],
            "samples": self.samples,
            "class_names": list(self.class_names),
            "notes": [*self.notes, self.sentence],
            "numbers": {name: [_plain(value)] for name, value in self.numbers.items()},
            "predicted": self.predicted.tolist(),
            "recall": None if self.recall is None else [_plain(x) for x in self.recall],
            "precision": None if self.precision is None else [_plain(x) for x in self.precision],
            "confusion": None if self.confusion is None else self.confusion.tolist(),
        }


def single_of(history: History, run: Run) -> SingleEpoch:
    """The first epoch of ``history``, beside the true classes that ``run`` keeps of its probe."""
    classes = len(history.class_names)
    epoch, prediction = int(history.epochs[0]), history.predictions[0]
    label, unread = true_classes(run, len(prediction))
    # Reading the history may have said the same of the probe.
    notes = [*history.notes, *(note for note in unread if note not in history.notes)]
    if label is not None and int(label.max()) >= classes:
        notes.append(
            f"The true classes of the probe are left out: they go up to number {label.max()}, but "
            f"the run has {classes} class names."
        )
        label = None
    confusion = None
    if label is not None:
        pairs = np.bincount(label.astype(np.int64) * classes + prediction, minlength=classes**2)
        confusion = pairs.reshape(classes, classes)
    usable = " usable" if history.notes else ""
    return SingleEpoch(
        epoch,
        {name: float(values[0]) for name, values in history.numbers.items()},
        history.class_names,
        np.bincount(prediction, minlength=classes),
        confusion,
        tuple(notes),
        f"The run {run.path} has one{usable} recorded epoch ({epoch}), but a transition needs "
        "two; record more with nnvis.Recorder.",
        history.name,
    )


def single_epochs(found: SingleEpoch) -> Iterator[Sequence[Any]]:
    """What was logged, as the table of a whole training's epochs has it."""
    yield ["epoch", *found.numbers]
    yield [found.epoch, *found.numbers.values()]


def single_classes(found: SingleEpoch) -> Iterator[Sequence[Any]]:
    """Each class: how many samples are of it and predicted as it, and how well."""
    if found.confusion is None or found.recall is None or found.precision is None:
        yield ["class", "predicted"]
        yield from zip(found.class_names, found.predicted, strict=True)
        return
    yield ["class", "samples", "predicted", "recall", "precision"]
    columns = (found.confusion.sum(axis=1), found.predicted, found.recall, found.precision)
    yield from zip(found.class_names, *columns, strict=True)


def single_confusion(found: SingleEpoch) -> Iterator[Sequence[Any]]:
    """Samples of each true class (rows) by predicted class; only a head where none is known."""
    yield ["true_class", *found.class_names]
    if found.confusion is not None:
        for name, row in zip(found.class_names, found.confusion, strict=True):
            yield [name, *row]


def _share(part: np.ndarray, whole: np.ndarray) -> Float64[np.ndarray, "class"]:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
