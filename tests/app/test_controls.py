"""What mouse and keys do to the view, without a window."""

from __future__ import annotations

import numpy as np
import pytest

from nnvis.app.controls import ViewState, advanced, dragged, panned, pressed, scrolled
from nnvis.render.camera import POSITIONS, Camera

FRAMED = {name: Camera(*angles, distance=7.0) for name, angles in POSITIONS.items()}


@pytest.fixture
def state():
    return ViewState(Camera(azimuth=10.0, elevation=5.0, distance=4.0))


def test_a_drag_turns_the_camera_and_keeps_its_distance(state):
    turned = dragged(state, 100.0, 20.0).camera
    assert turned.azimuth > state.camera.azimuth, "a drag to the right must turn the scene"
    assert turned.elevation > state.camera.elevation
    assert turned.distance == state.camera.distance


def test_a_drag_never_goes_over_the_poles(state):
    assert dragged(state, 0.0, 10_000.0).camera.elevation == 90.0


def test_the_wheel_comes_closer_and_back(state):
    closer = scrolled(state, 3)
    assert closer.camera.distance < state.camera.distance
    assert scrolled(closer, -3).camera.distance == pytest.approx(state.camera.distance)


def test_panning_keeps_the_target_under_the_mouse(state):
    height = 720
    moved = panned(state, 36.0, 0.0, height).camera
    shift = np.subtract(state.camera.target, moved.target)
    visible = 2 * state.camera.distance * np.tan(np.radians(state.camera.fov) / 2)
    assert shift @ state.camera.axes[0] == pytest.approx(visible * 36 / height)
    assert abs(shift @ state.camera.axes[2]) < 1e-9, "panning must not change the depth"


def test_h_rotates_until_pressed_again(state):
    rotating = pressed(state, "h", FRAMED)
    assert advanced(rotating, 1.0).camera.azimuth != state.camera.azimuth
    still = pressed(rotating, "h", FRAMED)
    assert advanced(still, 1.0).camera == still.camera


@pytest.mark.parametrize(
    ("key", "name"), [("f", "default"), ("0", "default"), ("1", "left"), ("6", "bottom")]
)
def test_keys_frame_the_whole_network(state, key, name):
    assert pressed(state, key, FRAMED).camera == FRAMED[name]


def test_keys_for_a_picture_and_the_end(state):
    assert pressed(state, "k", FRAMED).screenshot_wanted
    assert pressed(state, "escape", FRAMED).closing
    assert pressed(state, "q", FRAMED) == state, "an unknown key must change nothing"
