"""``network.safetensors``: a network that is ready to be drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np

from nnvis.errors import FormatError, StoreError
from nnvis.model import Layer, Network
from nnvis.store.names import class_name_fault
from nnvis.store.paths import usable_path
from nnvis.store.plain import to_json
from nnvis.store.tensors import Shape, TensorFile, write_tensors

KIND = "nnvis.network"
# Each tensor's element type and axes; an axis word stands for one length throughout the file.
TENSORS: dict[str, tuple[str, tuple[str | int, ...]]] = {
    "unit_layer": ("int32", ("units",)),
    "unit_position": ("float32", ("units", 3)),
    "unit_importance": ("float32", ("units", "classes")),
    "edge_source": ("int32", ("edges",)),
    "edge_target": ("int32", ("edges",)),
    "edge_weight": ("float32", ("edges",)),
    "edge_importance": ("float32", ("edges",)),
    "point_position": ("float32", ("points", 3)),
    "point_offset": ("int64", ("edges + 1",)),
}


def save_network(network: Network, path: str | PathLike[str]) -> None:
    """Write ``network`` atomically; the same network always gives the same bytes.

    Raises
    ------
    StoreError
        When the network is inconsistent (see `validate_network`) or cannot be written.
    """
    path = usable_path(path)
    fault = network_fault(network)
    if fault is not None:
        raise StoreError(f"Cannot write the network to {path}: {fault}.")
    metadata = {
        "layers": to_json(network.layers, "the layers"),
        "class_names": to_json(network.class_names, "the class names"),
        "edges_total": str(int(network.edges_total)),
        "config": to_json(network.config, "the network's config"),
    }
    write_tensors(path, KIND, {name: getattr(network, name) for name in TENSORS}, metadata)


def load_network(path: str | PathLike[str]) -> Network:
    """Read and check a ``network.safetensors``.

    Raises
    ------
    StoreError
        When there is no such file or it may not be read.
    FormatError
        When it is truncated, foreign, of a newer version or inconsistent.
    """
    with TensorFile(usable_path(path), KIND) as file:
        fault = shape_fault(file.shapes)
        if fault is not None:
            raise file.fault(fault)
        network = Network(
            layers=tuple(_layer(file, entry) for entry in file.json("layers", list)),
            class_names=tuple(file.json("class_names", list)),
            edges_total=file.whole_number("edges_total"),
            config=file.json("config", dict),
            **{name: file.read(name) for name in TENSORS},
        )
        fault = network_fault(network)
        if fault is not None:
            raise file.fault(fault)
    return network


def validate_network(network: Network) -> None:
    """Raise `StoreError` with one sentence when ``network`` is inconsistent.

    Checked are element types and shapes, finite positions and scores, units stored layer by
    layer, edges between units that exist and sorted by falling importance, and offsets that
    start at 0, end at the number of points and give each edge at least its two ends.
    """
    fault = network_fault(network)
    if fault is not None:
        raise StoreError(f"The network is inconsistent: {fault}.")


def shape_fault(shapes: Mapping[str, Shape]) -> str | None:
    """What is wrong with the tensors' types and shapes, or ``None``."""
    lengths: dict[str, int] = {}
    for name, (dtype, axes) in TENSORS.items():
        if name not in shapes:
            return f"tensor {name!r} is missing"
        found = shapes[name]
        if len(found.axes) == len(axes):
            for axis, length in zip(axes, found.axes, strict=True):
                if isinstance(axis, str) and axis != "edges + 1":
                    lengths.setdefault(axis, length)
        lengths["edges + 1"] = lengths.get("edges", 0) + 1
        expected = tuple(
            axis if isinstance(axis, int) else lengths.get(axis, axis) for axis in axes
        )
        if (found.dtype, found.axes) != (dtype, expected):
            words = ", ".join(map(str, axes))
            sizes = ", ".join(map(str, expected))
            return f"tensor {name!r} is {found}, expected {dtype} ({words}) = ({sizes})"
    return None


def network_fault(network: Network) -> str | None:
    """What is inconsistent in ``network``, as part of a sentence, or ``None``."""
    arrays: dict[str, Any] = {name: getattr(network, name) for name in TENSORS}
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            return f"{name} is a {type(array).__name__}, expected a numpy array"
    return (
        shape_fault({name: Shape.of(array) for name, array in arrays.items()})
        or class_name_fault(network.class_names)
        or _unit_fault(network)
        or _edge_fault(network)
        or _point_fault(network)
    )


def _unit_fault(network: Network) -> str | None:
    classes = network.unit_importance.shape[1]
    if classes != len(network.class_names):
        return (
            f"unit_importance has {classes} classes, expected {len(network.class_names)}, "
            "one for each class name"
        )
    if not network.layers:
        return "there are no layers, expected at least one"
    for layer in network.layers:
        if not math.isfinite(layer.z):
            return f"layer {layer.name!r} lies at z = {layer.z}, expected a finite number"
    if np.any(np.diff(network.unit_layer) < 0):
        return "unit_layer is not sorted, expected the units layer by layer"
    sizes = [layer.size for layer in network.layers]
    found = network.unit_layer
    if len(found) and not 0 <= int(found.min()) <= int(found.max()) < len(sizes):
        return (
            f"unit_layer runs from {found.min()} to {found.max()}, "
            f"expected 0 to {len(sizes) - 1}, one number for each layer"
        )
    counts = np.bincount(found, minlength=len(sizes)).tolist()
    if counts != sizes:
        return f"the layers hold {counts} units, expected {sizes} by the list of layers"
    return _finite_fault(network, "unit_position", "unit_importance")


def _edge_fault(network: Network) -> str | None:
    units = network.unit_count
    for name in ("edge_source", "edge_target"):
        ends = getattr(network, name)
        if len(ends) and not 0 <= int(ends.min()) <= int(ends.max()) < units:
            return (
                f"{name} runs from {ends.min()} to {ends.max()}, "
                f"expected unit numbers 0 to {units - 1}"
            )
    fault = _finite_fault(network, "edge_weight", "edge_importance")
    if fault is not None:
        return fault
    if np.any(np.diff(network.edge_importance) > 0):
        return "edge_importance rises, expected the most important edges first"
    if network.edges_total < network.edge_count:
        return (
            f"edges_total is {network.edges_total}, "
            f"expected at least the {network.edge_count} edges that are here"
        )
    return None


def _point_fault(network: Network) -> str | None:
    offset, points = network.point_offset, network.point_count
    if offset[0] != 0 or offset[-1] != points:
        return (
            f"point_offset runs from {offset[0]} to {offset[-1]}, "
            f"expected 0 to {points}, the number of points"
        )
    short = np.flatnonzero(np.diff(offset) < 2)
    if len(short):
        edge = int(short[0])
        return (
            f"point_offset gives edge {edge} {int(offset[edge + 1] - offset[edge])} points, "
            "expected at least 2"
        )
    return _finite_fault(network, "point_position")


def _finite_fault(network: Network, *names: str) -> str | None:
    for name in names:
        good = np.isfinite(getattr(network, name))
        if not good.all():
            row = int(np.argwhere(~good)[0, 0])
            return f"{name} is not finite in row {row}, expected finite numbers"
    return None


def _layer(file: TensorFile, entry: Any) -> Layer:
    try:
        name, kind, size, z = (entry[key] for key in ("name", "kind", "size", "z"))
        if type(name) is str and type(kind) is str and type(size) is int and size >= 0:
            return Layer(name, kind, size, float(z))
    except (KeyError, TypeError, ValueError, OverflowError):
        pass
    raise FormatError(
        str(file.fault(f"metadata 'layers' holds {entry!r}, expected name, kind, size and z"))
    )
