"""See what a neural network has learnt, and how it got there.

Names are loaded when first used, so that ``import nnvis`` and ``nnvis --help`` are quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "ClassMaps": "nnvis.classmap",
    "Fingerprint": "nnvis.fingerprint",
    "Importance": "nnvis.model",
    "ImportanceConfig": "nnvis.config",
    "Network": "nnvis.model",
    "NeighbourDynamics": "nnvis.neighbours",
    "NnvisError": "nnvis.errors",
    "ProcessingConfig": "nnvis.config",
    "Plane": "nnvis.model",
    "Progress": "nnvis.progress",
    "PruneCurve": "nnvis.importance",
    "Recorder": "nnvis.learning",
    "RecurrenceMeasures": "nnvis.fingerprint",
    "RenderingConfig": "nnvis.config",
    "Run": "nnvis.store",
    "Signatures": "nnvis.signature",
    "TrainingConfig": "nnvis.config",
    "build_network": "nnvis.pipeline",
    "bundle": "nnvis.pipeline",
    "class_map": "nnvis.learning",
    "compute_maps": "nnvis.classmap",
    "fingerprint_run": "nnvis.fingerprint",
    "nearest_neighbours": "nnvis.neighbours",
    "neighbour_overlap": "nnvis.neighbours",
    "neighbours_run": "nnvis.neighbours",
    "overlap_distance": "nnvis.neighbours",
    "plane_of": "nnvis.classmap",
    "plane_through": "nnvis.classmap",
    "prediction_distance": "nnvis.fingerprint",
    "principal_plane": "nnvis.classmap",
    "process": "nnvis.pipeline",
    "prune_curve": "nnvis.importance",
    "read_maps": "nnvis.classmap",
    "recurrence": "nnvis.fingerprint",
    "recurrence_bands": "nnvis.fingerprint",
    "recurrence_threshold": "nnvis.fingerprint",
    "recurrence_windows": "nnvis.fingerprint",
    "render_image": "nnvis.render",
    "score_importance": "nnvis.importance",
    "signatures": "nnvis.signature",
    "transition_distance": "nnvis.fingerprint",
    "transitions": "nnvis.fingerprint",
    "view": "nnvis.app",
}

if TYPE_CHECKING:
    from nnvis.app import view
    from nnvis.classmap import (
        ClassMaps,
        compute_maps,
        plane_of,
        plane_through,
        principal_plane,
        read_maps,
    )
    from nnvis.config import ImportanceConfig, ProcessingConfig, RenderingConfig, TrainingConfig
    from nnvis.errors import NnvisError
    from nnvis.fingerprint import (
        Fingerprint,
        RecurrenceMeasures,
        fingerprint_run,
        prediction_distance,
        recurrence,
        recurrence_bands,
        recurrence_threshold,
        recurrence_windows,
        transition_distance,
        transitions,
    )
    from nnvis.importance import PruneCurve, prune_curve, score_importance
    from nnvis.learning import Recorder, class_map
    from nnvis.model import Importance, Network, Plane
    from nnvis.neighbours import (
        NeighbourDynamics,
        nearest_neighbours,
        neighbour_overlap,
        neighbours_run,
        overlap_distance,
    )
    from nnvis.pipeline import build_network, bundle, process
    from nnvis.progress import Progress
    from nnvis.render import render_image
    from nnvis.signature import Signatures, signatures
    from nnvis.store import Run

__all__ = [
    "ClassMaps",
    "Fingerprint",
    "Importance",
    "ImportanceConfig",
    "NeighbourDynamics",
    "Network",
    "NnvisError",
    "Plane",
    "ProcessingConfig",
    "Progress",
    "PruneCurve",
    "Recorder",
    "RecurrenceMeasures",
    "RenderingConfig",
    "Run",
    "Signatures",
    "TrainingConfig",
    "build_network",
    "bundle",
    "class_map",
    "compute_maps",
    "fingerprint_run",
    "nearest_neighbours",
    "neighbour_overlap",
    "neighbours_run",
    "overlap_distance",
    "plane_of",
    "plane_through",
    "prediction_distance",
    "principal_plane",
    "process",
    "prune_curve",
    "read_maps",
    "recurrence",
    "recurrence_bands",
    "recurrence_threshold",
    "recurrence_windows",
    "render_image",
    "score_importance",
    "signatures",
    "transition_distance",
    "transitions",
    "view",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'nnvis' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
