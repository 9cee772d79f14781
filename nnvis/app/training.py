"""The recorded history of a run, as arrays ready for the time line. Read in the working thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nnvis.errors import NnvisError
from nnvis.model import Network, Probe
from nnvis.progress import Progress

if TYPE_CHECKING:
    from jaxtyping import Float32, Float64, Int32, Int64

STAGE = "reading the training"
# Samples listed when a transition is chosen.
MOST_SAMPLES = 240


@dataclass(frozen=True)
class Training:
    """What a run recorded.

    Attributes
    ----------
    epochs
        Numbers of the T epochs, rising.
    prediction
        Class of each probe sample.
    curves
        Losses, accuracies and other numbers by name; NaN where an epoch has none.
    moved
        Samples predicted i at an epoch and j at the next, for each step between two.
    distance
        Between two steps' transitions, 0 to 1.
    raw
        Samples whose predictions differ between two epochs.
    importance
        The network's unit importance at each epoch, where it was recorded.
    note
        What could not be shown, and why; empty when all is shown.
    """

    path: Path
    epochs: Int64[np.ndarray, "epoch"]
    class_names: tuple[str, ...]
    prediction: Int32[np.ndarray, "epoch sample"]
    curves: Mapping[str, Float64[np.ndarray, "epoch"]]
    moved: Int64[np.ndarray, "step class class"]
    distance: Float64[np.ndarray, "step step"]
    raw: Int64[np.ndarray, "epoch epoch"]
    probe: Probe | None = None
    importance: tuple[Float32[np.ndarray, "unit class"] | None, ...] = field(default=())
    note: str = ""

    @property
    def count(self) -> int:
        return len(self.epochs)

    def samples(self, step: int, source: int, target: int) -> Int64[np.ndarray, "sample"]:
        """The samples that step ``step`` took from class ``source`` to class ``target``."""
        before, after = self.prediction[step], self.prediction[step + 1]
        return np.flatnonzero((before == source) & (after == target))[:MOST_SAMPLES]

    def importance_at(self, moment: float) -> Float32[np.ndarray, "unit class"] | None:
        """Unit importance at a place on the time line, between two epochs mixed of both.

        ``moment`` counts recorded epochs from 0. ``None`` unless both were recorded.
        """
        low = min(max(int(moment), 0), self.count - 1)
        high = min(low + 1, self.count - 1)
        first = self.importance[low] if self.importance else None
        second = self.importance[high] if self.importance else None
        if first is None or second is None:
            return None
        share = np.float32(min(max(moment - low, 0.0), 1.0))
        return (1 - share) * first + share * second


def read_training(path: Path, progress: Progress) -> Training | None:
    """The history of the run in folder ``path``; ``None`` when it holds fewer than two epochs.

    What cannot be shown is left out, and ``note`` says so.

    Raises
    ------
    StoreError
        When there is no run.
    """
    from nnvis.fingerprint import (
        prediction_distance,
        read_history,
        transition_distance,
        transitions,
    )
    from nnvis.store import Run

    run = Run.open(path)
    if len(run.epochs()) < 2:
        return None
    progress.step(STAGE, 0, 3)
    history = read_history(run)
    progress.step(STAGE, 1, 3)
    notes = list(history.notes)
    moved = np.asarray(transitions(history.predictions, len(run.class_names)))
    distance = np.asarray(transition_distance(moved))
    raw = np.asarray(prediction_distance(history.predictions))
    progress.step(STAGE, 2, 3)
    try:
        probe = run.load_probe()
    except NnvisError as error:
        probe = None
        notes.append(str(error))
    if probe is not None and probe.count != history.predictions.shape[1]:
        probe = None
    importance = tuple(run.load_epoch(int(epoch)).unit_importance for epoch in history.epochs)
    progress.step(STAGE, 3, 3)
    return Training(
        path=path,
        epochs=history.epochs,
        class_names=run.class_names,
        prediction=history.predictions,
        curves={name: values for name, values in history.numbers.items() if _is_measure(name)},
        moved=moved,
        distance=distance,
        raw=raw,
        probe=probe,
        importance=importance,
        note=" ".join(notes[:3]),
    )


def follows(training: Training, network: Network) -> bool:
    """Whether the network's own units were scored in training, so that it can follow the time."""
    shape = network.unit_importance.shape
    return any(one is not None and one.shape == shape for one in training.importance)


def _is_measure(name: str) -> bool:
    return not name.startswith(("seconds", "bytes"))
