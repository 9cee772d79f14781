"""Where units start: on a square lattice in their layer's plane."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float32


def layer_planes(layers: int, layer_distance: float) -> np.ndarray:
    """z of each layer, scene units, centred on zero."""
    return (np.arange(layers) - (layers - 1) / 2) * layer_distance


def lattice(size: int, width: float) -> Float32[np.ndarray, "unit 2"]:
    """``size`` places on a square lattice of ``width`` scene units, centred, row by row.

    A last row that is not full is centred, so that small layers stay in balance.
    """
    side = math.ceil(math.sqrt(size))
    rows = math.ceil(size / side)
    spacing = width / max(side - 1, 1)
    number = np.arange(size)
    row, column = number // side, number % side
    in_row = np.where(row == rows - 1, size - (rows - 1) * side, side)
    x = (column - (in_row - 1) / 2) * spacing
    y = ((rows - 1) / 2 - row) * spacing
    return np.stack([x, y], axis=1).astype(np.float32)


def place_units(
    sizes: Sequence[int], layer_width: float, layer_distance: float
) -> Float32[np.ndarray, "unit 3"]:
    """Start positions of all units, layer by layer."""
    planes = layer_planes(len(sizes), layer_distance)
    parts = [
        np.column_stack([lattice(size, layer_width), np.full(size, z, np.float32)])
        for size, z in zip(sizes, planes, strict=True)
    ]
    return np.concatenate(parts).astype(np.float32)
