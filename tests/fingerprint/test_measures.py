"""Recurrence measures against plain loops, and what must hold for any matrix."""

from __future__ import annotations

import json
import math

import numba
import numpy as np
import pytest
from fingerprint.matrices import MATRICES, asymmetric, symmetric
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import recurrence as oracle

import nnvis
from nnvis.errors import ConfigError, DatasetError
from nnvis.fingerprint import MEASURES, recurrence_threshold, recurrence_windows
from nnvis.fingerprint.lines import even_bands


def assert_equal(found, wanted, where=""):
    for name in MEASURES:
        assert getattr(found, name) == wanted[name], f"{name} {where}"


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize(("l_min", "v_min", "theiler"), [(2, 2, 0), (1, 3, 1), (4, 1, 3)])
def test_every_measure_equals_plain_loops(name, l_min, v_min, theiler):
    distance = MATRICES[name]
    if len(distance) > 100 and l_min > 1:
        pytest.skip("plain loops are slow")
    for low, high in ((0.0, 0.05), (0.1, 0.6)):
        found = nnvis.recurrence(distance, low, high, l_min, v_min, theiler)
        single = nnvis.recurrence(distance.astype(np.float32), low, high, l_min, v_min, theiler)
        assert_equal(single, {name: getattr(found, name) for name in MEASURES}, "in float32")
        matrix = oracle.band_matrix(distance.tolist(), low, high)
        assert_equal(found, oracle.measures(matrix, l_min, v_min, theiler), f"in [{low}, {high})")


@pytest.mark.parametrize("name", ["random", "asymmetric", "walk", "diagonal", "two", "blocks"])
def test_bands_equal_each_band_alone(name):
    distance = MATRICES[name]
    found = nnvis.recurrence_bands(distance, theiler=1)
    assert len(found) == 20
    for k, band in enumerate(found):
        matrix = oracle.band_matrix(distance.tolist(), k / 20, (k + 1) / 20, closed=k == 19)
        assert_equal(band, oracle.measures(matrix, theiler=1), f"of band {k}")
        assert (band.low, band.high, band.closed) == (k / 20, (k + 1) / 20, k == 19)
    assert sum(band.points for band in found) == distance.size, "a cell is in no band, or in two"


@pytest.mark.parametrize("name", ["random", "walk", "all recurrent", "diagonal"])
def test_threshold_is_closed(name):
    distance = MATRICES[name]
    for epsilon in (0.0, 0.05, 0.5, 1.0):
        matrix = oracle.band_matrix(distance.tolist(), 0, epsilon, closed=True)
        assert_equal(recurrence_threshold(distance, epsilon), oracle.measures(matrix))


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("width", [0.05, 0.1, 0.03, 0.3, 0.001, 1, 1 / 3, 0.0015])
def test_border_values_begin_their_band(width, kind):
    """Each border value, the number below it and the one above it, in the band they belong to."""
    bands = even_bands(width)
    borders = np.array(bands.borders[:-1], kind)
    below = np.nextafter(borders[1:], kind(0))
    for values in (borders, below, np.nextafter(borders, kind(2))):
        n = len(values)
        if n == 0:
            continue
        distance = np.zeros((n, n), kind)
        distance[0] = values
        found = nnvis.recurrence_bands(distance, width)
        points = np.array([band.points for band in found])
        points[0] -= n * n - n
        wanted = np.ones(len(found)) if n == len(found) else np.append(np.ones(n), 0)
        assert points.tolist() == wanted.tolist()


def test_three_twentieths_begin_the_band_at_fifteen_hundredths():
    assert 3 * 0.05 != 0.15
    distance = np.full((2, 2), 3 / 20)
    assert nnvis.recurrence_bands(distance)[3].points == 4
    assert nnvis.recurrence(distance, 0.15, 0.2).points == 4
    assert nnvis.recurrence_bands(np.ones((2, 2)))[-1].points == 4


def test_theiler_window_leaves_vertical_measures_alone():
    full = nnvis.recurrence(np.zeros((6, 6)), 0, 1)
    assert (full.recurrence_rate, full.diagonal_max) == (1, 6)
    without = nnvis.recurrence(np.zeros((6, 6)), 0, 1, theiler=1)
    assert (without.recurrence_rate, without.diagonal_max, without.vertical_max) == (1, 5, 6)
    nothing = nnvis.recurrence(np.zeros((6, 6)), 0, 1, theiler=9)
    assert (nothing.recurrence_rate, nothing.diagonal_max, nothing.vertical_max) == (0, 0, 6)
    assert math.isinf(nothing.divergence)
    identity = nnvis.recurrence(1 - np.eye(6), 0, 0.5, theiler=1)
    assert (identity.recurrence_rate, identity.diagonal_max, identity.vertical_max) == (0, 0, 1)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 18), st.integers(0, 1000), st.integers(0, 4), st.integers(1, 4))
def test_transposing_keeps_diagonals_and_reversing_time_keeps_all(n, seed, theiler, least):
    distance = asymmetric(n, seed)
    first = nnvis.recurrence(distance, 0.1, 0.5, least, least, theiler)
    turned = nnvis.recurrence(distance.T, 0.1, 0.5, least, least, theiler)
    for name in MEASURES[:6]:
        assert getattr(first, name) == getattr(turned, name), name
    back = nnvis.recurrence(distance[::-1, ::-1], 0.1, 0.5, least, least, theiler)
    # recurrence_time_2 counts from where lines start, so it knows the direction of time.
    for name in MEASURES[:-2]:
        assert getattr(first, name) == getattr(back, name), name
    assert back.trend == pytest.approx(first.trend, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 25), st.integers(0, 1000), st.sampled_from([0.05, 0.25, 0.3, 1]))
def test_bands_share_out_all_cells_and_stay_in_range(n, seed, width):
    bands = nnvis.recurrence_bands(asymmetric(n, seed), width)
    assert sum(band.points for band in bands) == n * n
    assert sum(band.recurrence_rate for band in bands) == pytest.approx(1)
    for band in bands:
        for name in ("recurrence_rate", "determinism", "laminarity"):
            assert 0 <= getattr(band, name) <= 1
        assert band.diagonal_max <= n
        assert int(np.arange(len(band.vertical_lengths)) @ band.vertical_lengths) == band.points


def test_any_number_of_threads_gives_the_same():
    distance = asymmetric(400, 1)
    numba.set_num_threads(1)
    alone = [band.to_dict() for band in nnvis.recurrence_bands(distance)]
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    assert [band.to_dict() for band in nnvis.recurrence_bands(distance)] == alone


def test_windows_equal_their_squares():
    distance = symmetric(30, 2)
    found = recurrence_windows(distance, 12, width=0.25, step=5, theiler=1)
    assert found.first.tolist() == [0, 5, 10, 15]
    for row, begin in enumerate(found.first):
        square = distance[begin : begin + 12, begin : begin + 12]
        for band, alone in enumerate(nnvis.recurrence_bands(square, 0.25, theiler=1)):
            for name in MEASURES:
                assert found.values[name][row, band] == getattr(alone, name), name
    json.dumps(found.to_dict(), allow_nan=False)


def test_dict_is_ready_for_json_and_torch_is_taken():
    torch = pytest.importorskip("torch")
    found = nnvis.recurrence(torch.ones(3, 3), 0, 0.5)
    plain = found.to_dict()
    assert plain["divergence"] is None
    assert plain["band"] == "[0, 0.5)"
    assert plain["recurrence_time"] == 3
    json.dumps(plain, allow_nan=False)


@pytest.mark.parametrize(
    ("distance", "options", "kind", "words"),
    [
        (np.zeros((2, 3)), {}, DatasetError, r"square matrix, got the shape \(2, 3\)"),
        (np.zeros((0, 0)), {}, DatasetError, "square"),
        (
            np.array([[0, np.nan], [0.1, 0]]),
            {},
            DatasetError,
            r"NaN in 1 of its 4 cells, the first at \(0, 1\)",
        ),
        (np.array([["a"]]), {}, DatasetError, "must hold numbers"),
        (np.zeros((2, 2)), {"l_min": 0}, ConfigError, "l_min .* from 1 on, got 0"),
        (np.zeros((2, 2)), {"v_min": 1.5}, ConfigError, "v_min .* got 1.5"),
        (np.zeros((2, 2)), {"theiler": -1}, ConfigError, "theiler .* from 0 on, got -1"),
    ],
)
def test_bad_input_is_one_sentence(distance, options, kind, words):
    with pytest.raises(kind, match=words):
        nnvis.recurrence(distance, 0, 0.5, **options)
    with pytest.raises(kind, match=words):
        nnvis.recurrence_bands(distance, **options)


@pytest.mark.parametrize("place", [(0, 0), (3, 63), (70, 64), (129, 129)])
def test_missing_cells_are_found_wherever_they_are(place):
    distance = np.zeros((130, 130))
    distance[place] = np.nan
    words = rf"distance holds NaN in 1 of its 16900 cells, the first at \({place[0]}, {place[1]}\)"
    with pytest.raises(DatasetError, match=words):
        nnvis.recurrence(distance, 0, 0.5)
    with pytest.raises(DatasetError, match=words):
        nnvis.recurrence_bands(distance)


def test_bad_bands():
    for width in (0, -0.1, 1.5, math.nan, 0.0001):
        with pytest.raises(ConfigError, match="width must be between"):
            nnvis.recurrence_bands(np.zeros((2, 2)), width)
    with pytest.raises(DatasetError, match=r"in \[0, 1\], got 0 to 7"):
        nnvis.recurrence_bands(np.array([[0, 7], [7, 0]]))
    with pytest.raises(ConfigError, match=r"low 0\.5, high 0\.1"):
        nnvis.recurrence(np.zeros((2, 2)), 0.5, 0.1)
    with pytest.raises(ConfigError, match="epsilon must be 0 or more"):
        recurrence_threshold(np.zeros((2, 2)), -1)
    with pytest.raises(ConfigError, match="window must be at most 2"):
        recurrence_windows(np.zeros((2, 2)), 3)
