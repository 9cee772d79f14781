"""Matrices as pictures for textures: (row, column, 4) uint8."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnvis.render import palette

# A matrix is shown coarser beyond this many rows.
MOST_CELLS = 2048
_CRISP = 512


def inked(share: np.ndarray, background: Any) -> np.ndarray:
    """Shares (row, column) from 0, paper, to 1, ink; more rows than a picture should have are
    thinned evenly."""
    every = -(-len(share) // MOST_CELLS)
    share = np.clip(share[::every, ::every], 0, 1)
    paper = palette.background_colour(background)
    ink = np.array([0.05, 0.16, 0.42] if background == "light" else [0.62, 0.76, 1.0])
    whole = np.ones((*share.shape, 4))
    whole[..., :3] = paper + share[..., None] ** 1.5 * (ink - paper)
    return np.rint(255 * whole).astype(np.uint8)


def enlarged(picture: np.ndarray) -> np.ndarray:
    """Each pixel several times: stretched by the graphics card, few would run into each other."""
    larger = max(_CRISP // max(len(picture), 1), 1)
    return picture.repeat(larger, axis=0).repeat(larger, axis=1)
