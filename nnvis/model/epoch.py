"""What was recorded at one moment of training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float16, Float32, Int32


@dataclass(frozen=True)
class EpochRecord:
    """One recorded epoch of the probe samples.

    Attributes
    ----------
    prediction
        The most probable class of each probe sample.
    probability
        Class probabilities of each probe sample.
    representation
        For each chosen layer its output for the probe samples, first axis sample.
    weight
        For each recorded parameter its value.
    unit_importance
        (units, classes) of the whole network, or ``None`` when not scored at this epoch.
    class_map
        For each named input plane (ny, nx, classes) probabilities.
    numbers
        Losses, accuracies and any number the user logs, by name.
    """

    epoch: int
    prediction: Int32[np.ndarray, "sample"]
    probability: Float16[np.ndarray, "sample class"]
    representation: Mapping[str, np.ndarray] = field(default_factory=dict)
    weight: Mapping[str, np.ndarray] = field(default_factory=dict)
    unit_importance: Float32[np.ndarray, "unit class"] | None = None
    class_map: Mapping[str, np.ndarray] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
