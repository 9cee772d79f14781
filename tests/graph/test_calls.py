"""Only chains of dense layers are shown; any other wiring is told, whether traced or run."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from nnvis.errors import ModelError
from nnvis.graph import read_graph, state_arrays, undisturbed, weight_layers
from nnvis.graph.calls import check_traced, watched


class Wired(nn.Module):
    """Layers of fitting sizes in a fixed order of registration, called as told."""

    def __init__(self, wiring, *, traceable=True) -> None:
        super().__init__()
        self.i = nn.Linear(6, 5)
        self.z = nn.Linear(5, 5)
        self.a = nn.Linear(5, 5)
        self.o = nn.Linear(5, 3)
        self.norm = nn.BatchNorm1d(5)
        self.dropout = nn.Dropout(0.5)
        self.wiring = wiring
        self.traceable = traceable

    def forward(self, x, mask=None):
        if not self.traceable and x.sum() > 1e9:
            return x
        return self.wiring(self, x if mask is None else x * mask)


def _skip(m, x):
    h = torch.relu(m.i(x))
    return m.o(h + m.dropout(torch.relu(m.a(m.z(h)))))


def _branch(m, x):
    h = m.i(x)
    m.z(h)
    return m.o(m.a(h))


def _usual(m, x):
    h = m.norm(m.i(x.reshape(x.size(0), -1) * 0.5 + 0.1)).relu_()
    h = m.z(m.dropout(h))
    h = h * torch.sigmoid(h) - h.mean(1, keepdim=True)
    return m.o(nn.functional.gelu(m.a(h)).view(len(h) if m.training else -1, 5)) * 2


def _watch(model):
    layers = weight_layers(model)
    with undisturbed(model), watched(layers, torch.randn(4, 6)) as watch:
        output = model(watch.given)
    watch.check(output)


def _trace(model):
    check_traced(model, weight_layers(model))


@pytest.mark.parametrize("check", [_trace, _watch])
@pytest.mark.parametrize(
    ("wiring", "words"),
    [
        (lambda m, x: m.o(m.z(m.a(m.i(x)))), "Module a is called where z is the next"),
        (lambda m, x: m.o(m.z(m.i(x))), "Module a is never called"),
        (lambda m, x: m.o(m.a(m.z(m.z(m.i(x))))), "Module z is called 2 times"),
        (_skip, "At module o the model joins two paths, from i and a"),
        (lambda m, x: m.o(m.a(m.z(m.i(x)))) + x[:, :3], "output the model joins two paths"),
        (_branch, "Module a is computed from i and not from z"),
    ],
)
def test_what_is_no_chain_is_one_sentence_that_names_the_module(check, wiring, words):
    with pytest.raises(ModelError, match=words) as caught:
        check(Wired(wiring))
    message = str(caught.value)
    assert "each called once, in the order in which the model registers them" in message
    assert "\n" not in message


@pytest.mark.parametrize("check", [_trace, _watch, read_graph])
def test_a_chain_with_anything_between_its_layers_is_taken(check):
    check(Wired(_usual))


def test_a_forward_that_cannot_be_traced_is_seen_when_it_runs():
    model = Wired(_skip, traceable=False)
    _trace(model)
    with pytest.raises(ModelError, match="joins two paths"):
        _watch(model)


def test_looking_leaves_no_trace_on_the_model():
    class Keeps(Wired):
        def forward(self, x, mask=None):
            self.last = torch.rand(3)
            self.wiring = None
            return self.o(self.a(self.z(self.i(x))))

    model = Keeps(_usual)
    random = torch.get_rng_state()
    read_graph(model)
    assert not hasattr(model, "last"), "a value of the trace stayed on the model"
    assert model.wiring is _usual
    assert model.training
    assert torch.equal(torch.get_rng_state(), random)
    _watch(Wired(_usual))
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_the_state_is_arrays_of_at_least_32_bits(dtype):
    model = Wired(_usual).to(dtype)
    arrays = state_arrays(model)
    assert set(arrays) == set(model.state_dict())
    for name, value in model.state_dict().items():
        assert np.array_equal(arrays[name], value.double().numpy()), name
    expected = np.float64 if dtype == torch.float64 else np.float32
    assert arrays["i.weight"].dtype == expected
