"""Samples that changed their predicted class, as arcs between the output units."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nnvis.render.scene import Scene, quantised

if TYPE_CHECKING:
    from jaxtyping import Int64

_POINTS = 28
# How far an arc stands out beyond the last layer, as a share of the distance it spans, and at
# least, scene units.
_BULGE, _LEAST_BULGE = 0.28, 0.1


def scene_of_flows(scene: Scene, moved: Int64[np.ndarray, "class class"]) -> Scene | None:
    """Arcs from the output unit of each class to those of the classes its samples moved to.

    Parameters
    ----------
    scene
        The network's; it tells where the output units are.
    moved
        Samples predicted i before and j after, from :func:`nnvis.transitions`.

    Returns
    -------
    Scene
        One edge a pair of classes, thicker for more samples, from the colour of the class they
        left to that of the class they came to; ``None`` when nothing moved or the network has
        no output unit a class.
    """
    place = scene.class_place
    if len(place) < 2 or moved.shape != (len(place), len(place)):
        return None
    count = np.where(np.eye(len(place), dtype=bool), 0, moved)
    source, target = np.nonzero(count)
    if not len(source):
        return None
    size = count[source, target]
    order = np.argsort(-size, kind="stable")
    source, target, size = source[order], target[order], size[order]
    position = _arcs(place[source], place[target]).astype(np.float32)
    points = position.reshape(-1, 3)
    counts = np.full(len(source), _POINTS)
    bounds = np.stack([points.min(axis=0), points.max(axis=0)]).astype(np.float64)
    end = np.cumsum(counts)
    colours = scene.class_colour
    return replace(
        scene,
        points=quantised(points, counts, end, bounds),
        point_end=end,
        edge_importance=np.sqrt(size / size[0]).astype(np.float32),
        edge_colour=np.stack([colours[source], colours[target]], axis=1).astype(np.float32),
        edge_end=np.ones(len(source), np.float32),
        edge_index=np.arange(len(source)),
        units=scene.units[:0],
        unit_index=scene.unit_index[:0],
        bounds=bounds,
    )


def _arcs(start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Quadratic curves (edge, point, 3) that bulge away from the network.

    The two ways between a pair of classes lie on different sides, so that neither hides the
    other.
    """
    span = np.linalg.norm(stop - start, axis=1, keepdims=True)
    outward = np.array([[0.0, 0.0, 1.0]])
    aside = np.cross(stop - start, outward)
    middle = (start + stop) / 2 + outward * np.maximum(_BULGE * 2 * span, 2 * _LEAST_BULGE)
    middle = middle + 0.25 * aside
    t = np.linspace(0, 1, _POINTS)[None, :, None]
    return (1 - t) ** 2 * start[:, None] + 2 * t * (1 - t) * middle[:, None] + t**2 * stop[:, None]
