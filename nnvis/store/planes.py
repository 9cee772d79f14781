"""``planes.safetensors``: where a run's class maps lie; and reading one map of an epoch."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np

from nnvis.errors import DatasetError
from nnvis.model import MappedPlane, Plane
from nnvis.store.epoch import KIND as EPOCH_KIND
from nnvis.store.paths import usable_path
from nnvis.store.plain import to_json
from nnvis.store.tensors import Shape, TensorFile, write_tensors

KIND = "nnvis.planes"


def save_planes(planes: Mapping[str, MappedPlane], path: str | PathLike[str]) -> None:
    """Write the planes of a run's maps, by name, atomically.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    tensors: dict[str, np.ndarray] = {}
    described: dict[str, Any] = {}
    for name, mapped in planes.items():
        values = mapped.plane.to_dict()
        tensors[f"origin/{name}"] = mapped.plane.origin
        tensors[f"axes/{name}"] = mapped.plane.axes
        tensors[f"place/{name}"] = np.asarray(mapped.place, np.float32)
        tensors[f"distance/{name}"] = np.asarray(mapped.distance, np.float32)
        del values["origin"], values["axes"]
        described[name] = {**values, "points": list(mapped.points)}
    metadata = {"planes": to_json(described, "the planes")}
    write_tensors(usable_path(path), KIND, tensors, metadata)


def load_planes(path: str | PathLike[str]) -> dict[str, MappedPlane]:
    """Read and check the planes of a run's maps.

    Raises
    ------
    StoreError
        When there is no such file or it may not be read.
    FormatError
        When it is truncated, foreign, of a newer version or inconsistent.
    """
    with TensorFile(usable_path(path), KIND) as file:
        described = file.json("planes", dict)
        return {name: _plane(file, name, values) for name, values in described.items()}


def load_map(path: str | PathLike[str], name: str) -> np.ndarray | None:
    """The map ``name`` of a recorded epoch, (ny, nx, classes), or ``None`` when it has none.

    Only that tensor is read.

    Raises
    ------
    StoreError, FormatError
        As :func:`~nnvis.store.epoch.load_epoch`.
    """
    with TensorFile(usable_path(path), EPOCH_KIND) as file:
        tensor = f"class_map/{name}"
        return file.read(tensor) if tensor in file.shapes else None


def map_names(path: str | PathLike[str]) -> list[str]:
    """Names of the maps in a recorded epoch; only the header is read."""
    with TensorFile(usable_path(path), EPOCH_KIND) as file:
        return file.under("class_map/")


def _plane(file: TensorFile, name: str, values: Any) -> MappedPlane:
    if not isinstance(values, Mapping):
        raise file.fault(f"the plane {name!r} is {values!r}, expected its description")
    parts = {part: file.read(f"{part}/{name}") for part in ("origin", "axes", "place", "distance")}
    samples = len(parts["distance"])
    for part, axes in (("place", (samples, 2)), ("distance", (samples,))):
        found = Shape.of(parts[part])
        if found != Shape("float32", axes):
            raise file.fault(f"tensor '{part}/{name}' is {found}, expected float32 {axes}")
    try:
        plane = Plane.from_dict({**values, "origin": parts["origin"], "axes": parts["axes"]})
        along, up = values["points"]
        points = int(along), int(up)
    except (DatasetError, KeyError, TypeError, ValueError) as error:
        raise file.fault(f"the plane {name!r} is inconsistent ({error})") from error
    return MappedPlane(plane, points, parts["place"], parts["distance"])
