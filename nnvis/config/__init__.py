"""One checked, frozen settings model per stage."""

from nnvis.config.importance import ImportanceConfig
from nnvis.config.processing import ProcessingConfig
from nnvis.config.reading import read_config
from nnvis.config.rendering import RenderingConfig
from nnvis.config.settings import Settings
from nnvis.config.sweep import SweepConfig
from nnvis.config.training import TrainingConfig
from nnvis.config.words import allowed

__all__ = [
    "ImportanceConfig",
    "ProcessingConfig",
    "RenderingConfig",
    "Settings",
    "SweepConfig",
    "TrainingConfig",
    "allowed",
    "read_config",
]
