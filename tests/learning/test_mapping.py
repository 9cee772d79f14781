"""A model over a plane of inputs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from oracles.gates_cases import Residual
from torch import nn

import nnvis
from nnvis.errors import ConfigError, DatasetError, ModelError
from nnvis.learning import build_mlp
from nnvis.model import Plane

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2)).astype(np.float32)


def probability(model: nn.Module, x: np.ndarray) -> np.ndarray:
    model.eval()
    with torch.no_grad():
        return model(torch.from_numpy(np.asarray(x, np.float32))).softmax(1).numpy()


def test_each_place_holds_what_the_model_makes_of_its_input():
    model, plane = build_mlp([2, 9, 4]), nnvis.plane_of(X)
    found = nnvis.class_map(model, plane, (30, 20))
    assert found.shape == (20, 30, 4)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(-1), 1, atol=1e-6)
    left, right, bottom, top = plane.extent
    grid = np.array(
        [(u, v) for v in np.linspace(bottom, top, 20) for u in np.linspace(left, right, 30)]
    )
    np.testing.assert_allclose(found.reshape(-1, 4), probability(model, grid), atol=1e-6)


@pytest.mark.parametrize("size", [3, 17])
def test_at_a_samples_place_the_map_is_the_models_output(size):
    x = RNG.normal(size=(30, size)).astype(np.float32)
    model = build_mlp([size, 12, 5])
    through = nnvis.plane_through(x, [3, 8, 21])
    for number in (3, 8, 21):
        u, v = through.place(x[number : number + 1])[0]
        # A plane whose corners are the sample and a place beside it.
        corner = Plane(through.origin, through.axes, (u, u + 1, v, v + 1), through.sample_shape)
        found = nnvis.class_map(model, corner, 2)[0, 0]
        np.testing.assert_allclose(found, probability(model, x[number : number + 1])[0], atol=1e-5)


def test_pictures_reach_a_convolution_in_their_shape():
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.Flatten(), nn.Linear(3 * 4 * 4, 2))
    x = RNG.normal(size=(10, 1, 6, 6)).astype(np.float32)
    found = nnvis.class_map(model, nnvis.principal_plane(x), 8)
    assert found.shape == (8, 8, 2)


def test_it_does_not_depend_on_the_size_of_batches():
    x = RNG.normal(size=(10, 700)).astype(np.float32)
    model, plane = build_mlp([700, 4, 3]), nnvis.principal_plane(x)
    found = nnvis.class_map(model, plane, (90, 70))  # 6,300 places in three batches
    u, v = plane.coordinates((90, 70))
    expected = probability(model, plane.samples_at(np.array([[u[-1], v[-1]]])))
    np.testing.assert_allclose(found[-1, -1], expected[0], atol=1e-5)


def test_the_model_is_left_as_it_was():
    model = Residual()
    model.fc1.eval()
    size = next(model.parameters()).shape[1]
    x = RNG.normal(size=(20, size)).astype(np.float32)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    random = torch.get_rng_state()
    nnvis.class_map(model, nnvis.principal_plane(x), 5)
    assert (model.training, model.fc1.training, model.norm.training) == (True, False, True)
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in before.items())
    assert torch.equal(torch.get_rng_state(), random)
    assert not any(module._forward_hooks for module in model.modules())
    assert all(parameter.requires_grad for parameter in model.parameters())


class Broken(nn.Module):
    def forward(self, x):
        return torch.where(x > 1, torch.nan, x)


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: nnvis.class_map(Broken(), nnvis.plane_of(X * 3)), ModelError, "NaN or infinity"),
        (
            lambda: nnvis.class_map(build_mlp([3, 2]), nnvis.plane_of(X)),
            ModelError,
            r"cannot take samples of the shape \(2,\)",
        ),
        (lambda: nnvis.class_map(build_mlp([2, 2]), nnvis.plane_of(X), 1), ConfigError, "got 1"),
        (
            lambda: nnvis.class_map(build_mlp([2, 2]), [0, 1]),  # type: ignore[arg-type]
            DatasetError,
            "needs a plane, got a list",
        ),
    ],
)
def test_what_cannot_be_mapped_is_one_sentence(call, kind, words):
    with pytest.raises(kind, match=words):
        call()
