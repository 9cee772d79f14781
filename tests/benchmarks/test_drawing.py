"""The old way that frames are timed against draws the same picture."""

import numpy as np
import pytest
from benchmarks.drawing_reference import CuboidPass
from networks import synthetic_network

from nnvis.bench.drawing import Drawing
from nnvis.gl.target import Target

SIZE = (320, 180)


@pytest.mark.gl
@pytest.mark.parametrize("background", ["light", "dark"])
def test_cuboids_hold_the_same_edges(ctx, background):
    network = synthetic_network()
    settings = {
        "edge_importance_threshold": 0.0, "edge_size": 0.06, "node_render_mode": "none",
        "blend": "minimum", "background": background,
    }  # fmt: skip
    with Drawing(ctx, network, SIZE, settings) as drawing:
        ours = drawing.pixels().astype(int)
        target, old = Target(ctx, *SIZE), CuboidPass(ctx, network, drawing.scene)
        try:
            old.draw(target.opaque, drawing.view, drawing.settings)
            data = target.opaque.read(components=3, alignment=1)
        finally:
            old.release()
            target.release()
    theirs = np.frombuffer(data, np.uint8).reshape(SIZE[1], SIZE[0], 3)[::-1].astype(int)
    ink = [np.abs(one - one[0, 0]).max(axis=2) > 25 for one in (ours, theirs)]
    assert ink[1].mean() > 0.05
    both, either = (ink[0] & ink[1]).sum(), (ink[0] | ink[1]).sum()
    assert both > 0.8 * either
