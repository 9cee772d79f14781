"""Stored pictures of the software rasteriser; NNVIS_WRITE_REFERENCES=1 writes them anew."""

import os
from pathlib import Path

import numpy as np
import pytest
from networks import synthetic_network
from PIL import Image

from nnvis.gl.context import describe
from nnvis.render import render_image, save_png

FOLDER = Path(__file__).parents[1] / "data" / "renders"
PICTURES = {
    "default": {},
    "dark_additive": {"rendering": {"background": "dark", "blend": "additive"}},
    "solid": {
        "camera": "top",
        "rendering": {"edge_render_mode": "sphere", "node_render_mode": "sphere"},
    },
    "lines_one_class": {"mode": "2", "camera": "left", "rendering": {"edge_render_mode": "line"}},
    "cubes": {"rendering": {"edge_render_mode": "none", "grid_render_mode": "cube"}},
    "grid_points": {"rendering": {"background": "dark", "grid_render_mode": "point"}},
    "one_unit": {"unit": "fc1:3"},
}


@pytest.mark.gl
@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_as_stored(ctx, name):
    if not describe(ctx).software:
        pytest.skip("the stored pictures are from Mesa's software renderer")
    pixels = render_image(synthetic_network(), None, 320, 180, **PICTURES[name])
    path = FOLDER / f"{name}.png"
    if os.environ.get("NNVIS_WRITE_REFERENCES"):
        save_png(pixels, path)
    with Image.open(path) as image:
        off = np.abs(np.asarray(image).astype(int) - pixels).max(axis=2)
    assert off.mean() < 1.0
    assert (off > 24).mean() < 0.01
