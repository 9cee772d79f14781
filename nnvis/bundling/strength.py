"""How strongly unlike classes part for a network at hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float32, Int32

# At the default setting of .5 this share of the attraction is left at an alikeness of .5, and
# more where classes differ more. Measured, see docs/decisions/bundling.md.
_LEFT = 0.41
_POWER = 1.5
# Beyond the alikeness of the networks that this was measured on nothing is known.
_LEAST, _MOST = 0.36, 0.545
_UNKNOWN = 0.45


def alikeness(
    importance: Float32[np.ndarray, "unit class"], ends: Int32[np.ndarray, "edge 2"], mix: int
) -> float:
    """How alike the classes of the edges are: the squared length of their mean direction.

    0 when edges serve evenly spread unlike classes, 1 when all serve the same mixture. An edge
    counts with its class vector half-way, of length 1; ``mix`` is the edge importance type.
    """
    finite = np.nan_to_num(importance, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float64)
    length = np.linalg.norm(finite, axis=1, keepdims=True)
    own = np.divide(finite, length, out=np.zeros_like(finite), where=length > 0)
    source, target = own[ends[:, 0]], own[ends[:, 1]]
    vectors = {1: source, 3: target}.get(mix, source + target)
    length = np.linalg.norm(vectors, axis=1)
    known = length > 0
    if not known.any():
        return _UNKNOWN
    mean = (vectors[known] / length[known, None]).mean(axis=0, dtype=np.float64)
    return float(mean @ mean)


def strength(class_separation: float, alike: float) -> float:
    """The weight s of the separation at the end of a bundling, 0 to 1.

    1 − (1 − c)^b for the setting c, with b such that at c = ½ the share 1 − s is about
    0.41·((1 − κ)/κ)^1.5 for the alikeness κ. What drives unlike classes apart is the
    difference of their directions, of size 1 − κ; what holds them together is κ. The more alike
    the edges, the stronger the separation has to be for the same picture.
    """
    kappa = min(max(alike, _LEAST), _MOST)
    left = _LEFT * ((1 - kappa) / kappa) ** _POWER
    return 1 - (1 - class_separation) ** -math.log2(left)
