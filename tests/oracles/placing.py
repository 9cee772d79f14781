"""Lattices and schedules, one number at a time."""

from __future__ import annotations

import math


def lattice(size: int, width: float) -> list[tuple[float, float]]:
    """Rows of ⌈√size⌉ places from the upper left, ``width`` wide; the last row centred."""
    side = 1
    while side * side < size:
        side += 1
    gap = width / (side - 1) if side > 1 else width
    rows = [min(side, size - first) for first in range(0, size, side)]
    places = []
    for row, length in enumerate(rows):
        for column in range(length):
            x = (column - (length - 1) / 2) * gap
            y = ((len(rows) - 1) / 2 - row) * gap
            places.append((x, y))
    return places


def bandwidths(first: float, last: float, reduction: float) -> list[float]:
    """``first``, then times ``reduction`` for as long as it stays above ``last``."""
    found = [first]
    h = first * reduction
    while h > last:
        found.append(h)
        h *= reduction
    return found


def separation(h: float, first: float, last: float) -> float:
    """sqrt(1 − (h − h_end) / (h_start − h_end))."""
    return math.sqrt(1 - (h - last) / (first - last))
