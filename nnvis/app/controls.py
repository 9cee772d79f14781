"""What drags and the wheel do to the camera."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from nnvis.render.camera import POSITIONS, Camera

DEGREES_PER_PIXEL = 0.35
# How far one may go, in sizes of the scene: beyond it numbers run out of digits.
FARTHEST = 200.0
NEAREST = 1e-3
# Of the wheel in one frame: more is a broken driver.
_MOST_NOTCHES = 50.0
DEGREES_PER_SECOND = 20.0
ZOOM_PER_NOTCH = 1.12
KEY_POSITIONS = dict(zip("0123456789", POSITIONS, strict=True))


def orbited(camera: Camera, right: float, down: float) -> Camera:
    """Turned by a drag of so many pixels."""
    return camera.turned(right * DEGREES_PER_PIXEL, down * DEGREES_PER_PIXEL)


def panned(camera: Camera, right: float, down: float, height: float) -> Camera:
    """The picture moves with the mouse: the point under it stays under it, at the target.

    ``height`` is the view's, in the same pixels as the drag.
    """
    scale = 2 * camera.distance * math.tan(math.radians(camera.fov) / 2) / max(height, 1)
    shift = (-right * camera.axes[0] + down * camera.axes[1]) * scale
    x, y, z = (float(t + s) for t, s in zip(camera.target, shift, strict=True))
    return replace(camera, target=(x, y, z))


def scrolled(camera: Camera, notches: float) -> Camera:
    """Closer (positive) or away."""
    return camera.zoomed(ZOOM_PER_NOTCH ** min(max(notches, -_MOST_NOTCHES), _MOST_NOTCHES))


def held(camera: Camera, before: Camera, bounds: np.ndarray) -> Camera:
    """``camera``, kept where a scene between ``bounds`` (2, 3) can still be seen.

    A camera with a number that is not finite is refused: it stays as it was ``before``.
    """
    numbers = (camera.azimuth, camera.elevation, camera.distance, *camera.target)
    if not np.isfinite(numbers).all():
        return before
    size = max(float(np.max(bounds[1] - bounds[0])), 1e-3)
    distance = min(max(camera.distance, NEAREST * size), FARTHEST * size)
    low, high = bounds[0] - FARTHEST * size, bounds[1] + FARTHEST * size
    x, y, z = (float(v) for v in np.clip(camera.target, low, high))
    return replace(camera, distance=distance, target=(x, y, z))


def rotated(camera: Camera, seconds: float) -> Camera:
    """The slow turn, some seconds later."""
    return camera.turned(DEGREES_PER_SECOND * seconds, 0.0)
