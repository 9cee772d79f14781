"""What the user does to the view, as values: easy to test, record and replay."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from nnvis.render.camera import POSITIONS, Camera

DEGREES_PER_PIXEL = 0.35
DEGREES_PER_SECOND = 20.0
ZOOM_PER_NOTCH = 1.12
KEY_POSITIONS = dict(zip("0123456", POSITIONS, strict=True))


@dataclass(frozen=True)
class ViewState:
    """What the window shows and whether it moves by itself."""

    camera: Camera
    rotating: bool = False
    screenshot_wanted: bool = False
    closing: bool = False


def dragged(state: ViewState, right: float, down: float) -> ViewState:
    """Orbit by a drag of so many pixels."""
    camera = state.camera.turned(right * DEGREES_PER_PIXEL, down * DEGREES_PER_PIXEL)
    return replace(state, camera=camera)


def panned(state: ViewState, right: float, down: float, height: int) -> ViewState:
    """Move the picture with the mouse: the point under it stays under it, at the target."""
    camera = state.camera
    scale = 2 * camera.distance * _half_angle(camera) / max(height, 1)
    shift = (-right * camera.axes[0] + down * camera.axes[1]) * scale
    x, y, z = (float(t + s) for t, s in zip(camera.target, shift, strict=True))
    return replace(state, camera=replace(camera, target=(x, y, z)))


def scrolled(state: ViewState, notches: float) -> ViewState:
    """Come closer (positive) or move away."""
    return replace(state, camera=state.camera.zoomed(ZOOM_PER_NOTCH**notches))


def advanced(state: ViewState, seconds: float) -> ViewState:
    """Time passes: a rotating view turns."""
    if not state.rotating:
        return state
    return replace(state, camera=state.camera.turned(DEGREES_PER_SECOND * seconds, 0.0))


def pressed(state: ViewState, key: str, framed: dict[str, Camera]) -> ViewState:
    """A key by its letter, digit or ``"escape"``; unknown ones change nothing.

    ``framed`` holds a camera for each named position, moved so that all fits.
    """
    if key == "escape":
        return replace(state, closing=True)
    if key == "h":
        return replace(state, rotating=not state.rotating)
    if key == "k":
        return replace(state, screenshot_wanted=True)
    if key == "f":
        return replace(state, camera=framed["default"])
    if key in KEY_POSITIONS:
        return replace(state, camera=framed[KEY_POSITIONS[key]])
    return state


def _half_angle(camera: Camera) -> float:
    return math.tan(math.radians(camera.fov) / 2)
