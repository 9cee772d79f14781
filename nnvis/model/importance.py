"""How much each class needs each unit, and how much each weight counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float32


@dataclass(frozen=True)
class Importance:
    """Scores of one model.

    Attributes
    ----------
    units
        For each layer name (units, classes): |γ| over the layer's largest; output units one-hot.
    edges
        For each connection name (out, in): |w| over the connection's largest.
    class_names
        One name a class, in the order of the class axis.
    options
        What the scores were made with: the importance settings, the epochs that ran, the seed.
    """

    units: Mapping[str, Float32[np.ndarray, "unit class"]]
    edges: Mapping[str, Float32[np.ndarray, "out in"]]
    class_names: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, ready for JSON."""
        return {
            "units": {name: scores.tolist() for name, scores in self.units.items()},
            "edges": {name: scores.tolist() for name, scores in self.edges.items()},
            "class_names": list(self.class_names),
            "options": dict(self.options),
        }
