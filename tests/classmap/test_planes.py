"""Planes in input space."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles.classmap import coordinates

from nnvis.classmap import plane_of, plane_through, principal_plane
from nnvis.errors import ConfigError, DatasetError
from nnvis.model import Plane

SIZES = st.integers(2, 9)
VALUES = st.floats(-100, 100, width=32)


def rows(n: int, size: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, size)).astype(np.float32)


@given(st.data(), SIZES)
def test_a_plane_through_three_samples_is_orthonormal_and_holds_them(data, size):
    x = data.draw(arrays(np.float32, (5, size), elements=VALUES))
    one, two, three = data.draw(st.permutations(range(5)))[:3]
    along, beside = (x[k].astype(np.float64) - x[one] for k in (two, three))
    area = np.linalg.norm(along) ** 2 * np.linalg.norm(beside) ** 2 - (along @ beside) ** 2
    assume(area > 1e-4 and min(np.linalg.norm(along), np.linalg.norm(beside)) > 1e-2)
    plane = plane_through(x, [one, two, three])
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-9)
    scale = np.abs(x).max()
    np.testing.assert_allclose(plane.distance(x[[one, two, three]]), 0, atol=1e-9 * scale)
    places = plane.place(x)
    np.testing.assert_allclose(places[one], 0, atol=1e-9 * scale)
    assert places[two][0] > 0
    assert abs(places[two][1]) <= 1e-9 * scale
    assert places[three][1] > 0
    left, right, bottom, top = plane.extent
    inside = places[[one, two, three]]
    assert (inside >= [left, bottom]).all()
    assert (inside <= [right, top]).all()
    back = plane.samples_at(inside)
    np.testing.assert_allclose(back, x[[one, two, three]], atol=1e-9 * scale)
    expected = [coordinates(row, plane.origin, *plane.axes) for row in x.astype(float).tolist()]
    np.testing.assert_allclose(places, expected, atol=1e-9 * scale)


def test_principal_axes_are_those_along_which_inputs_vary_most():
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    x = (rng.normal(size=(4000, 6)) * [9, 4, 1, 0.5, 0.2, 0.1]) @ turn
    plane = principal_plane(x)
    assert abs(plane.axes[0] @ turn[0]) > 0.999
    assert abs(plane.axes[1] @ turn[1]) > 0.99
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(plane.origin, x.mean(0))
    assert plane.made["variance"][0] == pytest.approx(81 / 98.3, abs=0.02)
    assert (np.abs(plane.place(x)) <= np.abs(plane.extent).max()).all()
    assert principal_plane(x, 17).made["centre"] == "sample 17"
    np.testing.assert_allclose(principal_plane(x, 17).place(x[17:18]), 0, atol=1e-9)
    np.testing.assert_allclose(principal_plane(x, np.ones(6)).origin, 1)


def test_inputs_of_two_numbers_are_their_own_places():
    x = rows(20, 2)
    plane = plane_of(x)
    np.testing.assert_array_equal(plane.place(x), x.astype(np.float64))
    np.testing.assert_allclose(plane.distance(x), 0, atol=1e-12)
    assert (x > [plane.extent[0], plane.extent[2]]).all()
    assert (x < [plane.extent[1], plane.extent[3]]).all()


def test_a_plane_among_pictures_keeps_their_shape():
    x = rows(12, 3 * 4 * 5).reshape(12, 3, 4, 5)
    assert plane_through(x, [0, 1, 2]).sample_shape == (3, 4, 5)
    assert principal_plane(x).sample_shape == (3, 4, 5)


def test_a_plane_survives_json():
    plane = plane_through(rows(5, 7), [0, 3, 4])
    again = Plane.from_dict(json.loads(json.dumps(plane.to_dict())))
    assert again.is_like(plane)
    assert again.labels == plane.labels
    assert again.made == plane.made
    assert again.words == "the plane through samples 0, 3 and 4"
    assert not again.is_like(plane_through(rows(5, 7), [0, 3, 2]))


def test_a_grid_is_given_by_points_or_by_step():
    plane = Plane(np.zeros(2), np.eye(2), (0, 2, -1, 0), (2,))
    u, v = plane.coordinates((5, 3))
    np.testing.assert_allclose(u, [0, 0.5, 1, 1.5, 2])
    np.testing.assert_allclose(v, [-1, -0.5, 0])
    u, v = plane.coordinates(step=0.5)
    assert (len(u), len(v)) == (5, 3)
    u, v = plane.coordinates(step=(0.3, 1))
    assert len(u) == 8, "0.3 does not divide 2: the next smaller step that does"
    assert (u[0], u[-1], len(v)) == (0, 2, 2)
    assert [len(each) for each in plane.coordinates(7)] == [7, 7]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: plane_through(x, [0, 1, 1]), "Samples 1 and 1 are equal, so no single plane"),
        (lambda x: plane_through(x, [0, 3, 1]), "Samples 0 and 3 are equal"),
        (lambda x: plane_through(x, [0, 1, 2]), "Samples 0, 1 and 2 lie on one line"),
        (
            lambda x: plane_through(x, [0, 1, 9]),
            "There is no sample 9: samples are numbered 0 to 4",
        ),
        (lambda x: plane_through(x, [0, -1, 2]), "There is no sample -1"),
        (lambda x: plane_through(x, [0, 1]), "through three samples, got 2"),
        (lambda x: plane_through(x[:, :1], [0, 1, 2]), "have one number each"),
        (lambda x: plane_of(x), "have 3 numbers each, so they have no plane of their own"),
        (lambda x: plane_of(x[:, :1]), "have one number each"),
        (lambda x: plane_of(np.ones((4, 2))), "All inputs are the same"),
        (lambda x: plane_of(np.ones(4)), "must be|needs inputs of the shape"),
        (lambda x: plane_of(np.full((4, 2), np.nan)), "NaN or infinity"),
        (
            lambda x: principal_plane(np.ones((4, 3))),
            "at least three inputs that differ, got 4 equal",
        ),
        (lambda x: principal_plane(x[:3]), "3 inputs lie on one line"),
        (lambda x: principal_plane(x, 7), "There is no sample 7"),
        (lambda x: principal_plane(x, [1.0, 2.0]), "input of 3 finite numbers, got 2"),
        (lambda x: plane_of(x[:, :2], margin=-1), "margin must be 0 or more"),
    ],
)
def test_a_plane_that_cannot_be_is_one_sentence(call, words):
    x = np.array([[0, 0, 0], [1, 2, 0], [2, 4, 0], [0, 0, 0], [3, 1, 5]], np.float32)
    with pytest.raises(DatasetError, match=words):
        call(x)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"points": 1}, "points must be whole numbers from 2 to 8,192, got 1"),
        ({"points": (20, 0)}, "got 0"),
        ({"points": 2.5}, "got 2.5"),
        ({"points": (2, 3, 4)}, "points must be one number or two"),
        ({"step": 0}, "step must be a number above 0, got 0"),
        ({"step": float("nan")}, "step must be a number above 0"),
        ({"step": 1e-9}, "more than 8,192 points"),
    ],
)
def test_a_grid_that_cannot_be_is_one_sentence(options, words):
    with pytest.raises(ConfigError, match=words):
        plane_of(rows(9, 2)).coordinates(**options)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"axes": np.ones((2, 3))}, "axes of length 1 at a right angle"),
        ({"extent": (1, 0, 0, 1)}, "left < right and bottom < top, got 1, 0, 0, 1"),
        ({"sample_shape": (2,)}, "origin of 2 numbers"),
        ({"origin": np.full(3, np.inf)}, "finite numbers"),
    ],
)
def test_parts_that_make_no_plane_are_refused(change, words):
    parts = {"origin": np.zeros(3), "axes": np.eye(3)[:2], "extent": (0, 1, 0, 1)}
    with pytest.raises(DatasetError, match=words):
        Plane(**{**parts, "sample_shape": (3,), **change})


def test_a_description_that_is_none_and_foreign_inputs_are_refused():
    with pytest.raises(DatasetError, match="described by origin, axes"):
        Plane.from_dict({"origin": [0, 0]})
    with pytest.raises(DatasetError, match=r"inputs of 2 numbers, but x has the shape \(4, 3\)"):
        plane_of(rows(4, 2)).place(rows(4, 3))
