"""How much is drawn while the view moves, so that it stays fluid without a graphics card."""

from __future__ import annotations

from dataclasses import dataclass

from nnvis.config import RenderingConfig
from nnvis.render.scene import Scene

SLOW_FRAME = 0.06
FEWEST_EDGES = 1500


@dataclass(frozen=True)
class Detail:
    """Settings for one frame: what is drawn, and over how many screen pixels one is stretched."""

    rendering: RenderingConfig
    pixel: int


def full_detail(rendering: RenderingConfig) -> Detail:
    return Detail(rendering, 1)


def moving_detail(scene: Scene, rendering: RenderingConfig, frame_seconds: float) -> Detail:
    """Detail while moving, from how long the last full frame took.

    Fewer of the least important edges and half the resolution: fragments dominate the cost on
    a software renderer.
    """
    if frame_seconds <= SLOW_FRAME:
        return full_detail(rendering)
    drawn = scene.edges_drawn(rendering.edge_importance_threshold)
    wanted = max(int(drawn * SLOW_FRAME / frame_seconds * 3), FEWEST_EDGES)
    low, high = rendering.edge_importance_threshold, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if scene.edges_drawn(middle) > wanted else (low, middle)
    return Detail(rendering.model_copy(update={"edge_importance_threshold": high}), 2)
