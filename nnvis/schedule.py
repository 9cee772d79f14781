"""How the bandwidth shrinks and the separation grows over the iterations of a climb."""

from __future__ import annotations

import math


def bandwidths(first: float, last: float, reduction: float) -> list[float]:
    """From ``first`` down by the factor ``reduction`` while above ``last``; at least one."""
    values = [first]
    while reduction > 0 and values[-1] * reduction > last and values[-1] > last:
        values.append(values[-1] * reduction)
    return values


def separations(values: list[float], last: float) -> list[float]:
    """s for each bandwidth: sqrt(1 − (h − h_end) / (h_start − h_end)), from 0 towards 1."""
    span = max(values[0] - last, 1e-12)
    return [math.sqrt(min(max(1 - (h - last) / span, 0.0), 1.0)) for h in values]
