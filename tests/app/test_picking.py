"""Which unit is under the mouse, against a plain loop with projection by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from app.states import state_with
from hypothesis import given
from hypothesis import strategies as st
from networks import synthetic_network
from oracles.projection import look, pixel

from nnvis.app.picking import REACH, unit_at
from nnvis.config import RenderingConfig
from nnvis.render.camera import Camera, view_of

SIZE = (320, 200)
SCENE = state_with().shown.scene


def by_hand(scene, camera, rendering, place):
    """The unit at ``place``: of the balls around it the nearest, else the nearest centre."""
    width, height = SIZE
    forward = look(camera.azimuth, camera.elevation)
    right = np.array([-math.sin(math.radians(camera.azimuth)), 0.0,
                      math.cos(math.radians(camera.azimuth))])  # fmt: skip
    eye = np.array(camera.target) - camera.distance * forward
    best, best_depth, near, near_away = None, math.inf, None, REACH
    for row, (position, importance, _) in enumerate(scene.units):
        if importance < np.float32(rendering.node_importance_threshold):
            continue
        depth = float((position - eye) @ forward)
        if depth <= 0:
            continue
        x, y = pixel(position, eye, forward, right, camera.fov, width, height)
        away = math.hypot(x - place[0], y - place[1])
        scale = height / 2 / math.tan(math.radians(camera.fov) / 2) / depth
        radius = 0.5 * rendering.node_size * (0.25 + 0.75 * importance) * scale
        if away <= radius and depth < best_depth:
            best, best_depth = row, depth
        if away <= near_away:
            near, near_away = row, away
    row = near if best is None else best
    return None if row is None else int(scene.unit_index[row])


@given(
    st.floats(-180, 180), st.floats(-80, 80), st.floats(1.5, 8.0),
    st.tuples(st.floats(0, SIZE[0]), st.floats(0, SIZE[1])), st.floats(0.01, 0.3),
    st.floats(0, 0.6),
)  # fmt: skip
def test_as_by_hand(azimuth, elevation, distance, place, size, threshold):
    camera = Camera(azimuth, elevation, (0.0, 0.0, 0.0), distance)
    rendering = RenderingConfig(node_size=size, node_importance_threshold=threshold)
    found = unit_at(SCENE, view_of(camera, SCENE.bounds, SIZE), rendering, place, SIZE)
    # Within a hair of a ball's rim float32 and float64 may disagree.
    around = {by_hand(SCENE, camera, rendering, (place[0] + a, place[1] + b))
              for a in (-0.02, 0, 0.02) for b in (-0.02, 0, 0.02)}  # fmt: skip
    assert found in around, f"found unit {found}, by hand {around}"


@pytest.mark.parametrize("mode", ["sphere", "sphere_transparent", "point"])
def test_each_unit_where_it_is_drawn(mode):
    camera = Camera(20, 13, (0.0, 0.0, 0.0), 6.0)
    rendering = RenderingConfig(
        node_render_mode=mode, node_size=0.01, node_importance_threshold=0.0
    )
    view = view_of(camera, SCENE.bounds, SIZE)
    screen = view.project(SCENE.units["position"])
    places = np.c_[(screen[:, 0] + 1) / 2 * SIZE[0], (1 - screen[:, 1]) / 2 * SIZE[1]]
    for row, place in enumerate(places):
        found = unit_at(SCENE, view, rendering, (place[0], place[1]), SIZE)
        other = int(np.flatnonzero(SCENE.unit_index == found)[0])
        away = np.hypot(*(places[other] - place))
        assert away < 2.0, f"at unit {SCENE.unit_index[row]}: found {found}, {away:.1f} pixels off"


def test_of_two_in_line_the_nearer():
    network = synthetic_network((2,), 2)
    position = np.array([[0, 0, -0.4], [0, 0, 0.4]], np.float32)
    scene = state_with(replace(network, unit_position=position)).shown.scene
    rendering = RenderingConfig(node_size=0.2, node_importance_threshold=0.0)
    for azimuth, nearer in ((90, 0), (-90, 1)):
        view = view_of(Camera(azimuth, 0, (0.0, 0.0, 0.0), 4.0), scene.bounds, SIZE)
        found = unit_at(scene, view, rendering, (SIZE[0] / 2, SIZE[1] / 2), SIZE)
        assert found == nearer, f"looking from azimuth {azimuth} the farther unit is picked"


def test_a_point_is_picked_near_it_alone():
    network = synthetic_network((1,), 1)
    scene = state_with(replace(network, unit_position=np.zeros((1, 3), np.float32))).shown.scene
    view = view_of(Camera(0, 0, (0.0, 0.0, 0.0), 2.0), scene.bounds, SIZE)
    middle, beside = (SIZE[0] / 2, SIZE[1] / 2), (SIZE[0] / 2 + 2 * REACH, SIZE[1] / 2)
    ball = RenderingConfig(node_size=0.5, node_importance_threshold=0.0)
    point = ball.model_copy(update={"node_render_mode": "point"})
    assert unit_at(scene, view, ball, beside, SIZE) == 0
    assert unit_at(scene, view, point, beside, SIZE) is None, "a point is no ball of node_size"
    assert unit_at(scene, view, point, middle, SIZE) == 0


def test_nothing_to_pick():
    view = view_of(Camera(), SCENE.bounds, SIZE)
    none = RenderingConfig(node_render_mode="none")
    assert unit_at(SCENE, view, none, (160, 100), SIZE) is None, "units that are not drawn"
    high = RenderingConfig(node_importance_threshold=1.0)
    rare = unit_at(SCENE, view, high, (160, 100), SIZE)
    assert rare is None or SCENE.units["importance"][SCENE.unit_index == rare] >= 1.0
    assert unit_at(SCENE, view, RenderingConfig(), (-500, 9000), SIZE) is None, "far outside"
