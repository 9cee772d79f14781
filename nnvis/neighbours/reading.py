"""Neighbourhood dynamics of what a run has recorded, one epoch in memory at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import ConfigError, DatasetError, StoreError
from nnvis.neighbours.checks import METHODS, METRICS, chosen_samples, neighbours_wanted, one_of
from nnvis.neighbours.dynamics import NeighbourDynamics
from nnvis.neighbours.nearest import method_for, nearest_neighbours
from nnvis.neighbours.overlap import confidence, overlap_distance, shared_neighbours
from nnvis.progress import Progress
from nnvis.store.epoch import layers_of, load_epoch, probe_size

if TYPE_CHECKING:
    from jaxtyping import Int64

    from nnvis.model import Probe
    from nnvis.store import Run

# Recorded at every epoch; layers only where the recorder was told to.
PROBABILITY = "probability"


def neighbours_run(
    run: Run,
    layer: str | None = None,
    k: int = 15,
    metric: str = "euclidean",
    samples: Any = None,
    method: str | None = None,
    progress: Progress | None = None,
) -> NeighbourDynamics:
    """Neighbourhood dynamics of a run's probe samples.

    Epochs that cannot be read or compared are left out, and ``notes`` says so.

    Parameters
    ----------
    layer
        A layer that the recorder was told to keep; ``probability`` or ``None`` means the class
        probabilities, which every run has.
    k, metric, method
        See :func:`nearest_neighbours`.
    samples : ids or truth values
        Whose neighbourhoods are followed; all when ``None``. Neighbours are always sought among
        all samples.

    Raises
    ------
    ConfigError
        For a layer that no epoch has (it lists those recorded), or settings out of range.
    DatasetError
        When fewer than two epochs are left.
    Cancelled
        When ``progress`` is cancelled.
    """
    one_of(metric, METRICS, "metric")
    if method is not None:
        one_of(method, METHODS, "method")
    notes: list[str] = []
    name = layer or PROBABILITY
    epochs, count = _usable_epochs(run, name, notes)
    probe = _probe(run, count, notes)
    own = chosen_samples(samples, count)
    wanted = neighbours_wanted(k, count)
    progress = progress or Progress()
    found: list[tuple[int, np.ndarray, np.ndarray, np.ndarray]] = []
    constant: list[int] = []
    for done, epoch in enumerate(epochs):
        progress.step("neighbours", done, len(epochs))
        try:
            record = load_epoch(run.epoch_path(epoch), only=(name,))
            points = record.probability if name == PROBABILITY else record.representation[name]
            near = nearest_neighbours(points, wanted, metric, own, method)
            sure = confidence(record.probability[own])
        except (StoreError, DatasetError, KeyError) as error:
            notes.append(f"Epoch {epoch} is left out: {error}")
            continue
        if (points == points[:1]).all():
            constant.append(epoch)
        found.append((epoch, record.prediction, near, sure))
    progress.step("neighbours", len(epochs), len(epochs))
    if len(found) < 2:
        raise DatasetError(_too_few(run, len(found), notes))
    if constant:
        notes.append(
            f"At epoch {constant[0]} all samples are represented alike"
            f"{f', and at {len(constant) - 1} more' if len(constant) > 1 else ''}: neighbours "
            "there are the smallest ids."
        )
    near = np.stack([each[2] for each in found])
    shared = [shared_neighbours(near[t], near[t + 1]) for t in range(len(near) - 1)]
    overlap = np.stack(shared) / wanted
    return NeighbourDynamics(
        epochs=np.array([each[0] for each in found], np.int64),
        samples=own,
        neighbours=near,
        overlap=overlap,
        distance=overlap_distance(overlap),
        confidence=np.stack([each[3] for each in found]),
        prediction=np.stack([each[1] for each in found]),
        label=None if probe is None else probe.label,
        probe=probe,
        class_names=run.class_names,
        count=count,
        name=run.path.name,
        layer=name,
        k=wanted,
        metric=metric,
        method=method_for(count, method),
        notes=tuple(notes),
    )


def samples_of_classes(run: Run, names: Iterable[str]) -> Int64[np.ndarray, "chosen"]:
    """Ids of the probe samples whose true class has one of ``names``.

    Raises
    ------
    ConfigError
        For a class that the run does not have (it lists those it has) or of which the probe has
        no sample.
    DatasetError
        When the run does not know the true classes.
    """
    known = run.class_names
    probe = run.load_probe()
    if probe is None or probe.label is None:
        raise DatasetError(
            f"The run {run.path} does not know the true classes of its samples; record with "
            "probe=(x, y), or choose samples by their ids."
        )
    chosen: list[np.ndarray] = []
    for name in dict.fromkeys(names):
        if name not in known:
            raise ConfigError(f"class must be one of {_few(known)}, got {name!r}.")
        chosen.append(np.flatnonzero(probe.label == known.index(name)))
        if not len(chosen[-1]):
            raise ConfigError(f"class {name!r} has no sample in the probe; choose another.")
    return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, np.int64)


def recorded_layers(run: Run) -> list[str]:
    """Layers whose representation at least one epoch of ``run`` has, sorted."""
    names: set[str] = set()
    for epoch in run.epochs():
        try:
            names.update(layers_of(run.epoch_path(epoch)))
        except StoreError:
            continue
    return sorted(names)


def _usable_epochs(run: Run, layer: str, notes: list[str]) -> tuple[list[int], int]:
    """Epochs that have the layer, and of as many samples as most; only headers are read."""
    sizes: dict[int, int] = {}
    without: list[int] = []
    for epoch in run.epochs():
        path = run.epoch_path(epoch)
        try:
            size = probe_size(path)[0]
            if layer != PROBABILITY and layer not in layers_of(path):
                without.append(epoch)
                continue
        except StoreError as error:
            notes.append(f"Epoch {epoch} is left out: {error}")
            continue
        sizes[epoch] = size
    if without and not sizes:
        layers = recorded_layers(run)
        listed = "it has none; name"
        if layers:
            listed = f"it has {_few(layers)}; name one of these,"
        raise ConfigError(
            f"The run {run.path} has recorded no layer {layer!r}: {listed} {PROBABILITY} for the "
            f"class probabilities, or record with layers=[{layer!r}]."
        )
    if without:
        notes.append(f"{_epochs(without)} left out: layer {layer!r} is not recorded there.")
    if not sizes:
        raise DatasetError(_too_few(run, 0, notes))
    counts = Counter(sizes.values())
    count = max(counts, key=lambda each: (counts[each], each))
    others = [epoch for epoch, size in sizes.items() if size != count]
    if others:
        notes.append(
            f"{_epochs(others)} left out: the probe has {count:,} samples at {counts[count]} "
            f"epochs, but {sizes[others[0]]:,} at epoch {others[0]}; record the same probe at "
            "every epoch."
        )
    kept = [epoch for epoch in sizes if epoch not in others]
    if len(kept) < 2:
        raise DatasetError(_too_few(run, len(kept), notes))
    return kept, count


def _probe(run: Run, count: int, notes: list[str]) -> Probe | None:
    try:
        probe = run.load_probe()
    except StoreError as error:
        notes.append(f"Pictures and true classes are left out: {error}")
        return None
    if probe is not None and probe.count != count:
        notes.append(
            f"Pictures and true classes are left out: they are of {probe.count:,} samples, but "
            f"the epochs are of {count:,}."
        )
        return None
    return probe


def _too_few(run: Run, count: int, notes: Sequence[str]) -> str:
    words = {0: "no", 1: "one"}[count]
    usable = " usable" if notes else ""
    why = f" ({notes[0].rstrip('.')})" if notes else ""
    return (
        f"The run {run.path} has {words}{usable} recorded epoch{'' if count else 's'}{why}, but "
        "an overlap needs two; record more with nnvis.Recorder."
    )


def _epochs(epochs: Sequence[int]) -> str:
    words = ", ".join(map(str, epochs[:5])) + (", …" if len(epochs) > 5 else "")
    return f"Epoch {words} is" if len(epochs) == 1 else f"{len(epochs)} epochs ({words}) are"


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(names[:20])
    return shown if len(names) <= 20 else f"{shown} and {len(names) - 20} more"
