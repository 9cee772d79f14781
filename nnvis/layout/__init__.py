"""Placing units on lattices and clustering them by class."""

from nnvis.layout.advection import advect_nodes, diverge_nodes, move_units, noise_nodes
from nnvis.layout.placing import layer_planes, place_units
from nnvis.layout.random import random_network

__all__ = [
    "advect_nodes",
    "diverge_nodes",
    "layer_planes",
    "move_units",
    "noise_nodes",
    "place_units",
    "random_network",
]
