"""See what a neural network has learnt, and how it got there.

Names are loaded when first used, so that ``import nnvis`` and ``nnvis --help`` are quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "Importance": "nnvis.model",
    "ImportanceConfig": "nnvis.config",
    "Network": "nnvis.model",
    "NnvisError": "nnvis.errors",
    "ProcessingConfig": "nnvis.config",
    "Progress": "nnvis.progress",
    "PruneCurve": "nnvis.importance",
    "Recorder": "nnvis.learning",
    "RenderingConfig": "nnvis.config",
    "Run": "nnvis.store",
    "TrainingConfig": "nnvis.config",
    "build_network": "nnvis.pipeline",
    "bundle": "nnvis.pipeline",
    "process": "nnvis.pipeline",
    "prune_curve": "nnvis.importance",
    "render_image": "nnvis.render",
    "score_importance": "nnvis.importance",
    "view": "nnvis.app",
}

if TYPE_CHECKING:
    from nnvis.app import view
    from nnvis.config import ImportanceConfig, ProcessingConfig, RenderingConfig, TrainingConfig
    from nnvis.errors import NnvisError
    from nnvis.importance import PruneCurve, prune_curve, score_importance
    from nnvis.learning import Recorder
    from nnvis.model import Importance, Network
    from nnvis.pipeline import build_network, bundle, process
    from nnvis.progress import Progress
    from nnvis.render import render_image
    from nnvis.store import Run

__all__ = [
    "Importance",
    "ImportanceConfig",
    "Network",
    "NnvisError",
    "ProcessingConfig",
    "Progress",
    "PruneCurve",
    "Recorder",
    "RenderingConfig",
    "Run",
    "TrainingConfig",
    "build_network",
    "bundle",
    "process",
    "prune_curve",
    "render_image",
    "score_importance",
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
