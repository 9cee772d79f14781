"""``model.safetensors``: the scored model's parameters and how nnvis reads them as layers."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from nnvis.model import Connection, LayerGraph, LayerSpec
from nnvis.store.plain import to_json
from nnvis.store.tensors import TensorFile, write_tensors

KIND = "nnvis.model"


def save_model(
    graph: LayerGraph, state: Mapping[str, np.ndarray], path: str | PathLike[str]
) -> None:
    """Write a model's parameters as ``state/<name>`` and its layer graph, atomically.

    A connection whose matrix is its module's own ``weight`` is not written twice; any other
    is stored as ``weight/<connection>``.

    Raises
    ------
    StoreError
        When a parameter cannot be stored or the file cannot be written.
    """
    tensors = {f"state/{name}": np.asarray(values) for name, values in state.items()}
    for connection in graph.connections:
        if not _is_own_weight(connection, state):
            tensors[f"weight/{connection.name}"] = connection.weight
    metadata = {
        "layers": to_json(graph.layers, "the layers"),
        "connections": to_json(
            [
                {"name": c.name, "source": c.source, "target": c.target, "module": c.module}
                for c in graph.connections
            ],
            "the connections",
        ),
        "omitted": to_json(graph.omitted, "the omitted modules"),
    }
    write_tensors(Path(path), KIND, tensors, metadata)


def load_model_file(path: str | PathLike[str]) -> tuple[LayerGraph, dict[str, np.ndarray]]:
    """The layer graph and the parameters of a ``model.safetensors``.

    Raises
    ------
    StoreError
        When there is no such file or it may not be read.
    FormatError
        When it is truncated, foreign, of a newer version or inconsistent.
    """
    with TensorFile(Path(path), KIND) as file:
        state = {name: file.read(f"state/{name}") for name in file.under("state/")}
        layers = tuple(_layer(file, entry) for entry in file.json("layers", list))
        sizes = {layer.name: layer.size for layer in layers}
        connections = tuple(
            _connection(file, entry, state, sizes) for entry in file.json("connections", list)
        )
        omitted = tuple(str(words) for words in file.json("omitted", list))
    return LayerGraph(layers, connections, omitted), state


def _is_own_weight(connection: Connection, state: Mapping[str, np.ndarray]) -> bool:
    own = state.get(f"{connection.module}.weight")
    # A float64 model's weights may equal their float32 copy in value, but are no float32.
    return (
        own is not None
        and own.dtype == connection.weight.dtype
        and np.array_equal(own, connection.weight)
    )


def _layer(file: TensorFile, entry: Any) -> LayerSpec:
    try:
        return LayerSpec(str(entry["name"]), str(entry["kind"]), int(entry["size"]))
    except (KeyError, TypeError, ValueError) as error:
        raise file.fault(f"layer {entry!r} lacks name, kind or size") from error


def _connection(
    file: TensorFile, entry: Any, state: Mapping[str, np.ndarray], sizes: Mapping[str, int]
) -> Connection:
    try:
        name, source = str(entry["name"]), str(entry["source"])
        target, module = str(entry["target"]), str(entry["module"])
        shape = (sizes[target], sizes[source])
    except (KeyError, TypeError) as error:
        raise file.fault(f"connection {entry!r} lacks a name, an end or a module") from error
    if name in file.under("weight/"):
        weight = file.read(f"weight/{name}")
    elif f"{module}.weight" in state:
        weight = state[f"{module}.weight"]
    else:
        raise file.fault(f"connection {name!r} has no weight")
    if weight.shape != shape or weight.dtype != np.float32:
        raise file.fault(
            f"the weight of connection {name!r} is {weight.dtype} {weight.shape}, expected "
            f"float32 {shape}"
        )
    return Connection(name, source, target, module, weight)
