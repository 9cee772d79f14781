"""Camera mathematics against plain formulas; framing; orientation of the named positions."""

import numpy as np
import pytest
from oracles import projection

from nnvis.errors import RenderError
from nnvis.render.camera import POSITIONS, Camera, read_camera, view_of

BOUNDS = np.array([[-0.5, -0.5, -0.75], [0.5, 0.5, 0.75]])


@pytest.mark.parametrize("angles", [*POSITIONS.values(), (133.0, -41.0)])
def test_projection_agrees_with_the_oracle(angles):
    rng = np.random.default_rng(1)
    points = rng.uniform(BOUNDS[0], BOUNDS[1], (20, 3))
    camera = Camera(*angles, target=(0.1, -0.2, 0.05), distance=4.0, fov=31.0)
    forward = projection.look(*angles)
    np.testing.assert_allclose(camera.axes @ camera.axes.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(camera.axes[2], forward, atol=1e-12)
    np.testing.assert_allclose(camera.position, np.array(camera.target) - 4.0 * forward)
    found = view_of(camera, BOUNDS, (640, 360)).project(points)
    pixels = np.c_[(0.5 + 0.5 * found[:, 0]) * 640, (0.5 - 0.5 * found[:, 1]) * 360]
    eye = np.array(camera.target) - 4.0 * forward
    expected = [projection.pixel(p, eye, forward, camera.axes[0], 31.0, 640, 360) for p in points]
    np.testing.assert_allclose(pixels, expected, atol=1e-3)
    assert (np.abs(found[:, 2]) < 1).all()


@pytest.mark.parametrize("name", ["default", "left", "top", "bottom"])
def test_input_is_left_and_output_right(name):
    view = view_of(read_camera(name)[0], BOUNDS, (160, 90))
    across = view.project(np.array([[0, 0, -0.75], [0, 0, 0.0], [0, 0, 0.75]]))[:, 0]
    assert across[0] < across[1] < across[2]


def test_orientation_of_the_positions():
    def ends(name, axis):
        view = view_of(read_camera(name)[0], BOUNDS, (100, 100))
        low, high = -0.4 * np.eye(3)[axis], 0.4 * np.eye(3)[axis]
        return view.project(np.array([low, high]))

    assert ends("right", 2)[0, 0] > ends("right", 2)[1, 0]
    for name in ("default", "left", "right", "front", "back"):
        assert ends(name, 1)[0, 1] < ends(name, 1)[1, 1], "up is up"
    for name, axis, low_is_nearer in (
        ("front", 2, True), ("back", 2, False), ("top", 1, False), ("bottom", 1, True),
        ("left", 0, True), ("right", 0, False),
    ):  # fmt: skip
        depth = ends(name, axis)[:, 2]
        assert (depth[0] < depth[1]) == low_is_nearer, name


@pytest.mark.parametrize("name", POSITIONS)
@pytest.mark.parametrize("aspect", [0.4, 1.0, 16 / 9, 4.0])
def test_framing_keeps_the_margins_and_touches_one(name, aspect):
    rng = np.random.default_rng(3)
    points = rng.normal(0, (0.3, 0.2, 0.5), (300, 3)) + np.array([3.0, 0.0, -2.0])
    margins = (0.1, 0.25, 0.2, 0.1)
    camera = read_camera(name)[0].framing(points, aspect, margins)
    bounds = np.stack([points.min(axis=0), points.max(axis=0)])
    found = view_of(camera, bounds, (round(1000 * aspect), 1000)).project(points)
    low, high = found.min(axis=0), found.max(axis=0)
    room = np.array([low[0] + 0.8, 0.5 - high[0], low[1] + 0.6, 0.8 - high[1]])
    assert (room > -0.02).all()
    assert np.sort(room)[0] < 0.02
    assert abs(room[0] - room[1]) < 0.05
    assert abs(room[2] - room[3]) < 0.05


def test_a_single_point_can_be_framed():
    camera = Camera().framing(np.zeros((1, 3)), 1.5)
    assert np.isfinite(camera.position).all()
    assert camera.distance > 0


def test_orbit_and_zoom():
    camera = Camera(azimuth=170, elevation=80).turned(20, 30)
    assert (camera.azimuth, camera.elevation) == (-170, 90)
    assert Camera(distance=4.0).zoomed(2).distance == 2.0


def test_ways_to_say_a_camera():
    assert read_camera("top") == (Camera(0.0, 90.0), 1.0)
    assert read_camera((10, 20, 1.5)) == (Camera(10.0, 20.0), 1.5)
    assert read_camera({"zoom": 2}) == (Camera(), 2.0)
    own = Camera(distance=9.0)
    assert read_camera(own) == (own, 0.0)


@pytest.mark.parametrize(
    "wrong",
    ["above", (1, 2, 0), (1, 2, 3, 4), {"zom": 1}, (0, 91, 1), ("a", 0, 1), 7, Camera(distance=0)],
)
def test_wrong_cameras_are_one_sentence(wrong):
    with pytest.raises(RenderError, match=r"camera .*got"):
        read_camera(wrong)
