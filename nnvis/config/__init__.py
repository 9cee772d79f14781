"""One checked, frozen settings model per stage."""

from nnvis.config.importance import ImportanceConfig
from nnvis.config.processing import ProcessingConfig
from nnvis.config.reading import allowed, read_config
from nnvis.config.rendering import RenderingConfig
from nnvis.config.training import TrainingConfig

__all__ = [
    "ImportanceConfig",
    "ProcessingConfig",
    "RenderingConfig",
    "TrainingConfig",
    "allowed",
    "read_config",
]
