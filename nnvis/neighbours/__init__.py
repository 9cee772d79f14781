"""Neighbourhood dynamics: who is near whom in a layer, and how that changes while learning."""

from nnvis.neighbours.dynamics import NeighbourDynamics
from nnvis.neighbours.moments import Moments, Neighbourhood, pictures_of
from nnvis.neighbours.nearest import nearest_neighbours
from nnvis.neighbours.overlap import (
    confidence,
    neighbour_overlap,
    overlap_distance,
    shared_neighbours,
)
from nnvis.neighbours.reading import neighbours_run, recorded_layers, samples_of_classes

__all__ = [
    "Moments",
    "NeighbourDynamics",
    "Neighbourhood",
    "confidence",
    "nearest_neighbours",
    "neighbour_overlap",
    "neighbours_run",
    "overlap_distance",
    "pictures_of",
    "recorded_layers",
    "samples_of_classes",
    "shared_neighbours",
]
