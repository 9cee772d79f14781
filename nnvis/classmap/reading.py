"""The class maps that a run recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nnvis.classmap.maps import ClassMaps, PlacedSamples
from nnvis.errors import StoreError, UsageError
from nnvis.store.epoch import load_epoch
from nnvis.store.planes import load_map
from nnvis.store.run import Run

if TYPE_CHECKING:
    from jaxtyping import Float64, Int64

    from nnvis.model import MappedPlane


def recorded_maps(run: Run) -> list[str]:
    """Names of the maps that ``run`` recorded, sorted."""
    return sorted(run.load_planes())


def read_maps(run: Run, name: str | None = None) -> ClassMaps:
    """The maps ``name`` of ``run``; without a name its only or first ones.

    Raises
    ------
    UsageError
        When it recorded none of that name: those that it has are listed.
    StoreError
        When it recorded no maps at all, or none are left, or they cannot be read.
    """
    planes = run.load_planes()
    if not planes:
        raise StoreError(
            f"The run {run.path} has recorded no class maps; record them by "
            "nnvis.Recorder(..., maps={name: plane})."
        )
    chosen = sorted(planes)[0] if name is None else name
    if chosen not in planes:
        raise UsageError(
            f"The run {run.path} has no class map {chosen!r}; it has {', '.join(sorted(planes))}."
        )
    mapped = planes[chosen]
    epochs, maps = _maps(run, chosen, mapped)
    logged, numbers = logged_numbers(run)
    return ClassMaps(
        name=chosen,
        plane=mapped.plane,
        epochs=np.array(epochs, np.int64),
        probability=np.stack(maps),
        class_names=run.class_names,
        source="recorded while it trained",
        samples=placed_samples(run, mapped),
        logged_epochs=logged,
        numbers=numbers,
        run_name=run.path.name,
    )


def placed_samples(run: Run, mapped: MappedPlane) -> PlacedSamples:
    """The probe samples on a recorded plane, with their true classes where the run has them."""
    probe = run.load_probe()
    label = None if probe is None else probe.label
    if label is not None and len(label) != len(mapped.place):
        label = None
    return PlacedSamples(mapped.place, mapped.distance, label)


def logged_numbers(
    run: Run,
) -> tuple[Int64[np.ndarray, "record"], dict[str, Float64[np.ndarray, "record"]]]:
    """(numbers of all records, what was logged at each by name, NaN where nothing was)."""
    epochs = run.epochs()
    # Of what a record may hold beside its numbers, nothing is read.
    records = [load_epoch(run.epoch_path(epoch), only=()).numbers for epoch in epochs]
    names = sorted({name for record in records for name in record})
    found = {
        name: np.array([float(record.get(name, np.nan)) for record in records]) for name in names
    }
    return np.array(epochs, np.int64), found


def _maps(run: Run, name: str, mapped: MappedPlane) -> tuple[Sequence[int], list[np.ndarray]]:
    shape = (mapped.points[1], mapped.points[0], len(run.class_names))
    epochs: list[int] = []
    maps: list[np.ndarray] = []
    for epoch in run.epochs():
        found = load_map(run.epoch_path(epoch), name)
        if found is None:
            continue
        if found.shape != shape or not np.isfinite(found).all():
            raise StoreError(
                f"{run.epoch_path(epoch)}: the class map {name!r} is {found.dtype} {found.shape}, "
                f"expected finite numbers of the shape {shape}; the file is damaged: record it "
                "again."
            )
        epochs.append(epoch)
        maps.append(found)
    if not maps:
        raise StoreError(
            f"No epoch of the run {run.path} holds a class map {name!r} any more; it may have been "
            "left out to stay within a disk budget."
        )
    return epochs, maps
