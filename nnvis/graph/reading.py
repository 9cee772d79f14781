"""Turn a torch model into layers of units and the weight matrices between them."""

from __future__ import annotations

import numpy as np
from torch import nn

from nnvis.errors import ModelError
from nnvis.graph.calls import check_traced
from nnvis.graph.kinds import WeightLayer, weight_layers
from nnvis.model import Connection, LayerGraph, LayerSpec

INPUT = "input"


def read_graph(model: nn.Module) -> LayerGraph:
    """The layers and connections of ``model``.

    Its weight-holding modules, in the order of their registration, must form one chain: each
    takes as many units as the one before gives, and forward calls each once in that order
    (seen here only where ``torch.fx`` can trace it; scoring sees it for any model). Layers are
    ``input`` and one for each such module, named by its dotted path; the connection that leads
    to it has the same name. The model is only read.

    Raises
    ------
    ModelError
        When it has no layer with weights, one of an unsupported kind, sizes that do not chain,
        a forward that is no chain, or weights that are not finite.
    """
    found = weight_layers(model)
    if not found:
        raise ModelError(
            f"The model ({type(model).__name__}) has no layer with weights to show; "
            "it needs at least one nn.Linear."
        )
    check_traced(model, found)
    layers = [LayerSpec(INPUT, INPUT, _units_in(found[0]))]
    connections: list[Connection] = []
    for number, entry in enumerate(found):
        before = layers[-1]
        if _units_in(entry) != before.size:
            raise ModelError(
                f"Module {entry.name} takes {_units_in(entry)} units, but {before.name} before it "
                f"gives {before.size}; nnvis shows models whose dense layers follow each other in "
                "the order in which they are registered."
            )
        last = number == len(found) - 1
        name = f"{INPUT}_layer" if entry.name == INPUT else entry.name
        layers.append(
            LayerSpec(
                name, "output" if last else entry.kind.name, entry.kind.units_out(entry.module)
            )
        )
        connections.append(Connection(entry.name, before.name, name, entry.path, _weight(entry)))
    return LayerGraph(tuple(layers), tuple(connections))


def _units_in(entry: WeightLayer) -> int:
    return entry.kind.units_in(entry.module)


def _weight(entry: WeightLayer) -> np.ndarray:
    matrix = entry.kind.weight_matrix(entry.module).detach().cpu().float().numpy().copy()
    if not np.isfinite(matrix).all():
        bad = int(np.size(matrix) - np.isfinite(matrix).sum())
        raise ModelError(
            f"Module {entry.name} has {bad} of {matrix.size} weights that are NaN or infinite; "
            "its training diverged, so train again with a smaller learning rate."
        )
    return matrix
