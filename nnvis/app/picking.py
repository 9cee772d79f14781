"""Which unit is under the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nnvis.config import RenderingConfig
    from nnvis.render.camera import View
    from nnvis.render.scene import Scene

# A unit this near is meant even when its ball is smaller, pixels.
REACH = 7.0


def unit_at(
    scene: Scene,
    view: View,
    rendering: RenderingConfig,
    place: tuple[float, float],
    size: tuple[int, int],
) -> int | None:
    """Row in the network of the unit drawn at ``place``, or ``None``.

    Parameters
    ----------
    place
        Pixels from the picture's upper left.
    size
        Width and height of the picture, pixels.

    Notes
    -----
    Of the balls that the mouse is in, the nearest to the camera; else the nearest on the screen
    within :data:`REACH`. Exact: balls are projected as the shaders draw them, in samples of one
    pixel, and no picture is read back.
    """
    if rendering.node_render_mode == "none":
        return None
    drawn = scene.units[: scene.units_drawn(rendering.node_importance_threshold)]
    if not len(drawn):
        return None
    depth = -(np.c_[drawn["position"], np.ones(len(drawn))] @ view.view)[:, 2]
    screen = view.project(drawn["position"])
    width, height = size
    x = (screen[:, 0] + 1) / 2 * width
    y = (1 - screen[:, 1]) / 2 * height
    away = np.hypot(x - place[0], y - place[1])
    share = 0.25 + 0.75 * drawn["importance"]  # as in shaders/node/node.vert
    radius = 0.5 * rendering.node_size * share * view.pixel_scale / np.maximum(depth, 1e-4)
    visible = (depth > 1e-3) & (np.abs(screen[:, 2]) <= 1)
    # Points have one size, whatever the nodes' size is.
    inside = visible & (away <= radius) & (rendering.node_render_mode != "point")
    if inside.any():
        row = int(np.flatnonzero(inside)[np.argmin(depth[inside])])
    else:
        away = np.where(visible, away, np.inf)
        row = int(np.argmin(away))
        if not away[row] <= REACH:
            return None
    return int(scene.unit_index[row])
