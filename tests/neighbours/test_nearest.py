"""Neighbours equal plain loops: ids, order and ties, for any number of threads."""

from __future__ import annotations

import importlib
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import neighbours as oracle

from nnvis import nearest_neighbours
from nnvis.errors import ConfigError, DatasetError

METRICS = ("euclidean", "cosine")


def clouds():
    """Points of many kinds: spread, far from zero, of few values, in tight clusters, alike."""
    rng = np.random.default_rng(1)
    spread = rng.standard_normal((220, 7))
    sure = np.eye(10)[rng.integers(0, 10, 300)]
    unsure = sure + (rng.random((300, 1)) < 0.3) * rng.random((300, 10)) * 0.1
    return {
        "spread": spread.astype(np.float32),
        "one axis": rng.standard_normal((150, 1)),
        "far from zero": spread + 1e6,
        "far from zero, float32": (spread * 1e-3 + 100).astype(np.float32),
        "large": spread * 1e200,
        "small": spread * 1e-200,
        "few values": rng.integers(0, 3, (260, 3)),
        "clusters": np.repeat(rng.standard_normal((6, 4)), 40, axis=0)
        + rng.standard_normal((240, 4)) * 1e-7,
        "saturated probabilities": unsure.astype(np.float16),
        "constant": np.full((200, 5), 0.1),
        "an outlier": np.vstack([spread, np.full((1, 7), 1e9)]),
        "some zeros": spread * (rng.random((220, 1)) < 0.8),
        "feature maps": rng.random((60, 2, 3, 3)),
    }


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", clouds())
def test_ids_and_their_order_equal_plain_loops(kind, metric):
    points = clouds()[kind]
    flat = np.asarray(points, np.float64).reshape(len(points), -1)
    # Loops would overflow or vanish where a power of two makes no difference to the order.
    loops = flat * {"large": 2.0**-600, "small": 2.0**600}.get(kind, 1.0)
    for k in (1, 15):
        found = nearest_neighbours(points, k, metric)
        assert found.tolist() == oracle.nearest(loops.tolist(), k, metric)


def test_more_samples_than_a_block_and_many_neighbours():
    rng = np.random.default_rng(2)
    points = rng.random((4300, 2)).round(2)
    chosen = [4299, 0, 4096, 17, 4095]
    for k in (10, 1500):
        found = nearest_neighbours(points, k, samples=chosen)
        assert found.tolist() == oracle.nearest(points.tolist(), k, samples=chosen)


@pytest.mark.parametrize("kind", ["spread", "few values", "constant"])
def test_any_number_of_threads_gives_the_same(kind):
    points = np.vstack([clouds()[kind]] * 3)
    one = nearest_neighbours(points, 9, threads=1)
    for threads in (2, 5):
        np.testing.assert_array_equal(nearest_neighbours(points, 9, threads=threads), one)


def test_ids_are_sample_ids_for_a_selection_too():
    points = clouds()["spread"]
    everybody = nearest_neighbours(points, 6)
    chosen = [200, 3, 77]
    np.testing.assert_array_equal(nearest_neighbours(points, 6, samples=chosen), everybody[chosen])
    mask = np.zeros(len(points), bool)
    mask[chosen] = True
    np.testing.assert_array_equal(
        nearest_neighbours(points, 6, samples=mask), everybody[sorted(chosen)]
    )


def test_constant_points_have_the_first_ids_for_neighbours():
    found = nearest_neighbours(np.full((500, 3), 7.25), 3)
    assert found[:4].tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
    assert (found[4:] == [0, 1, 2]).all()


def test_k_may_be_all_others():
    points = clouds()["few values"][:40]
    found = nearest_neighbours(points, 39)
    assert found.tolist() == oracle.nearest(points.tolist(), 39)


few = arrays(
    np.float32,
    st.tuples(st.integers(5, 40), st.integers(1, 4)),
    elements=st.floats(-2, 2, width=16),
)


@settings(max_examples=60, deadline=None)
@given(few, st.integers(1, 4), st.sampled_from(METRICS))
def test_anything_equals_plain_loops(points, k, metric):
    assert nearest_neighbours(points, k, metric).tolist() == oracle.nearest(points, k, metric)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_permuting_samples_permutes_the_result(seed):
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((90, 3))
    order = rng.permutation(90)
    found = nearest_neighbours(points, 5)
    np.testing.assert_array_equal(order[nearest_neighbours(points[order], 5)], found[order])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.25, 3.0, 1e5]))
def test_turning_and_scaling_change_nothing(seed, scale):
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((80, 4))
    turned = points @ np.linalg.qr(rng.standard_normal((4, 4)))[0] * scale
    np.testing.assert_array_equal(nearest_neighbours(turned, 6), nearest_neighbours(points, 6))
    np.testing.assert_array_equal(
        nearest_neighbours(points * scale, 6, "cosine"), nearest_neighbours(points, 6, "cosine")
    )


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"k": 0}, ConfigError, "k must be a whole number from 1 on, got 0"),
        ({"k": 2.5}, ConfigError, "k must be a whole number from 1 on, got 2.5"),
        (
            {"k": 20},
            ConfigError,
            "less than the number of samples, got 20 for 20 samples; choose at most 19",
        ),
        ({"metric": "cosin"}, ConfigError, "metric must be euclidean or cosine, got 'cosin'"),
        ({"method": "fast"}, ConfigError, "method must be exact or approximate, got 'fast'"),
        ({"samples": []}, ConfigError, "samples is empty"),
        ({"samples": [1, 20]}, ConfigError, "samples must be from 0 to 19, got 20"),
        ({"samples": [-1]}, ConfigError, "samples must be from 0 to 19, got -1"),
        ({"samples": [1, 1]}, ConfigError, "samples names 1 more than once"),
        ({"samples": [0.5]}, ConfigError, "samples must be a row of whole numbers"),
        ({"points": np.zeros(4)}, DatasetError, r"shape \(samples, numbers of each\), got \(4,\)"),
        ({"points": np.zeros((4, 0))}, DatasetError, r"got \(4, 0\)"),
        ({"points": [["a"]]}, DatasetError, "points must hold numbers"),
        ({"points": [[1.0], [1.0, 2.0]]}, DatasetError, "rows of different lengths"),
        (
            {"points": [[0.0], [np.nan], [1.0]], "k": 1},
            DatasetError,
            "holds nan at sample 1, position 0",
        ),
        ({"points": [[0.0], [2.0], [-np.inf]], "k": 1}, DatasetError, "holds -inf at sample 2"),
    ],
)
def test_bad_input_is_one_sentence(change, error, said):
    given = {"points": np.random.default_rng(0).random((20, 2)), "k": 3, **change}
    with pytest.raises(error, match=said) as caught:
        nearest_neighbours(**given)
    assert "\n" not in str(caught.value)


def test_without_pynndescent_a_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynndescent", None)
    with pytest.raises(ConfigError, match=r"needs pynndescent; install it .*nnvis\[neighbours\]"):
        nearest_neighbours(np.zeros((30, 2)), 3, method="approximate")


def test_what_pynndescent_finds_is_measured_and_ordered(monkeypatch):
    """A stand-in that finds all: the order, the ties and the sample itself are nnvis's matter."""
    points = clouds()["few values"]

    class Found:
        def __init__(self, given, metric, n_neighbors, random_state):
            rng = np.random.default_rng(0)
            rows = [[*near, n] for n, near in enumerate(oracle.nearest(given, n_neighbors - 1))]
            self.neighbor_graph = (np.array([rng.permutation(row) for row in rows]), None)

    monkeypatch.setitem(sys.modules, "pynndescent", SimpleNamespace(NNDescent=Found))
    found = nearest_neighbours(points, 5, samples=[7, 100], method="approximate")
    kept = oracle.nearest(points, 15, samples=[7, 100])
    for row, near, own in zip(found.tolist(), kept, (7, 100), strict=True):
        ranked = sorted((oracle.distance(points[own] * 1.0, points[n] * 1.0), n) for n in near)
        assert row == [n for _, n in ranked[:5]]


def test_descents_that_find_too_few_are_filled_up(monkeypatch):
    class Lost:
        def __init__(self, given, metric, n_neighbors, random_state):
            self.neighbor_graph = (np.full((len(given), n_neighbors), -1), None)

    monkeypatch.setitem(sys.modules, "pynndescent", SimpleNamespace(NNDescent=Lost))
    found = nearest_neighbours(np.arange(30.0)[:, None], 3, samples=[1, 20], method="approximate")
    assert found.tolist() == [[0, 2, 3], [2, 1, 0]]


@pytest.mark.slow
def test_pynndescent_finds_nearly_all():
    if importlib.util.find_spec("pynndescent") is None:
        pytest.skip("pynndescent is not installed")
    points = np.random.default_rng(0).standard_normal((3000, 5))
    exact = nearest_neighbours(points, 10)
    found = nearest_neighbours(points, 10, method="approximate")
    kept = [len({*a} & {*b}) for a, b in zip(exact.tolist(), found.tolist(), strict=True)]
    assert np.mean(kept) > 9.8
    assert (found != np.arange(3000)[:, None]).all()
