"""What a model makes of a plane of inputs: maps of its classes, and how they change."""

from nnvis.classmap.computing import compute_maps
from nnvis.classmap.interpolation import INTERPOLATIONS, interpolate_maps
from nnvis.classmap.maps import ClassMaps, PlacedSamples
from nnvis.classmap.planes import own_planes, plane_of, plane_through, principal_plane
from nnvis.classmap.reading import read_maps, recorded_maps

__all__ = [
    "INTERPOLATIONS",
    "ClassMaps",
    "PlacedSamples",
    "compute_maps",
    "interpolate_maps",
    "own_planes",
    "plane_of",
    "plane_through",
    "principal_plane",
    "read_maps",
    "recorded_maps",
]
