"""Activations are taken behind the non-linearity, however a model is written."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from nnvis.errors import ModelError
from nnvis.graph import undisturbed
from nnvis.graph.activations import activations
from nnvis.graph.taps import hidden_taps, named_taps
from nnvis.learning import build_lenet5


class Functional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc1, self.fc2 = nn.Conv2d(1, 4, 3), nn.Linear(36, 8), nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.max_pool2d(functional.relu(self.conv(x.view(-1, 1, 8, 8))), 2)
        return self.fc2(torch.tanh(self.fc1(x.flatten(1))))


class Residual(nn.Module):
    """One ReLU, in place, for all; a shortcut that is added in place."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.short, self.norm = nn.Conv2d(1, 4, 1), nn.BatchNorm2d(4)
        self.relu, self.fc = nn.ReLU(inplace=True), nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.view(-1, 1, 8, 8)
        y = self.conv2(self.relu(self.norm(self.conv1(x))))
        y += self.short(x)
        return self.fc(self.relu(y).mean((2, 3)))


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed, self.place = nn.Linear(8, 16), nn.Parameter(torch.zeros(1, 8, 16))
        self.block = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
        self.head = nn.Linear(16, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.block(self.embed(x.view(-1, 8, 8)) + self.place).mean(1))


def taken(model, x, names=None):
    """{layer: activations} of all samples."""
    with undisturbed(model):
        taps = hidden_taps(model, x) if names is None else named_taps(model, x, names)
        (batch,) = activations(model, x, taps, np.arange(len(x)))
    return {tap.name: values for tap, values in zip(taps, batch[2], strict=True)}


@pytest.fixture
def x():
    return torch.rand(20, 64, generator=torch.Generator().manual_seed(0))


def test_functions_instead_of_modules(x):
    model = Functional()
    found = taken(model, x)
    with torch.no_grad():
        pooled = functional.max_pool2d(functional.relu(model.conv(x.view(-1, 1, 8, 8))), 2)
        hidden = torch.tanh(model.fc1(pooled.flatten(1)))
    assert list(found) == ["conv", "fc1"]
    np.testing.assert_allclose(found["conv"], pooled.mean((2, 3)).numpy(), atol=1e-6)
    np.testing.assert_allclose(found["fc1"], hidden.numpy(), atol=1e-6)


def test_a_block_and_its_shortcut_are_one_layer(x):
    model = Residual().eval()
    found = taken(model, x)
    with torch.no_grad():
        first = torch.relu(model.norm(model.conv1(x.view(-1, 1, 8, 8))))
        last = torch.relu(model.conv2(first) + model.short(x.view(-1, 1, 8, 8)))
    assert list(found) == ["conv1", "conv2"]
    np.testing.assert_allclose(found["conv1"], first.mean((2, 3)).numpy(), atol=1e-6)
    np.testing.assert_allclose(found["conv2"], last.mean((2, 3)).numpy(), atol=1e-6)


def test_attention_gives_means_over_tokens(x):
    fast = torch.backends.mha.get_fastpath_enabled()
    found = taken(Attention(), x)
    assert torch.backends.mha.get_fastpath_enabled() == fast
    assert list(found) == ["embed", "block.self_attn", "block.linear1", "block.linear2"]
    assert [values.shape[1] for values in found.values()] == [16, 16, 32, 16]


def test_lenet_in_batches_and_in_any_order():
    model, x = build_lenet5((28, 28)), torch.rand(9, 784)
    whole = taken(model, x)
    assert [values.shape[1] for values in whole.values()] == [6, 16, 120, 84]
    rows = np.array([5, 2, 8])
    with undisturbed(model):
        ((chosen, logits, values),) = activations(model, x, hidden_taps(model, x), rows)
    assert chosen.tolist() == rows.tolist()
    assert logits.shape == (3, 10)
    np.testing.assert_allclose(values[3], whole["fc2"][rows], atol=1e-6)


def test_named_layers(x):
    model = Functional()
    found = taken(model, x, ["fc2", "fc1"])
    assert list(found) == ["fc2", "fc1"]
    with torch.no_grad():
        np.testing.assert_allclose(found["fc2"], model(x).numpy(), atol=1e-6)
    with pytest.raises(ModelError, match="no layer 'fc3'; it has conv, fc1, fc2"):
        taken(model, x, ["fc3"])
    with pytest.raises(ModelError, match="relu is called 2 times"):
        taken(Residual(), x, ["relu"])


def test_a_forward_that_records_no_gradients(x):
    class Detached(Functional):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            with torch.no_grad():
                return super().forward(x)

    usual = Functional()
    detached = Detached()
    detached.load_state_dict(usual.state_dict())
    for name, values in taken(usual, x).items():
        np.testing.assert_array_equal(taken(detached, x)[name], values)


def test_no_hook_stays(x):
    model = Residual()
    taken(model, x)
    for module in model.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


def test_a_layer_that_does_not_run_once_a_sample(x):
    class Folded(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(8, 4), nn.Linear(32, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            parts = torch.relu(self.fc1(x.reshape(-1, 8)))
            return self.fc2(parts.reshape(len(x), -1))

    found = taken(Folded(), x)
    assert found["fc1"].shape == (20, 32), "behind the non-linearity there is one row a sample"
    folded = Folded()
    folded.act = nn.ReLU()
    folded.forward = lambda x: folded.fc2(
        folded.act(folded.fc1(x.reshape(-1, 8))).reshape(len(x), -1)
    )
    with pytest.raises(ModelError, match="Layer act does not run exactly once for each of 20"):
        taken(folded, x, ["act"])
