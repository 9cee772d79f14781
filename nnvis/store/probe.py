"""``probe.safetensors``: the true classes and small pictures of a run's probe samples."""

from __future__ import annotations

from os import PathLike

import numpy as np

from nnvis.errors import StoreError
from nnvis.model import Probe
from nnvis.store.paths import usable_path
from nnvis.store.tensors import Shape, TensorFile, write_tensors

KIND = "nnvis.probe"


def save_probe(probe: Probe, path: str | PathLike[str]) -> None:
    """Write ``probe`` atomically.

    Raises
    ------
    StoreError
        When it is inconsistent or cannot be written.
    """
    path = usable_path(path)
    tensors = _tensors(probe)
    fault = _fault(probe.count, {name: Shape.of(array) for name, array in tensors.items()})
    fault = fault or _number_fault(probe)
    if fault is not None:
        raise StoreError(f"Cannot write the probe to {path}: {fault}.")
    write_tensors(path, KIND, tensors, {"samples": str(probe.count), "digest": probe.digest})


def load_probe(path: str | PathLike[str]) -> Probe:
    """Read and check the probe of a run.

    Raises
    ------
    StoreError
        When there is no such file or it may not be read.
    FormatError
        When it is truncated, foreign, of a newer version or inconsistent.
    """
    with TensorFile(usable_path(path), KIND) as file:
        count = file.whole_number("samples")
        known = {name: file.shapes[name] for name in _NAMES if name in file.shapes}
        fault = _fault(count, known)
        if fault is not None:
            raise file.fault(fault)
        probe = Probe(
            count=count,
            digest=file.metadata.get("digest", ""),
            **{name: file.read(name) for name in known},
        )
        fault = _number_fault(probe)
        if fault is not None:
            raise file.fault(fault)
    return probe


_NAMES = ("label", "picture", "picture_sample")


def _tensors(probe: Probe) -> dict[str, np.ndarray]:
    arrays = {name: getattr(probe, name) for name in _NAMES}
    return {name: array for name, array in arrays.items() if array is not None}


def _fault(count: int, shapes: dict[str, Shape]) -> str | None:
    label, picture = shapes.get("label"), shapes.get("picture")
    number = shapes.get("picture_sample")
    if label is not None and label != Shape("int32", (count,)):
        return f"tensor 'label' is {label}, expected int32 ({count},)"
    if (picture is None) != (number is None):
        return "one of 'picture' and 'picture_sample' is missing, expected both or neither"
    if picture is None or number is None:
        return None
    coloured = len(picture.axes) == 4 and picture.axes[3] == 3
    if picture.dtype != "uint8" or not (len(picture.axes) == 3 or coloured):
        return f"tensor 'picture' is {picture}, expected uint8 (pictures, rows, columns[, 3])"
    if number != Shape("int32", picture.axes[:1]):
        return f"tensor 'picture_sample' is {number}, expected int32 ({picture.axes[0]},)"
    return None


def _number_fault(probe: Probe) -> str | None:
    if probe.label is not None and len(probe.label) and probe.label.min() < 0:
        return f"tensor 'label' holds {probe.label.min()}, expected class numbers from 0 on"
    number = probe.picture_sample
    if number is not None and len(number):
        inside = number[0] >= 0 and number[-1] < probe.count
        if not inside or not (np.diff(number) > 0).all():
            return f"tensor 'picture_sample' must rise from 0 to at most {probe.count - 1}"
    return None
