"""Gates against plain loops, and the two routes against each other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.gates import gated_layer, gated_layer_backward, two_way_cross_entropy
from oracles.gates_cases import Residual, Wrapped, clusters, mlp
from torch import nn
from torch.nn import functional

from nnvis.graph import weight_layers
from nnvis.importance.chain import DenseChain
from nnvis.importance.gates import gate, make_gates, statistics_of_sets, two_way_loss
from nnvis.importance.hooked import HookedModel
from nnvis.importance.routes import choose_route
from nnvis.importance.sampling import class_sets, epoch_batches

EPSILON = 1e-3


@given(st.integers(2, 7), st.integers(1, 5), st.integers(1, 4), st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_one_gated_layer_agrees_with_plain_loops(batch, n_in, n_out, seed):
    rng = np.random.default_rng(seed)
    h, scale, shift = rng.normal(size=(batch, n_in)), rng.normal(size=n_in), rng.normal(size=n_in)
    weight, bias = rng.normal(size=(n_out, n_in)), rng.normal(size=n_out)
    upstream = rng.normal(size=(batch, n_out))
    tensors = [torch.tensor(value, requires_grad=True) for value in (h, scale[None], shift[None])]
    gated = gate(tensors[0], tensors[1], tensors[2], EPSILON, -1, 1)
    z = gated @ torch.tensor(weight).T + torch.tensor(bias)
    z.backward(torch.tensor(upstream))
    expected = gated_layer(h, scale, shift, weight, bias, EPSILON)
    np.testing.assert_allclose(z.detach().numpy(), expected, atol=1e-9)
    s, b, d = gated_layer_backward(h, scale, weight, EPSILON, upstream)
    np.testing.assert_allclose(tensors[1].grad[0].numpy(), s, atol=1e-9, err_msg="∂γ")
    np.testing.assert_allclose(tensors[2].grad[0].numpy(), b, atol=1e-9, err_msg="∂β")
    np.testing.assert_allclose(tensors[0].grad.numpy(), d, atol=1e-9, err_msg="∂h")


def test_each_class_has_its_own_statistics_and_scale():
    rng = np.random.default_rng(0)
    values, scale = rng.normal(size=(3 * 5, 4)), rng.normal(size=(3, 4))
    together = gate(torch.tensor(values), torch.tensor(scale), None, EPSILON, -1, 3)
    for number in range(3):
        rows = slice(number * 5, number * 5 + 5)
        one = torch.tensor(scale[number : number + 1])
        alone = gate(torch.tensor(values[rows]), one, None, EPSILON, -1, 1)
        assert torch.allclose(together[rows], alone), f"class {number} depends on the others"


def test_a_channel_gate_takes_its_statistics_over_batch_and_space():
    rng = np.random.default_rng(0)
    images, scale = torch.tensor(rng.normal(size=(2 * 4, 3, 5, 6))), torch.rand(2, 3).double()
    gated = gate(images, scale, None, EPSILON, 1, 2)
    for number in range(2):
        norm = nn.BatchNorm2d(3, eps=EPSILON, dtype=torch.float64)
        with torch.no_grad():
            norm.weight.copy_(scale[number])
        rows = slice(number * 4, number * 4 + 4)
        assert torch.allclose(gated[rows], norm(images[rows]).detach()), "differs from BatchNorm2d"


@given(st.integers(2, 5), st.integers(1, 6), st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_the_target_is_the_class_against_the_sum_of_the_others(n_classes, batch, seed):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n_classes, batch, n_classes)) * 5
    is_class = rng.random((n_classes, batch)) < 0.5
    loss = two_way_loss(torch.tensor(logits), torch.tensor(is_class))
    for number in range(n_classes):
        expected = two_way_cross_entropy(logits[number], is_class[number], number)
        assert loss[number] == pytest.approx(expected, abs=1e-9)


def _routes(model, x, y, batch=16, epsilon=EPSILON):
    """Both routes and one batch for each class, in float64."""
    model = model.double().eval()
    x = torch.from_numpy(x).double()
    rng = np.random.default_rng(0)
    sets = class_sets(y, [str(n) for n in range(y.max() + 1)], None, rng)
    batches = epoch_batches(sets, batch, rng)
    rows, flags = torch.from_numpy(batches.rows[0]), torch.from_numpy(batches.is_class[0])
    layers = weight_layers(model)
    fast = choose_route(model, layers, x, sets, epsilon, batches.rows.shape[2])
    general = HookedModel(model, layers, x, sets, epsilon)
    return fast, general, rows, flags


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Tanh, nn.Sigmoid, nn.Identity])
@pytest.mark.parametrize("sizes", [(6, 3), (6, 8, 3), (6, 8, 5, 3), (6, 1, 3)])
@pytest.mark.parametrize("shift", [False, True])
def test_both_routes_give_the_same_loss_and_gradients(activation, sizes, shift):
    x, y = clusters()
    fast, general, rows, flags = _routes(mlp(*sizes, activation=activation), x, y)
    assert (fast.name, general.name) == ("dense", "hooks")
    found = []
    for route in (fast, general):
        gates = make_gates(sizes[:-1], 3, from_zero=False, shift=shift, dtype=torch.float64)
        with torch.no_grad():
            gates.values.add_(torch.linspace(-1, 1, len(gates.values)).double())
        loss = route.step(gates, rows, flags)
        found.append((loss, gates.gradients))
    assert torch.allclose(found[0][0], found[1][0], atol=1e-10), "the losses differ"
    assert torch.allclose(found[0][1], found[1][1], atol=1e-10), "the gradients differ"


def test_the_gradient_is_that_of_the_loss():
    x, y = clusters()
    fast, _, rows, flags = _routes(mlp(6, 5, 4, 3, activation=nn.Tanh), x, y)
    gates = make_gates([6, 5, 4], 3, from_zero=False, shift=True, dtype=torch.float64)
    fast.step(gates, rows, flags)
    gradient = gates.gradients.clone()
    for place in range(0, len(gates.values), 7):
        sides = []
        for step in (1e-5, -2e-5):
            gates.values[place] += step
            sides.append(float(fast.step(gates, rows, flags).sum()))
        gates.values[place] += 1e-5
        slope = (sides[0] - sides[1]) / 2e-5
        assert float(gradient[place]) == pytest.approx(slope, abs=1e-6), f"parameter {place}"


def test_data_statistics_are_those_of_the_whole_class_set():
    x, y = clusters((11, 30, 25))
    x = x + 1e4  # a common offset must not cost the variance its digits
    sets = class_sets(y, ["a", "b", "c"], None, np.random.default_rng(0))
    found = statistics_of_sets(torch.from_numpy(x), sets, 6, torch.device("cpu"))
    for number, entry in enumerate(sets):
        rows = x[entry.rows].astype(np.float64)
        np.testing.assert_allclose(found.mean[number].numpy(), rows.mean(0), rtol=1e-6)
        np.testing.assert_allclose(found.variance[number].numpy(), rows.var(0), rtol=1e-3)


class Written(nn.Module):
    """A model as most people write one: layers, and a forward of their own."""

    def __init__(self, forward):
        super().__init__()
        self.fc1 = nn.Linear(6, 4)
        self.fc2 = nn.Linear(4, 3)
        self.written = forward

    def forward(self, x):
        return self.written(self, x)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (mlp(6, 4, 3), "dense"),
        (nn.Sequential(nn.Flatten(), mlp(6, 4), nn.ReLU(), nn.Dropout(0.3), mlp(4, 3)), "dense"),
        (Written(lambda m, x: m.fc2(functional.relu(m.fc1(x.view(-1, 6))))), "dense"),
        (Written(lambda m, x: m.fc2(m.fc1(torch.flatten(x, 1)).tanh())), "dense"),
        (Written(lambda m, x: m.fc2(functional.dropout(m.fc1(x), 0.5, m.training))), "dense"),
        (Written(lambda m, x: m.fc2(functional.dropout(m.fc1(x), 0.5))), "hooks"),
        (Written(lambda m, x: m.fc2(m.fc1(x).relu() * 2)), "hooks"),
        (Written(lambda m, x: m.fc2(m.fc1(x) + m.fc1(x))), "hooks"),
        (Written(lambda m, x: m.fc2(m.fc1(x if x.sum() < 1e9 else -x))), "hooks"),
        (Residual(), "hooks"),
        (Wrapped(mlp(6, 4, 3)), "hooks"),
        (nn.Sequential(nn.ReLU(), nn.Linear(6, 3)), "hooks"),
        (nn.Sequential(nn.Linear(6, 3), nn.ReLU()), "hooks"),
        (nn.Sequential(nn.Linear(6, 4), nn.LayerNorm(4), nn.Linear(4, 3)), "hooks"),
        (nn.Sequential(nn.Linear(6, 4), nn.GELU(), nn.Linear(4, 3)), "hooks"),
    ],
)
def test_only_plain_chains_take_the_fast_route(model, name):
    x, y = clusters()
    assert _routes(model, x, y)[0].name == name


def test_a_chain_of_other_layers_than_those_read_is_not_taken():
    x, y = clusters()
    model = Written(lambda m, x: m.fc3(m.fc1(m.fc2(x))))
    model.fc1, model.fc2, model.fc3 = nn.Linear(6, 6), nn.Linear(6, 6), nn.Linear(6, 3)
    assert _routes(model, x, y)[0].name == "hooks", "scores would land on other layers"


def test_a_model_with_hooks_of_its_own_is_run_as_it_is():
    x, y = clusters()
    model = mlp(6, 4, 3)
    model.fc1.register_forward_hook(lambda module, args, output: output * 2)
    assert _routes(model, x, y)[0].name == "hooks", "the user's hook would not run"


def test_data_far_off_centre_takes_the_route_that_keeps_its_digits():
    x, y = clusters()
    assert _routes(mlp(6, 4, 3), x + 1e5, y)[0].name == "hooks"


def test_the_fast_route_is_a_dense_chain():
    x, y = clusters()
    assert isinstance(_routes(mlp(6, 4, 3), x, y)[0], DenseChain)
