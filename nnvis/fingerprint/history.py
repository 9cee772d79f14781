"""What a run recorded of its probe samples, and what of it cannot be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from nnvis.errors import DatasetError, StoreError
from nnvis.store.epoch import load_epoch

if TYPE_CHECKING:
    from pathlib import Path

    from jaxtyping import Float64, Int32, Int64

    from nnvis.model import EpochRecord, Probe

# The first of these that most epochs have is drawn below the raw distance.
ACCURACIES = (
    "test_accuracy",
    "validation_accuracy",
    "val_accuracy",
    "accuracy",
    "probe_accuracy",
    "train_accuracy",
)
# Counted here where a run logged none but knows the true classes of its probe.
_COUNTED = "probe_accuracy"


class Run(Protocol):
    """What is read of a run; :class:`nnvis.Run` has it."""

    @property
    def path(self) -> Path: ...

    @property
    def class_names(self) -> tuple[str, ...]: ...

    def epochs(self) -> list[int]: ...

    def epoch_path(self, epoch: int) -> Path: ...

    def load_probe(self) -> Probe | None: ...


@dataclass(frozen=True)
class History:
    """Predictions of the same probe samples at the epochs that can be compared.

    Attributes
    ----------
    epochs
        Their numbers, rising, not necessarily without gaps.
    predictions
        Class numbers.
    class_names
        One a class.
    numbers
        Losses, accuracies and whatever else was logged, by name; NaN where an epoch lacks it.
    notes
        A sentence for each thing that is missing or was left out.
    name
        The run's.
    """

    epochs: Int64[np.ndarray, "epoch"]
    predictions: Int32[np.ndarray, "epoch sample"]
    class_names: tuple[str, ...]
    numbers: Mapping[str, Float64[np.ndarray, "epoch"]]
    notes: tuple[str, ...]
    name: str

    @property
    def accuracy(self) -> tuple[str, Float64[np.ndarray, "epoch"]] | None:
        """The recorded accuracy that says most, with its name; ``None`` when there is none."""
        for name in ACCURACIES:
            values = self.numbers.get(name)
            if values is not None and np.isfinite(values).any():
                return name, values
        return None


def read_history(run: Run, least: int = 2) -> History:
    """Read every epoch of ``run``; leave out what cannot be compared, and say so in ``notes``.

    Left out are epochs whose probe has another size than most, whose probabilities have another
    number of classes than the run, or are NaN (a prediction made of them means nothing), and
    files that cannot be read.

    Raises
    ------
    DatasetError
        When fewer than ``least`` epochs are left: it tells how many there are and why.
    """
    records: dict[int, EpochRecord] = {}
    notes: list[str] = []
    recorded = run.epochs()
    for epoch in recorded:
        try:
            # Weights and representations of many epochs would take long and fill the memory.
            record = _light(load_epoch(run.epoch_path(epoch), only=()))
        except StoreError as error:
            notes.append(f"Epoch {epoch} is left out: {error}")
            continue
        fault = _fault(record, len(run.class_names))
        if fault:
            notes.append(f"Epoch {epoch} is left out: {fault}.")
        else:
            records[epoch] = record
    if any(not len(record.prediction) for record in records.values()):
        raise DatasetError(
            f"The run {run.path} was recorded with a probe of no samples; record it with some."
        )
    records, differing = _of_one_size(records)
    notes += differing
    if len(records) < max(least, 1):
        raise DatasetError(_too_few(run, recorded, records, notes))
    epochs = np.array(list(records), np.int64)
    predictions = np.stack([record.prediction for record in records.values()])
    numbers = _numbers(list(records.values()))
    if not any(name in numbers for name in ACCURACIES):
        label, unread = true_classes(run, predictions.shape[1])
        notes += unread
        if label is not None:
            numbers[_COUNTED] = (predictions == label).mean(axis=1)
    return History(
        epochs,
        predictions,
        run.class_names,
        numbers,
        (*notes, *_gaps(epochs)),
        run.path.name,
    )


def true_classes(run: Run, samples: int) -> tuple[Int32[np.ndarray, "sample"] | None, list[str]]:
    """What ``run`` keeps of its probe's true classes, and why not.

    ``None`` where it keeps none, or those of another number of samples than ``samples``.
    """
    try:
        probe = run.load_probe()
    except StoreError as error:
        return None, [f"The probe's true classes cannot be read: {error}"]
    label = None if probe is None else probe.label
    return (label if label is not None and len(label) == samples else None), []


def _light(record: EpochRecord) -> EpochRecord:
    """Without probabilities, unless some are not numbers: they would fill the memory."""
    from nnvis.model import EpochRecord

    kept = record.probability if not np.isfinite(record.probability).all() else None
    width = record.probability.shape[1]
    broken = np.zeros((0, width), np.float16) if kept is None else kept
    return EpochRecord(record.epoch, record.prediction, broken, numbers=record.numbers)


def _fault(record: EpochRecord, classes: int) -> str:
    if record.probability.shape[1] != classes:
        return (
            f"it has {record.probability.shape[1]} classes, but the run has {classes} class names"
        )
    bad = int((~np.isfinite(record.probability)).any(axis=1).sum())
    if bad:
        return f"the probabilities of {bad} of its {len(record.prediction)} samples are not numbers"
    return ""


def _of_one_size(
    records: dict[int, EpochRecord],
) -> tuple[dict[int, EpochRecord], list[str]]:
    sizes = Counter(len(record.prediction) for record in records.values())
    if len(sizes) < 2:
        return records, []
    size = max(sizes, key=lambda each: (sizes[each], each))
    others = [epoch for epoch, record in records.items() if len(record.prediction) != size]
    kept = {epoch: record for epoch, record in records.items() if epoch not in others}
    return kept, [
        f"{_named(others)} left out: the probe has {size} samples at {sizes[size]} epochs, but "
        f"{len(records[others[0]].prediction)} at epoch {others[0]}; record the same probe at "
        "every epoch."
    ]


def _named(epochs: Sequence[int]) -> str:
    words = ", ".join(map(str, epochs[:5])) + (", …" if len(epochs) > 5 else "")
    return f"Epoch {words} is" if len(epochs) == 1 else f"{len(epochs)} epochs ({words}) are"


def _too_few(
    run: Run, recorded: list[int], records: Mapping[int, EpochRecord], notes: list[str]
) -> str:
    count = {0: "no", 1: "one"}.get(len(records), str(len(records)))
    usable = " usable" if notes else ""
    plural = "" if len(records) == 1 else "s"
    why = f" ({notes[0].rstrip('.')})" if notes else ""
    return (
        f"The run {run.path} has {count}{usable} recorded epoch{plural}{why}, but a transition "
        "needs two; record more with nnvis.Recorder."
    )


def _numbers(records: Sequence[EpochRecord]) -> dict[str, Float64[np.ndarray, "epoch"]]:
    names = sorted({name for record in records for name in record.numbers})
    return {
        name: np.array([float(record.numbers.get(name, np.nan)) for record in records])
        for name in names
    }


def _gaps(epochs: Int64[np.ndarray, "epoch"]) -> list[str]:
    """A sentence where epochs are further apart than most."""
    if len(epochs) < 2:
        return []
    steps = np.diff(epochs)
    usual = int(np.median(steps))
    wide = np.flatnonzero(steps > usual)
    if not len(wide):
        return []
    first = wide[0]
    others = f", and {len(wide) - 1} more such gaps" if len(wide) > 1 else ""
    return [
        f"Nothing usable is recorded between epochs {epochs[first]} and {epochs[first + 1]}"
        f"{others}: the transition across a gap covers all of it."
    ]
