"""Splat, blur and norm against plain loops, and what they keep."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels.cases import LANES, Lines, coincident_lines, random_lines
from oracles import density as oracle

from nnvis.kernels import density

FIRST = np.array([-0.4, -0.45, -0.5])
CELL = 0.2
SHAPE = (11, 12, 13)
PLACE = np.array([*FIRST, CELL], np.float32)


def splat(lines: Lines, mix: int, chunks: int = 1) -> np.ndarray:
    cells = int(np.prod(SHAPE))
    partial = np.full((chunks, cells, LANES), np.nan, np.float32)
    grid = np.full((cells, LANES), np.nan, np.float32)
    shape = np.array(SHAPE, np.int64)
    density.splat(lines.points, lines.offset, lines.vectors, lines.ends, mix, PLACE, shape, partial)
    density.sum_partial(partial, grid)
    return grid.reshape(*SHAPE, LANES)


def blurred(grid: np.ndarray, axis: int, taps: np.ndarray) -> np.ndarray:
    shape = grid.shape[:3]
    outer, inner = int(np.prod(shape[:axis])), int(np.prod(shape[axis + 1 :]))
    result = np.full((int(np.prod(shape)), LANES), np.nan, np.float32)
    flat = np.ascontiguousarray(grid.reshape(-1, LANES))
    density.blur_axis(flat, outer, shape[axis], inner, taps, result)
    return result.reshape(*shape, LANES)


@pytest.mark.parametrize("mix", [0, 1, 2, 3])
@pytest.mark.parametrize("lines", [random_lines(0), random_lines(1, 40), coincident_lines()])
def test_splat_agrees_with_plain_loops(lines, mix):
    expected = oracle.splat(
        lines.points, lines.offset, lines.vectors, lines.ends, mix, PLACE[:3], PLACE[3], SHAPE
    )
    found = splat(lines, mix)
    np.testing.assert_allclose(found, expected, atol=2e-5, err_msg=f"splat of mix type {mix}")


@pytest.mark.parametrize("chunks", [2, 3, 8, 50])
def test_every_number_of_chunks_counts_every_edge_once(chunks):
    lines = random_lines(2, 31)
    np.testing.assert_allclose(
        splat(lines, 0, chunks), splat(lines, 0, 1), atol=1e-5,
        err_msg=f"{chunks} chunks of edges lose or repeat points",
    )  # fmt: skip


def test_an_edge_without_interior_points_adds_nothing():
    lines = random_lines(4, 1)
    assert len(lines.points) == 2, "the case should have no interior point"
    assert not splat(lines, 0).any(), "end points must not enter the density"


def test_no_edges_give_an_empty_density():
    lines = Lines(
        np.zeros((0, 3), np.float32), np.zeros(1, np.int64),
        random_lines().vectors, np.zeros((0, 2), np.int32),
    )  # fmt: skip
    assert not splat(lines, 0).any(), "a density without edges must be zero everywhere"


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.sampled_from([0, 1, 2, 3]), st.integers(1, 9))
def test_splat_keeps_mass(seed, mix, chunks):
    lines = random_lines(seed, 15)
    expected = np.zeros(LANES)
    for e, _, t in oracle.interior(lines.offset):
        a, b = lines.vectors[lines.ends[e]].astype(float)
        expected += oracle.mixed(a, b, t, mix)
    found = splat(lines, mix, chunks).sum(axis=(0, 1, 2), dtype=np.float64)
    np.testing.assert_allclose(
        found, expected, rtol=1e-4, atol=1e-4, err_msg="class mass got lost between points and grid"
    )


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([0, 1, 2, 3]))
def test_permuted_edges_splat_alike(seed, mix):
    lines = random_lines(seed, 15)
    order = np.random.default_rng(seed).permutation(15)
    np.testing.assert_allclose(
        splat(lines.permuted(order), mix, 4), splat(lines, mix, 4), atol=1e-5,
        err_msg="the density depends on the order of edges",
    )  # fmt: skip


def test_threads_do_not_change_one_bit():
    lines = random_lines(9, 200)
    found = []
    for threads in range(1, min(2, numba.config.NUMBA_NUM_THREADS) + 1):
        numba.set_num_threads(threads)
        found.append(splat(lines, 0, 8))
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0], err_msg="1 and 2 threads differ")


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("radius", [1, 2, 5, 20])
def test_blur_agrees_with_plain_loops(axis, radius):
    rng = np.random.default_rng(radius)
    grid = rng.random((7, 5, 9, LANES)).astype(np.float32)
    taps = rng.random(2 * radius + 1).astype(np.float32)
    taps = taps + taps[::-1]
    np.testing.assert_allclose(
        blurred(grid, axis, taps), oracle.blur_axis(grid, axis, taps), rtol=1e-4, atol=1e-4,
        err_msg=f"blur along axis {axis} with radius {radius}",
    )  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 3), st.sampled_from([0, 1, 2]))
def test_blur_keeps_mass_away_from_borders(seed, radius, axis):
    rng = np.random.default_rng(seed)
    grid = np.zeros((9, 8, 10, LANES), np.float32)
    grid[3:-3, 3:-3, 3:-3] = rng.random(grid[3:-3, 3:-3, 3:-3].shape)
    taps = rng.random(2 * radius + 1).astype(np.float32)
    taps /= taps.sum()
    np.testing.assert_allclose(
        blurred(grid, axis, taps).sum(axis=(0, 1, 2)), grid.sum(axis=(0, 1, 2)), rtol=1e-4,
        err_msg="blurring lost or made mass",
    )  # fmt: skip


def test_blur_lets_mass_out_at_the_border_and_never_wraps_round():
    grid = np.zeros((4, 4, 4, LANES), np.float32)
    grid[0, 0, 0] = 1
    for axis in range(3):
        found = blurred(grid, axis, np.full(3, 1 / 3, np.float32))
        assert found[..., 0].sum() == pytest.approx(2 / 3), "a third must leave over the border"
        assert found[-1, -1, -1, 0] == 0, "mass came back at the far border"


@pytest.mark.parametrize("scale", [0.0, 1e-15, 1.0, 1e6])
def test_norm_agrees_with_plain_loops(scale):
    rng = np.random.default_rng(0)
    grid = (scale * rng.normal(size=(3, 4, 5, LANES))).astype(np.float32)
    expected = oracle.norms(grid)
    found = grid.reshape(-1, LANES).copy()
    density.norm_into_last_lane(found)
    np.testing.assert_allclose(found[:, -1].reshape(3, 4, 5), expected, rtol=1e-5)
    np.testing.assert_array_equal(
        found[:, :-1], grid.reshape(-1, LANES)[:, :-1], err_msg="the class lanes were changed"
    )
