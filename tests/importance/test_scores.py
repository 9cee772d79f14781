"""Scores of edges from importances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.gates_cases import mlp
from oracles.pruning import spearman

from nnvis.errors import ConfigError, DatasetError
from nnvis.graph import read_graph
from nnvis.importance import class_scores, combined_scores, edge_scores
from nnvis.importance.scores import edge_importance, over_largest, rank_correlation
from nnvis.model import Importance


def _case(seed=0):
    graph = read_graph(mlp(4, 5, 3, seed=seed))
    rng = np.random.default_rng(seed)
    units = {layer.name: rng.random((layer.size, 3), np.float32) for layer in graph.layers}
    return Importance(units, edge_importance(graph), ("a", "b", "c")), graph


def test_combined_is_the_edge_times_the_mean_of_its_source_unit():
    importance, graph = _case()
    scores = combined_scores(importance, graph)
    for item in graph.connections:
        for out in range(item.weight.shape[0]):
            for unit in range(item.weight.shape[1]):
                source = float(importance.units[item.source][unit].mean())
                expected = float(importance.edges[item.name][out, unit]) * source
                assert scores[item.name][out, unit] == pytest.approx(expected, rel=1e-5)


def test_class_scores_average_to_the_combined_ones():
    importance, graph = _case()
    mean = np.mean([class_scores(importance, graph, n)["fc1"] for n in range(3)], 0)
    np.testing.assert_allclose(mean, combined_scores(importance, graph)["fc1"], rtol=1e-5)


def test_a_class_that_does_not_exist_is_refused():
    importance, graph = _case()
    with pytest.raises(DatasetError, match="no class number 3; the classes are numbered 0 to 2"):
        class_scores(importance, graph, 3)


def test_magnitude_is_one_scale_for_the_whole_network():
    importance, graph = _case()
    scores = edge_scores("magnitude", importance, graph)
    largest = max(np.abs(item.weight).max() for item in graph.connections)
    for item in graph.connections:
        np.testing.assert_allclose(scores[item.name], np.abs(item.weight) / largest, rtol=1e-6)


def test_unit_scores_are_equal_for_all_edges_of_a_unit():
    importance, graph = _case()
    scores = edge_scores("unit", importance, graph)["fc2"]
    assert (scores == scores[:1]).all()
    np.testing.assert_allclose(scores[0], importance.units["fc1"].mean(1), rtol=1e-6)


def test_random_scores_follow_the_seed():
    importance, graph = _case()
    first, again, other = (edge_scores("random", importance, graph, s)["fc1"] for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_unknown_score_lists_the_known_ones():
    importance, graph = _case()
    with pytest.raises(ConfigError, match="combined, unit, edge, magnitude, random, got 'size'"):
        edge_scores("size", importance, graph)


def test_edge_importance_does_not_depend_on_the_order_of_rows():
    graph = read_graph(mlp(4, 5, 3))
    model = mlp(4, 5, 3)
    model.fc1.weight.data = model.fc1.weight.data.flip(0)
    turned = edge_importance(read_graph(model))["fc1"]
    assert np.array_equal(turned[::-1], edge_importance(graph)["fc1"])


def test_all_zero_is_zero_and_not_nan():
    assert np.array_equal(over_largest(np.zeros((2, 3))), np.zeros((2, 3)))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=30))
@settings(max_examples=60, deadline=None)
def test_rank_correlation_agrees_with_plain_loops(pairs):
    first, second = (np.array(values, np.float32) for values in zip(*pairs, strict=True))
    assert rank_correlation(first, second) == pytest.approx(spearman(first, second), abs=1e-9)
    assert rank_correlation(first, first) == 1
