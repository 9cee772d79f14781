"""See what a neural network has learnt, and how it got there.

Names are loaded when first used, so that ``import nnvis`` and ``nnvis --help`` are quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "Fingerprint": "nnvis.fingerprint",
    "Importance": "nnvis.model",
    "ImportanceConfig": "nnvis.config",
    "Network": "nnvis.model",
    "NeighbourDynamics": "nnvis.neighbours",
    "NnvisError": "nnvis.errors",
    "ProcessingConfig": "nnvis.config",
    "Progress": "nnvis.progress",
    "PruneCurve": "nnvis.importance",
    "Recorder": "nnvis.learning",
    "RecurrenceMeasures": "nnvis.fingerprint",
    "RenderingConfig": "nnvis.config",
    "Run": "nnvis.store",
    "TrainingConfig": "nnvis.config",
    "build_network": "nnvis.pipeline",
    "bundle": "nnvis.pipeline",
    "fingerprint_run": "nnvis.fingerprint",
    "nearest_neighbours": "nnvis.neighbours",
    "neighbour_overlap": "nnvis.neighbours",
    "neighbours_run": "nnvis.neighbours",
    "overlap_distance": "nnvis.neighbours",
    "prediction_distance": "nnvis.fingerprint",
    "process": "nnvis.pipeline",
    "prune_curve": "nnvis.importance",
    "recurrence": "nnvis.fingerprint",
    "recurrence_bands": "nnvis.fingerprint",
    "recurrence_threshold": "nnvis.fingerprint",
    "recurrence_windows": "nnvis.fingerprint",
    "render_image": "nnvis.render",
    "score_importance": "nnvis.importance",
    "transition_distance": "nnvis.fingerprint",
    "transitions": "nnvis.fingerprint",
    "view": "nnvis.app",
}

if TYPE_CHECKING:
    from nnvis.app import view
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
    from nnvis.learning import Recorder
    from nnvis.model import Importance, Network
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
    from nnvis.store import Run

__all__ = [
    "Fingerprint",
    "Importance",
    "ImportanceConfig",
    "NeighbourDynamics",
    "Network",
    "NnvisError",
    "ProcessingConfig",
    "Progress",
    "PruneCurve",
    "Recorder",
    "RecurrenceMeasures",
    "RenderingConfig",
    "Run",
    "TrainingConfig",
    "build_network",
    "bundle",
    "fingerprint_run",
    "nearest_neighbours",
    "neighbour_overlap",
    "neighbours_run",
    "overlap_distance",
    "prediction_distance",
    "process",
    "prune_curve",
    "recurrence",
    "recurrence_bands",
    "recurrence_threshold",
    "recurrence_windows",
    "render_image",
    "score_importance",
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
