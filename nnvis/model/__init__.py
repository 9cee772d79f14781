"""The values that flow through nnvis: frozen dataclasses of numpy arrays, no I/O."""

from nnvis.model.epoch import EpochRecord
from nnvis.model.graph import Connection, LayerGraph, LayerSpec
from nnvis.model.importance import Importance
from nnvis.model.network import Layer, Network
from nnvis.model.plane import MappedPlane, Plane
from nnvis.model.probe import Probe
from nnvis.model.samples import Samples

__all__ = [
    "Connection",
    "EpochRecord",
    "Importance",
    "Layer",
    "LayerGraph",
    "LayerSpec",
    "MappedPlane",
    "Network",
    "Plane",
    "Probe",
    "Samples",
]
