"""Bins and clusters of one layer against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import signatures as oracle

from nnvis.signature import Bins, LayerClusters
from nnvis.signature.clustering import find_clusters, stable_order

SMALL = arrays(np.float32, (5, 3), elements=st.floats(-8, 8, width=32))


@given(SMALL, st.integers(2, 9), st.sampled_from([(-4.0, 4.0), (0.0, 1.0), (2.0, 2.0)]))
@settings(deadline=None, max_examples=80)
def test_bins(values, count, limits):
    found = Bins(*limits, count).numbers(values)
    assert found.tolist() == oracle.in_bins(values.astype(float).tolist(), *limits, count)


def test_borders_of_bins():
    found = Bins(0.0, 1.0, 4).numbers(np.array([[-1, 0, 0.25, 0.5, 0.75, 1, 9]], np.float32))
    assert found.tolist() == [[0, 0, 1, 2, 3, 3, 3]]


@given(SMALL, SMALL)
@settings(deadline=None, max_examples=80)
def test_the_nearest_centre(values, centres):
    clusters = LayerClusters("fc1", centres, centres.mean(0))
    found = clusters.numbers(values)
    wanted = oracle.nearest(values.astype(float).tolist(), centres.astype(float).tolist())
    for row, (ours, theirs) in enumerate(zip(found, wanted, strict=True)):
        gap = ((values[row].astype(float) - centres[[ours, theirs]].astype(float)) ** 2).sum(1)
        # Only where two centres are equally near up to rounding may the choice differ.
        assert ours == theirs or abs(gap[0] - gap[1]) < 1e-9 * (1 + gap[0])


def test_far_from_zero_little_is_lost():
    rng = np.random.default_rng(0)
    near = rng.integers(0, 2, 200)
    values = (1e6 + near[:, None] * 4 + rng.random((200, 3))).astype(np.float32)
    found = find_clusters("fc1", values, 2, None, 0)
    numbers = found.numbers(values)
    assert len(set(zip(near.tolist(), numbers.tolist(), strict=True))) == 2


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_huge_and_tiny_activations(scale):
    rng = np.random.default_rng(0)
    which = rng.integers(0, 3, 90)
    values = (np.float32(scale) * (np.eye(3)[which] + 0.01)).astype(np.float32)
    found = find_clusters("fc1", values, 3, None, 0)
    assert np.isfinite(found.centres).all()
    assert len(set(zip(which.tolist(), found.numbers(values).tolist(), strict=True))) == 3


def test_the_same_seed_gives_the_same_clusters():
    values = np.random.default_rng(0).random((500, 6)).astype(np.float32)
    first, second = (find_clusters("fc1", values, 8, None, 3) for _ in range(2))
    assert np.array_equal(first.centres, second.centres)


def test_numbers_follow_classes_then_sizes_and_leave_out_the_empty():
    centres = np.arange(5, dtype=np.float32)[:, None]
    clusters = LayerClusters("fc1", centres, np.zeros(1, np.float32))
    counts = np.array([[0, 2, 0, 9, 3], [8, 0, 0, 0, 0]])
    assert stable_order(clusters, counts) == [3, 4, 1, 0]
    assert clusters.chosen([3, 4, 1, 0]).centres[:, 0].tolist() == [3, 4, 1, 0]


def test_equal_clusters_go_by_their_centres():
    clusters = LayerClusters("fc1", np.array([[2.0], [1.0]], np.float32), np.zeros(1, np.float32))
    assert stable_order(clusters, np.array([[4, 4]])) == [1, 0]


def test_units_that_a_cluster_raises():
    centres = np.array([[1, 5, 0, 5], [1, 1, 1, 1]], np.float32)
    clusters = LayerClusters("fc1", centres, np.array([1, 2, 1, 3], np.float32))
    units, by = clusters.raised(0)
    assert (units.tolist(), by.tolist()) == ([1, 3], [3, 2])
    assert clusters.raised(0, 1)[0].tolist() == [1]
    assert clusters.raised(1)[0].tolist() == []
