"""Class names beside the output units, in the scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nnvis.render import palette
from nnvis.render.text import Label, elided, measure

if TYPE_CHECKING:
    from nnvis.render.camera import View
    from nnvis.render.scene import Scene

# More names than this cover the network.
MOST = 40
# Of an output unit's ball at the default size, scene units.
_RADIUS = 0.02


def output_labels(scene: Scene, view: View, size: tuple[int, int], text: int) -> tuple[Label, ...]:
    """A name to the right of each output unit; of two that would overlap, the nearer one's.

    Parameters
    ----------
    view
        Of the whole picture.
    size, text
        The picture's width and height, and the height of its words, pixels.
    """
    place = scene.class_place
    rows = range(len(place))
    if scene.mode not in ("all", "importance"):
        rows = [n for n in rows if scene.class_names[n] == scene.mode]
    if not len(place) or len(rows) > MOST:
        return ()
    width, height = size
    depth = -(np.c_[place, np.ones(len(place))] @ view.view)[:, 2]
    screen = view.project(place)
    ink = palette.text_colour(scene.background)
    colour = (float(ink[0]), float(ink[1]), float(ink[2]))
    labels: list[Label] = []
    taken: list[tuple[float, float, float]] = []
    for n in sorted(rows, key=lambda n: depth[n]):
        if depth[n] <= 1e-3 or not np.isfinite(screen[n]).all() or abs(screen[n]).max() > 1:
            continue
        name = elided(scene.class_names[n], text, 12 * text)
        left = (screen[n, 0] + 1) / 2 * width + _RADIUS * view.pixel_scale / depth[n] + 0.35 * text
        base = (1 - screen[n, 1]) / 2 * height + 0.36 * text
        right = left + measure(name, text)
        if right > width or any(
            left < other_right and right > other_left and abs(base - other_base) < text
            for other_left, other_right, other_base in taken
        ):
            continue
        taken.append((left, right, base))
        labels.append(Label(name, float(left), float(base), text, colour))
    return tuple(labels)
