"""The density estimate against sums of Gaussians, and class vectors in lanes."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from oracles import density as oracle

from nnvis.density import (
    EDGE_KERNEL,
    LANES,
    NODE_KERNEL,
    ClassDensity,
    Kernel,
    bounding_box,
    class_lanes,
    gaussian_taps,
    unit_length,
)


def points_of(places: np.ndarray):
    """Each place as the one interior point of a polyline, with its own class vector."""
    count = len(places)
    rng = np.random.default_rng(0)
    return (
        np.repeat(places, 3, axis=0).astype(np.float32),
        np.arange(0, 3 * count + 1, 3, dtype=np.int64),
        class_lanes(rng.random((count, 4)).astype(np.float32)),
        np.repeat(np.arange(count, dtype=np.int32), 2).reshape(-1, 2),
    )


def cell_centres(grid) -> np.ndarray:
    cells = np.indices(tuple(grid.shape)).reshape(3, -1).T
    return grid.place[:3] + cells * grid.place[3]


@pytest.mark.parametrize("bandwidth", [0.3, 0.05])
def test_density_is_a_sum_of_gaussians(bandwidth):
    places = np.random.default_rng(1).random((20, 3)) * min(1, 5 * bandwidth)
    points, offset, vectors, ends = points_of(places)
    kernel = Kernel(sigma=1.0, cells=5.0)
    grid = ClassDensity(kernel).estimate(points, offset, vectors, ends, 1, bandwidth, 1e-3)
    cell = float(grid.place[3])
    assert cell == pytest.approx(bandwidth / 5)
    expected = np.zeros((len(grid.values), LANES))
    centres = cell_centres(grid)
    for place, vector in zip(points[::3], vectors, strict=True):
        square = ((centres - place) ** 2).sum(axis=1)
        weight = np.exp(-square / (2 * bandwidth**2)) * (cell / bandwidth) ** 3
        expected += np.outer(weight / (2 * math.pi) ** 1.5, vector)
    worst = np.abs(grid.values[:, :-1] - expected[:, :-1]).max() / expected.max()
    assert worst < 0.04, f"the grid misses the Gaussians by {worst:.1%} of the highest density"


@pytest.mark.parametrize("kernel", [NODE_KERNEL, EDGE_KERNEL])
def test_the_kernel_is_as_wide_as_it_says(kernel):
    # An earlier convolution was twice too wide: measure the spread around one point.
    points, offset, vectors, ends = points_of(np.array([[0.2, 0.3, 0.4]]))
    grid = ClassDensity(kernel).estimate(points, offset, vectors, ends, 1, 0.3, 1e-3)
    weight = grid.values[:, 0] / grid.values[:, 0].sum()
    centres = cell_centres(grid)
    np.testing.assert_allclose(weight @ centres, [0.2, 0.3, 0.4], atol=1e-4, err_msg="centre")
    spread = np.sqrt(weight @ (centres - weight @ centres) ** 2)
    cell = float(grid.place[3])
    low, high = kernel.sigma * 0.3 * 0.95, math.hypot(kernel.sigma * 0.3, cell / 2) * 1.02
    assert ((spread > low) & (spread < high)).all(), f"spread {spread}, expected {low} to {high}"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_axes_are_treated_alike(order):
    places = np.random.default_rng(2).random((15, 3)) * [1.0, 0.4, 0.1]
    found = []
    for axes in ([0, 1, 2], order):
        points, offset, vectors, ends = points_of(places[:, list(axes)])
        grid = ClassDensity(EDGE_KERNEL).estimate(points, offset, vectors, ends, 1, 0.2, 1e-3)
        found.append(grid.values.reshape(*grid.shape, LANES))
    np.testing.assert_allclose(found[1], found[0].transpose(*order, 3), atol=1e-5)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.floats(0.02, 1), st.floats(0.01, 0.1), st.booleans())
def test_mass_is_kept_and_points_lie_inside(seed, bandwidth, smallest, in_plane):
    places = np.random.default_rng(seed).normal(size=(12, 3)) * 0.3
    if in_plane:
        places[:, 2] = 0
    points, offset, vectors, ends = points_of(places)
    grid = ClassDensity(EDGE_KERNEL).estimate(
        points, offset, vectors, ends, 1, bandwidth, smallest, in_plane
    )
    assert float(grid.place[3]) >= np.float32(smallest), "a cell is smaller than allowed"
    np.testing.assert_allclose(
        grid.values[:, :-1].sum(axis=0), vectors[:, :-1].sum(axis=0), rtol=1e-3, atol=1e-3,
        err_msg="mass left over the grid's border",
    )  # fmt: skip
    at = (points - grid.place[:3]) / grid.place[3]
    assert (at >= 0).all(), "a point lies before the first cell"
    assert (np.floor(at) + 1 < grid.shape).all(), "a point lies after the last cell"
    np.testing.assert_allclose(
        grid.values[:, -1], np.linalg.norm(grid.values[:, :-1], axis=1), rtol=1e-4, atol=1e-6
    )


def test_memory_is_reused_without_traces():
    density = ClassDensity(EDGE_KERNEL)
    wide, small = points_of(np.random.default_rng(3).random((40, 3))), points_of(np.zeros((1, 3)))
    first = density.estimate(*small, 1, 0.1, 1e-3).values.copy()
    density.estimate(*wide, 1, 0.05, 1e-3)
    again = density.estimate(*small, 1, 0.1, 1e-3).values
    np.testing.assert_array_equal(again, first, err_msg="an earlier estimate left traces")


def test_cost_does_not_grow_with_the_bandwidth():
    points = points_of(np.random.default_rng(4).random((50, 3)))
    cells = [
        len(ClassDensity(EDGE_KERNEL).estimate(*points, 1, h, 1e-3).values) for h in (0.1, 0.4, 1.6)
    ]
    assert cells == sorted(cells, reverse=True), f"wider kernels take more cells: {cells}"


@given(st.floats(1e-9, 30))
def test_taps_are_those_of_a_loop(sigma):
    found = gaussian_taps(sigma)
    assert found.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_array_equal(found, found[::-1], err_msg="taps must be symmetric")
    if sigma > 0.05:
        np.testing.assert_allclose(found, oracle.taps(sigma), atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 31, 32, 33, 1000])
def test_bounding_box_is_numpys(count):
    points = np.random.default_rng(count).normal(size=(count, 3)).astype(np.float32)
    low, high = bounding_box(points)
    np.testing.assert_array_equal(low, points.min(axis=0))
    np.testing.assert_array_equal(high, points.max(axis=0))


def cosines(vectors: np.ndarray) -> np.ndarray:
    unit = unit_length(vectors.astype(float))
    return unit @ unit.T


@settings(deadline=None, max_examples=40)
@given(
    arrays.arrays(
        np.float32, st.tuples(st.integers(1, 8), st.integers(1, 15)),
        elements=st.floats(0, 1, width=16),
    )
)  # fmt: skip
def test_up_to_fifteen_classes_keep_their_cosines_exactly(importance):
    lanes = class_lanes(importance)
    assert lanes.shape == (len(importance), LANES)
    assert not lanes[:, -1].any(), "the last lane belongs to the norm"
    np.testing.assert_allclose(cosines(lanes), cosines(importance), atol=1e-6)
    dark = ~importance.any(axis=1)
    assert not lanes[dark].any(), "a unit without importance got a direction"
    np.testing.assert_allclose(np.linalg.norm(lanes[~dark], axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("classes", [16, 17, 20, 100, 1000])
@pytest.mark.parametrize("rank", [1, 5, 15])
def test_projection_keeps_cosines_of_low_rank(classes, rank):
    rng = np.random.default_rng(rank)
    importance = rng.random((60, rank)) ** 3 @ rng.random((rank, classes)) ** 3
    lanes = class_lanes(importance.astype(np.float32))
    np.testing.assert_allclose(cosines(lanes), cosines(importance), atol=1e-4)


@pytest.mark.parametrize("classes", [20, 100])
def test_projection_keeps_likeness_of_full_rank(classes):
    rng = np.random.default_rng(classes)
    kinds = rng.random((8, classes)) ** 6
    kind = rng.integers(0, 8, 200)
    importance = kinds[kind] + 0.05 * rng.random((200, classes))
    found, exact = cosines(class_lanes(importance.astype(np.float32))), cosines(importance)
    assert np.abs(found - exact).max() < 0.1, "the projection changes who is like whom"


def test_projection_is_the_same_each_time_and_takes_zeros_and_nan():
    importance = np.random.default_rng(0).random((30, 40)).astype(np.float32)
    importance[3] = 0
    importance[4, 0] = np.nan
    importance[5, 0] = np.inf
    lanes = class_lanes(importance)
    assert np.isfinite(lanes).all(), "NaN got into the class vectors"
    assert not lanes[3].any(), "a unit without importance got a direction"
    np.testing.assert_array_equal(class_lanes(importance.copy()), lanes)
