"""torch models: read as layers and connections, and run without leaving a trace on them."""

from nnvis.graph.kinds import KINDS, WeightKind, WeightLayer, weight_layers
from nnvis.graph.reading import read_graph
from nnvis.graph.running import undisturbed
from nnvis.graph.state import state_arrays

__all__ = [
    "KINDS",
    "WeightKind",
    "WeightLayer",
    "read_graph",
    "state_arrays",
    "undisturbed",
    "weight_layers",
]
