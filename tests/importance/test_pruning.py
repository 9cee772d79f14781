"""Pruning curves against plain loops."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.gates_cases import clusters, fitted, mlp
from oracles.pruning import measures, remove_lowest
from torch import nn

from nnvis.errors import ConfigError, DatasetError
from nnvis.graph import read_graph
from nnvis.importance import PruneCurve, edge_scores, prune_curve
from nnvis.importance.pruning import prune_order
from nnvis.importance.scores import edge_importance
from nnvis.model import Importance

X, Y = clusters((30, 20, 10))
SCORES = ["combined", "unit", "edge", "magnitude", "random"]


def _importance(model, seed=0):
    graph = read_graph(model)
    rng = np.random.default_rng(seed)
    units = {layer.name: rng.random((layer.size, 3), np.float32) for layer in graph.layers}
    return Importance(units, edge_importance(graph), ("a", "b", "c"))


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("share", [0, 35, 50, 90, 100])
def test_a_point_of_the_curve_agrees_with_plain_loops(score, share):
    model = fitted(6, 7, 3, x=X, y=Y)
    importance, graph = _importance(model), read_graph(model)
    curve = prune_curve(model, importance, X, Y, score, [share], seed=4)
    scores = edge_scores(score, importance, graph, seed=4)
    kept = remove_lowest(
        [item.weight.tolist() for item in graph.connections],
        [scores[item.name].tolist() for item in graph.connections],
        round(share * graph.edge_count / 100),
    )
    state = model.state_dict()
    h = X
    for number, weight in enumerate(kept):
        if number > 0:
            h = np.maximum(h, 0)
        h = h @ np.array(weight, np.float32).T + state[f"fc{number + 1}.bias"].numpy()
    accuracy, recall, precision = measures(Y, h.argmax(1), 3)
    assert curve.accuracy[0] == pytest.approx(accuracy), "accuracy"
    assert curve.recall[0] == pytest.approx(recall), "recall"
    assert curve.precision[0] == pytest.approx(precision), "precision"


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_equal_scores_go_in_the_order_of_their_index(scores):
    order = prune_order(np.array(scores, np.float32))
    assert order.tolist() == sorted(range(len(scores)), key=lambda i: (scores[i], i))


def _normed():
    return nn.Sequential(
        nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3)
    )


@pytest.mark.parametrize("make", [lambda: mlp(6, 5, 3), _normed])
def test_the_model_is_untouched(make):
    model = make()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    prune_curve(model, _importance(model), X, Y)
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in before.items())
    assert model.training
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_shapes_and_json():
    model = mlp(6, 5, 3)
    curve = prune_curve(model, _importance(model), X, Y)
    assert curve.percent.tolist() == list(range(0, 101, 10))
    assert curve.accuracy.shape == (11,)
    assert curve.recall.shape == curve.precision.shape == (11, 3)
    assert json.loads(json.dumps(curve.to_dict()))["score"] == "combined"


def test_a_class_never_predicted_has_zero_precision_and_no_nan():
    model = mlp(6, 5, 3)
    curve = prune_curve(model, _importance(model), X, Y, percent=[100])
    said = int(np.argmax(curve.recall[0]))
    assert curve.recall[0].tolist() == [1.0 if n == said else 0.0 for n in range(3)]
    assert np.isfinite(curve.precision).all()


@pytest.mark.parametrize("percent", [[-1], [0, 101], [float("nan")], [], 101, "x", None])
def test_shares_outside_0_to_100_are_refused(percent):
    model = mlp(6, 3)
    with pytest.raises(ConfigError, match="percent must be numbers from 0 to 100"):
        prune_curve(model, _importance(model), X, Y, percent=percent)


@pytest.mark.parametrize("percent", [90, 90.0, np.float32(90), np.array(90), iter([90])])
def test_one_share_needs_no_list(percent):
    model = mlp(6, 5, 3)
    assert prune_curve(model, _importance(model), X, Y, percent=percent).percent.tolist() == [90]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_16_bit_models_are_pruned(dtype):
    model = mlp(6, 5, 3).to(dtype)
    curve = prune_curve(model, _importance(model), X, Y, percent=[0, 50])
    assert np.isfinite(curve.accuracy).all()


def test_the_importance_of_another_model_is_refused():
    with pytest.raises(DatasetError, match=r"fc1 with weights of the shape \(5, 6\)"):
        prune_curve(mlp(6, 5, 3), _importance(mlp(6, 4, 3)), X, Y)


def test_curves_are_drawn_into_the_same_axes_with_their_scores(tmp_path):
    curves = [
        PruneCurve(
            np.array([0.0, 50.0, 100.0]), np.array([0.9, level, 0.1]),
            np.zeros((3, 2)), np.zeros((3, 2)), score, ("a", "b"),
        )
        for score, level in (("combined", 0.8), ("random", 0.3))
    ]  # fmt: skip
    figure = curves[0].plot()
    axes = figure.axes[0]
    assert curves[1].plot(axes) is figure, "the second curve went to another figure"
    assert [line.get_label() for line in axes.lines] == ["combined", "random"]
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), [0.9, 0.3, 0.1])
    figure.savefig(tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size > 1000
