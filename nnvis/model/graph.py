"""A model as nnvis sees it: layers of units, and weight matrices between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float32


@dataclass(frozen=True)
class LayerSpec:
    """Units at one depth. ``kind`` is ``input``, ``dense``, ``convolution``, ``output``, …"""

    name: str
    kind: str
    size: int


@dataclass(frozen=True)
class Connection:
    """A weight matrix between two layers.

    ``module`` is the dotted name of the torch module that holds the weight; ``weight`` has one
    number for each (target unit, source unit): the weight itself for a dense layer, with sign.
    """

    name: str
    source: str
    target: str
    module: str
    weight: Float32[np.ndarray, "out in"]


@dataclass(frozen=True)
class LayerGraph:
    """Layers in order from input to output, and the connections between them.

    ``omitted`` names each module that holds weights but cannot be shown, with the reason.
    """

    layers: tuple[LayerSpec, ...]
    connections: tuple[Connection, ...]
    omitted: tuple[str, ...] = ()

    def layer(self, name: str) -> LayerSpec:
        return next(layer for layer in self.layers if layer.name == name)

    @property
    def edge_count(self) -> int:
        return sum(connection.weight.size for connection in self.connections)
