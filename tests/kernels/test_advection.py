"""The climb against plain loops, its two laws, and places without a direction."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels.cases import LANES, Lines, coincident_lines, random_lines
from oracles import advection as oracle
from oracles.density import norms

from nnvis.kernels import advection

SHAPE = (11, 12, 13)
PLACE = np.array([-0.4, -0.45, -0.5, 0.2], np.float32)
WIDE = np.array([[-9, -9, -9], [9, 9, 9]], np.float32)


def field(seed: int = 0, classes: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    grid = np.zeros((*SHAPE, LANES), np.float32)
    grid[..., :classes] = rng.random((*SHAPE, classes))
    grid[..., -1] = norms(grid)
    return grid


def climb(lines: Lines, grid, mix=0, separation=0.5, relative=True, step=0.1, box=WIDE):
    points = lines.points.copy()
    advection.climb(
        points, lines.offset, lines.vectors, lines.ends, mix, np.float32(separation), relative,
        np.float32(step), PLACE, np.array(SHAPE, np.int64), grid.reshape(-1, LANES), box,
    )  # fmt: skip
    return points


@pytest.mark.parametrize("relative", [True, False], ids=["relative", "published"])
@pytest.mark.parametrize("mix", [0, 1, 2, 3])
@pytest.mark.parametrize("separation", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("step", [0.1, -0.1])
def test_climb_agrees_with_plain_loops(relative, mix, separation, step):
    for lines in (random_lines(5, 20), coincident_lines()):
        grid = field(mix)
        expected = oracle.climb(
            lines.points, lines.offset, lines.vectors, lines.ends, mix, separation, relative,
            step, PLACE[:3], PLACE[3], grid, WIDE,
        )  # fmt: skip
        found = climb(lines, grid, mix, separation, relative, step)
        np.testing.assert_allclose(found, expected, atol=5e-5)


@pytest.mark.parametrize("relative", [True, False], ids=["relative", "published"])
def test_points_stop_at_the_box(relative):
    lines = random_lines(6, 30)
    box = np.array([[0.1, 0.2, 0.3], [0.6, 0.7, 0.8]], np.float32)
    grid = field(1)
    found = climb(lines, grid, relative=relative, step=0.4, box=box)
    expected = oracle.climb(
        lines.points, lines.offset, lines.vectors, lines.ends, 0, 0.5, relative,
        0.4, PLACE[:3], PLACE[3], grid, box,
    )  # fmt: skip
    np.testing.assert_allclose(found, expected, atol=2e-4)
    assert (found == box[0]).any(), "no point was stopped, so the case shows nothing"
    assert (found == box[1]).any(), "no point was stopped, so the case shows nothing"


@pytest.mark.parametrize("relative", [True, False], ids=["relative", "published"])
@pytest.mark.parametrize("value", [0.0, 3.0], ids=["empty", "even"])
def test_without_a_direction_points_stay(relative, value):
    lines = random_lines(7)
    grid = np.full((*SHAPE, LANES), value, np.float32)
    # Equal numbers everywhere: every difference is exactly zero.
    for separation in (0.0, 0.5, 1.0):
        found = climb(lines, grid, separation=separation, relative=relative)
        np.testing.assert_array_equal(
            found, lines.points, err_msg="moved (or NaN) where the density shows no way"
        )


def test_points_without_classes_stay_and_ends_never_move():
    lines = random_lines(8, 40)
    found = climb(lines, field())
    dark = (lines.ends == 0).all(axis=1)
    assert dark.any(), "the case should have an edge between units without classes"
    for e in range(40):
        first, last = lines.offset[e], lines.offset[e + 1]
        stay = slice(first, last) if dark[e] else [first, last - 1]
        np.testing.assert_array_equal(found[stay], lines.points[stay], err_msg=f"edge {e}")


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.floats(0, 1), st.booleans())
def test_every_interior_point_moves_by_the_step(seed, separation, relative):
    lines = random_lines(seed, 10)
    found = climb(lines, field(seed % 7), 2, separation, relative, 0.05)
    way = np.linalg.norm(found.astype(float) - lines.points, axis=1)
    inner = np.ones(len(way), bool)
    inner[lines.offset[:-1]] = inner[lines.offset[1:] - 1] = False
    bright = np.repeat(~(lines.ends == 0).all(axis=1), np.diff(lines.offset))
    np.testing.assert_allclose(way[inner & bright], 0.05, atol=1e-5)
    assert not way[~(inner & bright)].any(), "an end, or a point without classes, moved"


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6))
def test_permuting_edges_permutes_the_climb(seed):
    lines = random_lines(seed, 15)
    order = np.random.default_rng(seed).permutation(15)
    there = lines.permuted(order)
    moved = Lines(climb(lines, field()), lines.offset, lines.vectors, lines.ends)
    np.testing.assert_array_equal(climb(there, field()), moved.permuted(order).points)


def test_threads_do_not_change_one_bit():
    lines = random_lines(9, 300)
    found = []
    for threads in range(1, min(2, numba.config.NUMBA_NUM_THREADS) + 1):
        numba.set_num_threads(threads)
        found.append(climb(lines, field()))
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0], err_msg="1 and 2 threads differ")


def test_the_relative_law_is_the_gradient_of_the_norm_times_a_power_of_the_cosine():
    # |d|·cos(v, d)^q with q = 1 / (1 − s), by central differences on a smooth field.
    s, h = 0.5, 1e-4
    centres = np.array([[0.2, 0.3, 0.4], [0.8, 0.6, 0.5], [0.5, 0.9, 0.7]])
    kinds = np.eye(3)
    v = np.array([0.8, 0.6, 0.0])
    x = np.array([0.45, 0.5, 0.55])

    def at(place):
        near = np.exp(-((centres - place) ** 2).sum(axis=1) / 0.1)
        return near @ kinds

    def power(place):
        d = at(place)
        return np.linalg.norm(d) * (v @ d / np.linalg.norm(d)) ** (1 / (1 - s))

    def law(place, weight):
        d = at(place)
        return v @ d - weight * np.linalg.norm(d)

    cosine = v @ at(x) / np.linalg.norm(at(x))
    steps = h * np.eye(3)
    first = np.array([power(x + e) - power(x - e) for e in steps])
    second = np.array([law(x + e, s * cosine) - law(x - e, s * cosine) for e in steps])
    np.testing.assert_allclose(
        first / np.linalg.norm(first), second / np.linalg.norm(second), atol=1e-5,
        err_msg="the docstring's claim about the relative law does not hold",
    )  # fmt: skip
