"""Samples that are exactly or nearly alike: every one is found, in the order of plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import neighbours as oracle

from nnvis import nearest_neighbours
from nnvis.neighbours.alike import distinct
from nnvis.neighbours.leaves import Leaves

METRICS = ("euclidean", "cosine")


@st.composite
def crowds(draw):
    """Few points of few values, with many samples at each, in any order."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    axes = draw(st.integers(1, 4))
    values = np.array(draw(st.sampled_from([(0, 1), (-1, 0, 1), (-0.0, 0.0, 0.5), (3e-5, 0.9995)])))
    points = rng.choice(values, (draw(st.integers(1, 12)), axes))
    weight = rng.random(len(points)) ** draw(st.sampled_from([0, 1, 8]))
    rows = rng.choice(len(points), draw(st.integers(3, 90)), p=weight / weight.sum())
    return points[rows].astype(draw(st.sampled_from([np.float16, np.float32, np.float64])))


@settings(max_examples=150, deadline=None)
@given(crowds(), st.data())
def test_crowds_of_duplicates_equal_plain_loops(points, data):
    metric = data.draw(st.sampled_from(METRICS))
    k = data.draw(st.integers(1, len(points) - 1))
    chosen = None
    if data.draw(st.booleans()):
        order = data.draw(st.permutations(range(len(points))))
        chosen = list(order[: data.draw(st.integers(1, len(points)))])
    found = nearest_neighbours(points, k, metric, samples=chosen)
    assert found.tolist() == oracle.nearest(points, k, metric, chosen)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.sampled_from([0.0, 1e-9, 1e-4, 0.3]))
def test_leaves_lose_nobody(seed, k, spread):
    """Crowds around few points, as far apart as float64 tells, some exactly alike."""
    rng = np.random.default_rng(seed)
    centre = rng.integers(0, 3, (6, 3))
    points = centre[rng.integers(0, 6, 300)] + spread * rng.integers(-3, 4, (300, 3))
    own = rng.permutation(300)[:12]
    found = Leaves.of(points).nearest(own, k)
    assert found.tolist() == oracle.nearest(points.tolist(), k, samples=own.tolist())


@pytest.mark.parametrize("metric", METRICS)
def test_sure_probabilities_that_nearly_tie_equal_plain_loops(metric):
    """More near-ties of each sample than there is room for, half of them duplicates too."""
    rng = np.random.default_rng(5)
    logits = rng.standard_normal((700, 4)) * 2
    logits[np.arange(700), rng.integers(0, 2, 700)] += rng.choice([9, 14], 700)
    probability = np.exp(logits - logits.max(axis=1, keepdims=True))
    points = (probability / probability.sum(axis=1, keepdims=True)).astype(np.float16)
    points[350:] = points[rng.integers(0, 350, 350)]
    chosen = rng.permutation(700)[:60].tolist()
    found = nearest_neighbours(points, 15, metric, samples=chosen)
    assert found.tolist() == oracle.nearest(points, 15, metric, chosen)
    every = nearest_neighbours(points, 15, metric)
    np.testing.assert_array_equal(every[chosen], found)
    np.testing.assert_array_equal(nearest_neighbours(points, 15, metric, threads=1), every)


def test_points_are_numbered_by_their_first_samples():
    points = np.array([[1.0, 0.0], [2.0, 0.0], [1.0, -0.0], [0.0, 5.0], [2.0, 0.0]])
    kind, first = distinct(points)
    assert kind.tolist() == [0, 1, 0, 2, 1]
    assert first.tolist() == [0, 1, 3]
    rng = np.random.default_rng(0)
    many = rng.integers(0, 9, (9000, 3)) * 1.0
    kind, first = distinct(many)
    np.testing.assert_array_equal(many[first][kind], many)
    assert len(first) == len(np.unique(many, axis=0))
    assert (np.diff(first) > 0).all()


def test_every_sample_is_in_one_leaf_and_its_box():
    points = np.random.default_rng(0).standard_normal((1000, 5)).round(1)
    leaves = Leaves.of(points)
    assert sorted(leaves.members.tolist()) == list(range(1000))
    np.testing.assert_array_equal(points[leaves.members], leaves.columns.T)
    for leaf, (begin, end) in enumerate(zip(leaves.start[:-1], leaves.start[1:], strict=True)):
        part = points[leaves.members[begin:end]]
        assert 0 < len(part) <= 128
        np.testing.assert_array_equal(part.min(axis=0), leaves.low[leaf])
        np.testing.assert_array_equal(part.max(axis=0), leaves.high[leaf])
