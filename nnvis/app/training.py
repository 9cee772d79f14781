"""The recorded history of a run, as arrays ready for the time line. Read in the working thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nnvis.app.following import read_followed
from nnvis.errors import NnvisError
from nnvis.model import Network, Probe
from nnvis.progress import Progress

if TYPE_CHECKING:
    from jaxtyping import Float32, Float64, Int32, Int64

    from nnvis.fingerprint import SingleEpoch

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
    weights
        The weight matrices (out, in) at each epoch in the order of the layers, where they were
        recorded and are not too large to be kept.
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
    weights: tuple[tuple[np.ndarray, ...], ...] = field(default=())
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
        low, high, share = self._between(moment)
        first = self.importance[low] if self.importance else None
        second = self.importance[high] if self.importance else None
        if first is None or second is None or first.shape != second.shape:
            return None
        return (1 - share) * first + share * second

    def weight_at(self, moment: float, network: Network) -> Float32[np.ndarray, "edge"] | None:
        """The weight of each of the network's edges at a place on the time line.

        ``None`` unless weight matrices of its layers were recorded at both epochs around it.
        """
        low, high, share = self._between(moment)
        if not self.weights or not fits(self.weights[low], network) or not fits(
            self.weights[high], network
        ):  # fmt: skip
            return None
        first = np.array([network.unit_slice(n).start for n in range(len(network.layers))])
        layer = network.unit_layer[network.edge_source]
        column = network.edge_source - first[layer]
        row = network.edge_target - first[np.minimum(layer + 1, len(first) - 1)]
        weight = np.zeros(network.edge_count, np.float32)
        for number, (before, after) in enumerate(
            zip(self.weights[low], self.weights[high], strict=True)
        ):
            here = layer == number
            old, new = before[row[here], column[here]], after[row[here], column[here]]
            weight[here] = (1 - share) * old + share * new
        return weight

    def _between(self, moment: float) -> tuple[int, int, np.float32]:
        """The epochs around a place on the time line, and the share of the later one."""
        low = min(max(int(moment), 0), self.count - 1)
        high = min(low + 1, self.count - 1)
        share = np.float32(min(max(moment - low, 0.0), 1.0))
        if share == 0:
            high = low  # the epoch itself, whatever the next one holds
        return low, high, share


def read_training(path: Path, progress: Progress) -> Training | SingleEpoch | None:
    """The history of the run in folder ``path``; of one usable epoch what it says alone, and
    ``None`` when none is recorded.

    What cannot be shown is left out, and ``note`` says so.

    Raises
    ------
    StoreError
        When there is no run.
    DatasetError
        When no recorded epoch can be used.
    """
    from nnvis.fingerprint import (
        prediction_distance,
        read_history,
        single_of,
        transition_distance,
        transitions,
    )
    from nnvis.store import Run

    run = Run.open(path)
    if not run.epochs():
        return None
    progress.step(STAGE, 0, 3)
    history = read_history(run, least=1)
    if len(history.epochs) == 1:
        return single_of(history, run)
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
    importance, weights, missing = read_followed(run, history.epochs.tolist())
    notes += missing
    progress.step(STAGE, 3, 3)
    return Training(
        path=path,
        epochs=history.epochs,
        class_names=run.class_names,
        prediction=history.predictions,
        curves={name: values for name, values in history.numbers.items() if is_measure(name)},
        moved=moved,
        distance=distance,
        raw=raw,
        probe=probe,
        importance=importance,
        weights=weights,
        note=" ".join(notes[:3]),
    )


def follows(training: Training, network: Network) -> bool:
    """Whether the network's own units or weights were recorded, so that it can follow the time."""
    shape = network.unit_importance.shape
    return any(one is not None and one.shape == shape for one in training.importance) or any(
        fits(one, network) for one in training.weights
    )


def network_at(training: Training, moment: float, network: Network) -> Network:
    """The network with what was recorded of it at a place on the time line; what was not stays.

    Places stay: one layout for the whole run, so that what changes on the screen is what
    changed in training. Takes a pass over all edges: for the working thread.
    """
    importance = training.importance_at(moment)
    if importance is not None and importance.shape != network.unit_importance.shape:
        importance = None
    weight = training.weight_at(moment, network)
    if importance is None and weight is None:
        return network
    source = network.edge_source
    before = np.nan_to_num(network.unit_importance).mean(axis=1)[source]
    now = network.unit_importance if importance is None else importance.astype(np.float32)
    after = np.nan_to_num(now).mean(axis=1)[source]
    if weight is None:
        # An edge's own part of its combined score is what is left without its source unit's.
        own = np.divide(
            network.edge_importance, before, out=np.zeros_like(before), where=before > 0
        )
        weight = network.edge_weight
    else:
        own = np.abs(weight)
        layer = network.unit_layer[source]
        for number in np.unique(layer):
            here = layer == number
            own[here] /= max(float(own[here].max()), 1e-12)
    return replace(
        network,
        unit_importance=now,
        edge_weight=weight,
        edge_importance=(own * after).astype(np.float32),
    )


def fits(weights: tuple[np.ndarray, ...], network: Network) -> bool:
    """Whether these are the weight matrices of the network's layers, one after the other."""
    sizes = [layer.size for layer in network.layers]
    return len(weights) == len(sizes) - 1 > 0 and all(
        one.shape == (out, into) for one, into, out in zip(weights, sizes, sizes[1:], strict=False)
    )


def is_measure(name: str) -> bool:
    """Whether a number says how good the network is, and not what recording it took."""
    return not name.startswith(("seconds", "bytes"))
