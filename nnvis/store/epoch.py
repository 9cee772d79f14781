"""``epochs/*.safetensors``: what was recorded at one moment of training."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

import numpy as np

from nnvis.errors import StoreError
from nnvis.model import EpochRecord
from nnvis.store.paths import usable_path
from nnvis.store.tensors import Shape, TensorFile, write_tensors

KIND = "nnvis.epoch"
_GROUPS = ("representation", "weight", "class_map")
_RESERVED = ("format", "version", "epoch")


def save_epoch(record: EpochRecord, path: str | PathLike[str]) -> None:
    """Write ``record`` atomically; each of its numbers becomes a metadata entry of its name.

    Numbers need not be finite: a loss that exploded is worth recording.

    Raises
    ------
    StoreError
        When the record is inconsistent or cannot be written.
    """
    path = usable_path(path)
    fault = _record_fault(record)
    if fault is not None:
        raise StoreError(f"Cannot write epoch {record.epoch} to {path}: {fault}.")
    tensors = {"prediction": record.prediction, "probability": record.probability}
    if record.unit_importance is not None:
        tensors["unit_importance"] = record.unit_importance
    for group in _GROUPS:
        tensors |= {f"{group}/{name}": array for name, array in getattr(record, group).items()}
    numbers = {name: repr(float(number)) for name, number in record.numbers.items()}
    write_tensors(path, KIND, tensors, {**numbers, "epoch": str(int(record.epoch))})


def load_epoch(path: str | PathLike[str], only: Sequence[str] | None = None) -> EpochRecord:
    """Read and check one recorded epoch.

    Parameters
    ----------
    only
        Layers: of all that a record may hold beside predictions, probabilities and numbers,
        only the representations of these are read, where they are there.

    Raises
    ------
    StoreError
        When there is no such file or it may not be read.
    FormatError
        When it is truncated, foreign, of a newer version or inconsistent.
    """
    with TensorFile(usable_path(path), KIND) as file:
        for name in ("prediction", "probability"):
            if name not in file.shapes:
                raise file.fault(f"tensor {name!r} is missing")
        fault = _shape_fault(file.shapes)
        if fault is not None:
            raise file.fault(fault)
        groups = {
            group: {
                name: file.read(f"{group}/{name}")
                for name in file.under(f"{group}/")
                if only is None or (group == "representation" and name in only)
            }
            for group in _GROUPS
        }
        scored = "unit_importance" in file.shapes and only is None
        record = EpochRecord(
            epoch=file.whole_number("epoch"),
            prediction=file.read("prediction"),
            probability=file.read("probability"),
            unit_importance=file.read("unit_importance") if scored else None,
            numbers={
                name: _number(file, name) for name in sorted(file.metadata) if name not in _RESERVED
            },
            **groups,
        )
        fault = _record_fault(record)
        if fault is not None:
            raise file.fault(fault)
    return record


def parts_of(path: str | PathLike[str]) -> set[str]:
    """Kinds of tensors in a recorded epoch, such as ``weight``; only the header is read.

    Raises
    ------
    StoreError, FormatError
        As :func:`load_epoch`.
    """
    with TensorFile(usable_path(path), KIND) as file:
        return {name.partition("/")[0] for name in file.shapes}


def shapes_of(path: str | PathLike[str]) -> dict[str, Shape]:
    """Type and axes of every tensor in a recorded epoch, by names such as ``weight/fc1``; only
    the header is read.

    Raises
    ------
    StoreError, FormatError
        As :func:`load_epoch`.
    """
    with TensorFile(usable_path(path), KIND) as file:
        return dict(file.shapes)


def load_tensors(path: str | PathLike[str], names: Sequence[str]) -> dict[str, np.ndarray]:
    """These tensors of a recorded epoch and no others, by names as in :func:`shapes_of`.

    Raises
    ------
    StoreError, FormatError
        As :func:`load_epoch`, also when one of them is not there.
    """
    with TensorFile(usable_path(path), KIND) as file:
        return {name: file.read(name) for name in names}


def layers_of(path: str | PathLike[str]) -> tuple[str, ...]:
    """Names of the layers whose representation a recorded epoch holds; only the header is read.

    Raises
    ------
    StoreError, FormatError
        As :func:`load_epoch`.
    """
    with TensorFile(usable_path(path), KIND) as file:
        return tuple(file.under("representation/"))


def probe_size(path: str | PathLike[str]) -> tuple[int, int]:
    """(samples, classes) of a recorded epoch; only the header is read.

    Raises
    ------
    StoreError, FormatError
        As :func:`load_epoch`.
    """
    with TensorFile(usable_path(path), KIND) as file:
        shape = file.shapes.get("probability")
        if shape is None or len(shape.axes) != 2:
            raise file.fault(f"tensor 'probability' is {shape}, expected (samples, classes)")
        return shape.axes[0], shape.axes[1]


def _record_fault(record: EpochRecord) -> str | None:
    arrays = {"prediction": record.prediction, "probability": record.probability}
    if record.unit_importance is not None:
        arrays["unit_importance"] = record.unit_importance
    for group in _GROUPS:
        arrays |= {f"{group}/{name}": array for name, array in getattr(record, group).items()}
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            return f"{name} is a {type(array).__name__}, expected a numpy array"
    if record.epoch < 0:
        return f"the epoch is {record.epoch}, expected 0 or more"
    fault = _shape_fault({name: Shape.of(array) for name, array in arrays.items()})
    if fault is not None:
        return fault
    classes = record.probability.shape[1]
    found = record.prediction
    if len(found) and not 0 <= int(found.min()) <= int(found.max()) < classes:
        return (
            f"prediction runs from {found.min()} to {found.max()}, "
            f"expected class numbers 0 to {classes - 1}"
        )
    for name, number in record.numbers.items():
        if name in _RESERVED:
            return f"a number is called {name!r}, which has a meaning of its own; rename it"
        if not isinstance(number, (int, float, np.integer, np.floating)):
            return f"the number {name!r} is {number!r}, expected a number"
    return None


def _shape_fault(shapes: dict[str, Shape]) -> str | None:
    probability = shapes["probability"]
    if probability.dtype != "float16" or len(probability.axes) != 2:
        return f"tensor 'probability' is {probability}, expected float16 (samples, classes)"
    samples, classes = probability.axes
    if shapes["prediction"] != Shape("int32", (samples,)):
        return f"tensor 'prediction' is {shapes['prediction']}, expected int32 ({samples},)"
    for name, shape in shapes.items():
        if name.startswith("representation/") and shape.axes[:1] != (samples,):
            return f"tensor {name!r} is {shape}, expected {samples} samples on its first axis"
        if name.startswith("class_map/") and (len(shape.axes) != 3 or shape.axes[2] != classes):
            return f"tensor {name!r} is {shape}, expected (rows, columns, {classes} classes)"
        if name == "unit_importance" and (
            shape.dtype != "float32" or len(shape.axes) != 2 or shape.axes[1] != classes
        ):
            return f"tensor {name!r} is {shape}, expected float32 (units, {classes} classes)"
    return None


def _number(file: TensorFile, name: str) -> float:
    text = file.text(name)
    try:
        return float(text)
    except ValueError as error:
        raise file.fault(f"metadata {name!r} is {text!r}, expected a number") from error
