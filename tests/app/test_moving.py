"""Moves of the camera: drags, the wheel, flights."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnvis.app.controls import FARTHEST, NEAREST, held, orbited, panned, rotated, scrolled
from nnvis.app.flight import SECONDS, Flight, flown, looking_at
from nnvis.render.camera import Camera, view_of

BOUNDS = np.array([[-0.5] * 3, [0.5] * 3])
ANY = st.floats(allow_nan=True, allow_infinity=True)
cameras = st.builds(
    Camera, st.floats(-180, 179), st.floats(-85, 85),
    st.tuples(*[st.floats(-1, 1)] * 3), st.floats(0.5, 20), st.floats(10, 60),
)  # fmt: skip


def angle(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)


@given(cameras, st.floats(-300, 300), st.floats(-50, 50))
def test_a_drag_there_and_back(camera, right, down):
    back = orbited(orbited(camera, right, down), -right, -down)
    assert angle(back.azimuth, camera.azimuth) < 1e-6
    if abs(camera.elevation) + abs(down) * 0.35 < 90:
        assert back.elevation == pytest.approx(camera.elevation)
    back = panned(panned(camera, right, down, 400), -right, -down, 400)
    assert back.target == pytest.approx(camera.target, abs=1e-6)
    back = scrolled(scrolled(camera, 3), -3)
    assert back.distance == pytest.approx(camera.distance)


@given(cameras, st.floats(-80, 80), st.floats(-80, 80))
def test_what_is_grabbed_stays_under_the_mouse(camera, right, down):
    size = (640, 400)
    target = np.array([camera.target])
    moved = view_of(panned(camera, right, down, size[1]), BOUNDS, size).project(target)[0]
    x, y = (moved[0] + 1) / 2 * size[0], (1 - moved[1]) / 2 * size[1]
    assert (x, y) == pytest.approx((size[0] / 2 + right, size[1] / 2 + down), abs=0.1)


@given(cameras, ANY, ANY, ANY)
def test_no_move_loses_the_scene(camera, one, two, three):
    for move in (
        lambda: orbited(camera, one, two), lambda: panned(camera, one, two, three),
        lambda: scrolled(camera, one), lambda: flown(camera, one, two, three),
    ):  # fmt: skip
        with np.errstate(all="ignore"):
            kept = held(move(), camera, BOUNDS)
        assert np.isfinite([kept.azimuth, kept.elevation, kept.distance, *kept.target]).all()
        assert NEAREST <= kept.distance <= FARTHEST
        assert np.abs(kept.target).max() <= FARTHEST + 0.5
        assert abs(kept.elevation) <= 90


@given(cameras, cameras)
def test_a_flight_goes_from_one_to_the_other_the_short_way(start, end):
    flight = Flight(start, end)
    assert flight.camera.target == pytest.approx(start.target)
    assert flight.camera.distance == pytest.approx(start.distance)
    assert angle(flight.camera.azimuth, start.azimuth) < 1e-6
    assert flight.later(SECONDS).camera == end
    assert flight.later(SECONDS).is_over
    whole = angle(start.azimuth, end.azimuth)
    before = 0.0
    for step in range(1, 10):
        camera = flight.later(step / 10 * SECONDS).camera
        turned = angle(camera.azimuth, start.azimuth)
        assert before - 1e-6 <= turned <= whole + 1e-6, "the flight goes the long way round"
        before = turned
        low, high = sorted((start.distance, end.distance))
        assert low - 1e-6 <= camera.distance <= high + 1e-6


@given(cameras, st.floats(-1, 1), st.floats(-1, 1))
def test_flying_moves_along_the_axes_without_turning(camera, forward, right):
    there = flown(camera, forward, right, 0.1)
    assert (there.azimuth, there.elevation, there.distance) == (
        camera.azimuth, camera.elevation, camera.distance,
    )  # fmt: skip
    shift = np.subtract(there.target, camera.target)
    assert abs(shift @ camera.axes[1]) < 1e-6, "flying forward or aside went up or down"
    assert math.copysign(1, shift @ camera.axes[2]) == math.copysign(1, forward) or (
        abs(shift @ camera.axes[2]) < 1e-9
    )


def test_the_slow_turn_and_turning_about_a_unit():
    camera = Camera()
    assert angle(rotated(camera, 1.0).azimuth, camera.azimuth) > 1
    assert rotated(camera, 0.0) == camera
    there = looking_at(camera, np.array([0.1, 0.2, 0.3], np.float32))
    assert there.target == pytest.approx((0.1, 0.2, 0.3))
    assert there.distance < camera.distance
    assert looking_at(camera, np.zeros(3)).distance > 0
