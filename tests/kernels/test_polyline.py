"""Lengths, resampling, smoothing, jitter, copying and bounds against plain loops."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels.cases import Lines, coincident_lines, random_lines
from oracles import polyline as oracle

from nnvis.kernels import polyline

CASES = [random_lines(0), random_lines(1, 40), random_lines(2, 1), coincident_lines()]


def measured(lines: Lines) -> np.ndarray:
    length = np.full(len(lines.ends), np.nan, np.float32)
    polyline.lengths(lines.points, lines.offset, length)
    return length


def resampled(lines: Lines, counts: np.ndarray) -> list[np.ndarray]:
    offset = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    points = np.full((offset[-1], 3), np.nan, np.float32)
    polyline.resample(lines.points, lines.offset, measured(lines), offset, points)
    return [points[a:b] for a, b in pairwise(offset)]


def smoothed(lines: Lines, passes: int) -> np.ndarray:
    points = lines.points.copy()
    polyline.smooth(points, lines.offset, passes, int(np.diff(lines.offset).max()))
    return points


def ends_of(points: np.ndarray, offset: np.ndarray) -> np.ndarray:
    return np.concatenate([points[offset[:-1]], points[offset[1:] - 1]])


@pytest.mark.parametrize("lines", CASES)
def test_lengths_agree_with_plain_loops(lines):
    expected = [oracle.length(line) for line in oracle.split(lines.points, lines.offset)]
    np.testing.assert_allclose(measured(lines), expected, rtol=1e-5)


@pytest.mark.parametrize("lines", CASES)
@pytest.mark.parametrize("count", [2, 3, 4, 17, 100])
def test_resample_agrees_with_plain_loops(lines, count):
    found = resampled(lines, np.full(len(lines.ends), count))
    for e, line in enumerate(oracle.split(lines.points, lines.offset)):
        expected = oracle.resample(line, count)
        np.testing.assert_allclose(found[e], expected, atol=1e-5, err_msg=f"edge {e}")


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.integers(2, 30))
def test_resampling_keeps_ends_exactly_and_spaces_evenly(seed, most):
    lines = random_lines(seed, 8)
    rng = np.random.default_rng(seed)
    found = resampled(lines, rng.integers(2, most + 1, 8))
    for e, line in enumerate(found):
        first, last = lines.points[lines.offset[e]], lines.points[lines.offset[e + 1] - 1]
        np.testing.assert_array_equal(line[0], first, err_msg=f"edge {e} lost its start")
        np.testing.assert_array_equal(line[-1], last, err_msg=f"edge {e} lost its end")
        # Along the old line the distances are even: find where each point lies on it.
        old = lines.points[lines.offset[e] : lines.offset[e + 1]].astype(float)
        total = oracle.length(old)
        for i, point in enumerate(line):
            expected = oracle.at_distance(old, total * i / (len(line) - 1))
            assert np.abs(point - expected).max() < 2e-5, f"edge {e}, point {i} is out of step"


def test_resampling_a_straight_line_gives_even_spacing():
    t = np.array([0, 0.05, 0.06, 0.5, 0.9, 1.0])[:, None]
    line = ((1 - t) * [0.1, 0.2, 0.3] + t * [0.9, -0.4, 0.8]).astype(np.float32)
    lines = Lines(line, np.array([0, 6], np.int64), random_lines().vectors, np.zeros((1, 2)))
    (found,) = resampled(lines, np.array([12]))
    gaps = np.linalg.norm(np.diff(found.astype(float), axis=0), axis=1)
    np.testing.assert_allclose(gaps, gaps.mean(), rtol=1e-5)


def test_resampling_an_even_line_again_changes_nothing():
    t = np.linspace(0, 1, 10)[:, None]
    line = (t * [0.5, 0.25, 1.0]).astype(np.float32)
    lines = Lines(line, np.array([0, 10], np.int64), random_lines().vectors, np.zeros((1, 2)))
    (found,) = resampled(lines, np.array([10]))
    np.testing.assert_allclose(found, line, atol=1e-6)


@pytest.mark.parametrize("lines", CASES)
@pytest.mark.parametrize("passes", [0, 1, 2, 8, 16])
def test_smooth_agrees_with_plain_loops(lines, passes):
    found = oracle.split(smoothed(lines, passes), lines.offset)
    for e, line in enumerate(oracle.split(lines.points, lines.offset)):
        expected = oracle.smooth(line, passes)
        np.testing.assert_allclose(found[e], expected, atol=1e-5, err_msg=f"edge {e}")


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.integers(0, 16))
def test_smoothing_keeps_ends_and_stays_in_the_box_of_the_line(seed, passes):
    lines = random_lines(seed, 9)
    found = smoothed(lines, passes)
    np.testing.assert_array_equal(
        ends_of(found, lines.offset), ends_of(lines.points, lines.offset), err_msg="an end moved"
    )
    for a, b in zip(lines.offset[:-1], lines.offset[1:], strict=True):
        assert (found[a:b] >= lines.points[a:b].min(axis=0) - 1e-6).all(), "left its own box"
        assert (found[a:b] <= lines.points[a:b].max(axis=0) + 1e-6).all(), "left its own box"


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 16))
def test_smoothing_keeps_even_straight_lines(seed, passes):
    ends = np.random.default_rng(seed).random((2, 3))
    t = np.linspace(0, 1, 11)[:, None]
    line = ((1 - t) * ends[0] + t * ends[1]).astype(np.float32)
    lines = Lines(line, np.array([0, 11], np.int64), random_lines().vectors, np.zeros((1, 2)))
    np.testing.assert_allclose(smoothed(lines, passes), line, atol=2e-6)


@pytest.mark.parametrize("edges", [1, 63, 64, 65, 200])
def test_smoothing_reaches_every_edge(edges):
    lines = random_lines(edges, edges)
    found = smoothed(lines, 1)
    for e, line in enumerate(oracle.split(lines.points, lines.offset)):
        a, b = lines.offset[e], lines.offset[e + 1]
        np.testing.assert_allclose(found[a:b], oracle.smooth(line, 1), atol=1e-5)


@pytest.mark.parametrize("lines", CASES)
def test_jitter_agrees_with_plain_loops(lines):
    noise = np.random.default_rng(0).normal(0, 0.3, lines.points.shape).astype(np.float32)
    box = np.array([[0, 0.1, 0.2], [0.7, 0.8, 0.9]], np.float32)
    points = lines.points.copy()
    polyline.jitter(points, lines.offset, noise, box)
    parts = zip(
        oracle.split(lines.points, lines.offset), oracle.split(noise, lines.offset), strict=True
    )
    expected = np.concatenate([oracle.jitter(line, part, *box) for line, part in parts])
    np.testing.assert_allclose(points, expected, atol=1e-6)


@pytest.mark.parametrize("lines", CASES)
def test_copied_lines_are_the_same_bits_in_the_new_order(lines):
    order = np.random.default_rng(1).permutation(len(lines.ends))
    there = lines.permuted(order)
    copied = np.full_like(there.points, np.nan)
    polyline.copy_lines(lines.points, lines.offset, order, there.offset, copied)
    np.testing.assert_array_equal(copied, there.points)
    expected = oracle.copy_lines(oracle.split(lines.points, lines.offset), order.tolist())
    np.testing.assert_array_equal(copied, np.concatenate(expected))


@pytest.mark.parametrize(("points", "blocks"), [(1, 1), (2, 2), (7, 3), (32, 32), (100, 32)])
def test_bounds_agree_with_plain_loops(points, blocks):
    places = np.random.default_rng(points).normal(size=(points, 3)).astype(np.float32)
    extents = np.full((blocks, 2, 3), np.nan, np.float32)
    polyline.bounds(places, extents)
    low, high = oracle.bounds(places)
    np.testing.assert_array_equal(extents[:, 0].min(axis=0), low)
    np.testing.assert_array_equal(extents[:, 1].max(axis=0), high)
