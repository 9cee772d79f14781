"""Reading a model as layers and connections."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from nnvis.errors import ModelError
from nnvis.graph import read_graph, weight_layers


class Named(nn.Module):
    """Registered out of sequence with activations in between and a norm layer."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.ReLU())
        self.head = nn.Linear(5, 3, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x))


def test_layers_are_input_then_one_for_each_dense_module():
    graph = read_graph(Named())
    assert [(layer.name, layer.kind, layer.size) for layer in graph.layers] == [
        ("input", "input", 6),
        ("body.0", "dense", 5),
        ("head", "output", 3),
    ], "layers must be 'input', then each dense module by its path, the last of kind 'output'"


def test_connections_hold_the_signed_weights():
    model = Named()
    graph = read_graph(model)
    assert [(c.name, c.source, c.target, c.module) for c in graph.connections] == [
        ("body.0", "input", "body.0", "body.0"),
        ("head", "body.0", "head", "head"),
    ]
    head = model.head.weight.detach().numpy()
    assert np.array_equal(graph.connections[1].weight, head), "weights differ from the module's"
    assert graph.connections[1].weight.dtype == np.float32
    assert not np.shares_memory(graph.connections[1].weight, head), "the graph aliases the model"


@given(st.lists(st.integers(1, 9), min_size=2, max_size=6))
@settings(max_examples=30, deadline=None)
def test_any_chain_of_sizes_is_read_back(sizes):
    model = nn.Sequential(*(nn.Linear(a, b) for a, b in itertools.pairwise(sizes)))
    graph = read_graph(model)
    assert [layer.size for layer in graph.layers] == sizes
    assert [c.weight.shape for c in graph.connections] == [
        (b, a) for a, b in itertools.pairwise(sizes)
    ]


def test_a_single_dense_module_is_a_model():
    graph = read_graph(nn.Linear(3, 2))
    assert [layer.name for layer in graph.layers] == ["input", "dense"]
    assert graph.connections[0].module == ""


def test_a_module_called_input_does_not_hide_the_input_layer():
    model = nn.Sequential()
    model.add_module("input", nn.Linear(4, 3))
    names = [layer.name for layer in read_graph(model).layers]
    assert len(set(names)) == 2, f"two layers share the name: {names}"


def test_parametrised_weights_are_read_as_used():
    model = nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)), nn.Linear(3, 2))
    weight = model[0].weight.detach().numpy()
    assert np.array_equal(read_graph(model).connections[0].weight, weight)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (nn.Sequential(nn.ReLU()), ["no layer with weights", "nn.Linear"]),
        (
            nn.Sequential(nn.Linear(4, 3), nn.Linear(4, 2)),
            ["Module 1 takes 4", "0 before it gives 3"],
        ),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.Linear(2, 2)), ["Module 0", "Conv2d", "nn.Linear"]),
        (nn.Sequential(nn.Embedding(4, 2), nn.Linear(2, 2)), ["Module 0", "Embedding"]),
        (nn.Sequential(nn.LSTM(4, 2)), ["LSTM"]),
        (nn.Sequential(nn.LazyLinear(3)), ["no size yet", "run one batch"]),
        ("no model", ["torch.nn.Module", "str"]),
    ],
)
def test_what_cannot_be_shown_is_one_sentence_that_names_it(model, words):
    with pytest.raises(ModelError) as caught:
        read_graph(model)
    message = str(caught.value)
    assert all(word in message for word in words), f"the message lacks one of {words}: {message}"
    assert "\n" not in message


def test_weights_that_are_not_finite_are_named():
    model = nn.Sequential(nn.Linear(3, 2))
    with torch.no_grad():
        model[0].weight[0, 1] = float("nan")
    with pytest.raises(ModelError, match="Module 0 has 1 of 6 weights that are NaN"):
        read_graph(model)


def test_a_weight_layer_knows_its_key_in_the_state_dict():
    model = Named()
    keys = [entry.parameter_path for entry in weight_layers(model)]
    assert keys == ["body.0.weight", "head.weight"]
    assert set(keys) <= set(model.state_dict())
