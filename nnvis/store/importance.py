"""``importance.safetensors``: how much each class needs each unit, and how much weights count."""

from __future__ import annotations

from os import PathLike

import numpy as np

from nnvis.errors import StoreError
from nnvis.model import Importance
from nnvis.store.names import class_name_fault
from nnvis.store.paths import usable_path
from nnvis.store.plain import to_json
from nnvis.store.tensors import Shape, TensorFile, write_tensors

KIND = "nnvis.importance"


def save_importance(importance: Importance, path: str | PathLike[str]) -> None:
    """Write ``importance`` atomically as ``unit/<layer>`` and ``edge/<connection>``.

    Raises
    ------
    StoreError
        When the scores are inconsistent or cannot be written.
    """
    path = usable_path(path)
    fault = importance_fault(importance)
    if fault is not None:
        raise StoreError(f"Cannot write the importance to {path}: {fault}.")
    tensors = {f"unit/{name}": scores for name, scores in importance.units.items()}
    tensors |= {f"edge/{name}": scores for name, scores in importance.edges.items()}
    metadata = {
        "class_names": to_json(importance.class_names, "the class names"),
        # A file's tensors have no order of their own; these keep the order of the network.
        "layers": to_json(list(importance.units), "the layers"),
        "connections": to_json(list(importance.edges), "the connections"),
        "options": to_json(importance.options, "the importance options"),
    }
    write_tensors(path, KIND, tensors, metadata)


def load_importance(path: str | PathLike[str]) -> Importance:
    """Read and check an ``importance.safetensors``.

    Raises
    ------
    StoreError
        When there is no such file or it may not be read.
    FormatError
        When it is truncated, foreign, of a newer version or inconsistent.
    """
    with TensorFile(usable_path(path), KIND) as file:
        units = _names(file, "layers", "unit/")
        edges = _names(file, "connections", "edge/")
        for name, shape in file.shapes.items():
            fault = _shape_fault(name, shape)
            if fault is not None:
                raise file.fault(fault)
        importance = Importance(
            units={name: file.read(f"unit/{name}") for name in units},
            edges={name: file.read(f"edge/{name}") for name in edges},
            class_names=tuple(file.json("class_names", list)),
            options=file.json("options", dict),
        )
        fault = importance_fault(importance)
        if fault is not None:
            raise file.fault(fault)
    return importance


def importance_fault(importance: Importance) -> str | None:
    """What is inconsistent in ``importance``, as part of a sentence, or ``None``."""
    fault = class_name_fault(importance.class_names)
    if fault is not None:
        return fault
    classes = len(importance.class_names)
    for prefix, scores in (("unit/", importance.units), ("edge/", importance.edges)):
        for name, array in scores.items():
            if not isinstance(array, np.ndarray):
                return f"{prefix}{name} is a {type(array).__name__}, expected a numpy array"
            fault = _shape_fault(f"{prefix}{name}", Shape.of(array))
            if fault is not None:
                return fault
            if prefix == "unit/" and array.shape[1] != classes:
                return (
                    f"unit/{name} has {array.shape[1]} classes, expected {classes}, "
                    "one for each class name"
                )
            if not np.isfinite(array).all() or (array < 0).any():
                return f"{prefix}{name} holds a negative or non-finite score, expected 0 or more"
    return None


def _shape_fault(name: str, shape: Shape) -> str | None:
    if not name.startswith(("unit/", "edge/")):
        return None
    if shape.dtype == "float32" and len(shape.axes) == 2:
        return None
    axes = "units, classes" if name.startswith("unit/") else "out, in"
    return f"tensor {name!r} is {shape}, expected float32 ({axes})"


def _names(file: TensorFile, key: str, prefix: str) -> list[str]:
    listed = file.json(key, list)
    stored = file.under(prefix)
    if not all(isinstance(name, str) for name in listed) or sorted(listed) != stored:
        raise file.fault(f"metadata {key!r} lists {listed}, expected the tensors {stored}")
    return listed
