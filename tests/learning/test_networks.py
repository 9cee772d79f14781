"""LeNet-5 and VGG-16, and the ways to train them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from oracles.gates_cases import clusters
from torch import nn

from nnvis.config import TrainingConfig
from nnvis.errors import ConfigError, DatasetError, ModelError
from nnvis.learning import build_lenet5, build_mlp, build_vgg16, model_for, train
from nnvis.learning.convolutional import AsPicture
from nnvis.learning.optimising import optimiser_for
from nnvis.model import Samples

X, Y = clusters()
SAMPLES = Samples(X, Y, X, Y, ("a", "b", "c"))


def pictures(shape: tuple[int, ...], count: int = 12) -> Samples:
    rng = np.random.default_rng(0)
    x = rng.random((count, int(np.prod(shape))), dtype=np.float32)
    y = np.arange(count) % 3
    return Samples(x, y, x, y, ("a", "b", "c"), shape)


@pytest.mark.parametrize(
    ("shape", "count"),
    # By hand: 5*5*1*6+6, 5*5*6*16+16, 400*120+120, 120*84+84, 84*10+10.
    [((28, 28), 61_706), ((32, 32, 3), 62_006)],
)
def test_lenet5_has_the_parameters_of_the_paper(shape: tuple[int, ...], count: int) -> None:
    model = build_lenet5(shape)
    assert sum(parameter.numel() for parameter in model.parameters()) == count
    assert model(torch.zeros(2, int(np.prod(shape)))).shape == (2, 10)


@pytest.mark.parametrize("shape", [(28, 28), (32, 32, 3), (30, 40)])
def test_vgg16_has_thirteen_convolutions(shape: tuple[int, ...]) -> None:
    model = build_vgg16(shape, 7, width=8)
    found = [module for module in model if isinstance(module, nn.Conv2d)]
    assert [module.out_channels for module in found] == [
        8, 8, 16, 16, 32, 32, 32, 64, 64, 64, 64, 64, 64,
    ]  # fmt: skip
    assert len([module for module in model if isinstance(module, nn.MaxPool2d)]) == 4
    model.eval()
    assert model(torch.zeros(2, int(np.prod(shape)))).shape == (2, 7)


def test_vgg16_of_full_width_has_as_many_weights_as_it_should() -> None:
    model = build_vgg16((32, 32, 3))
    convolutions = sum(m.weight.numel() for m in model if isinstance(m, nn.Conv2d))
    assert convolutions == 14_710_464, "the published configuration D has as many"


def test_colours_end_up_in_their_channels() -> None:
    x = torch.arange(2 * 3 * 4 * 3, dtype=torch.float32).reshape(2, 3, 4, 3)
    seen = AsPicture((3, 4, 3))(x.flatten(1))
    assert torch.equal(seen, x.permute(0, 3, 1, 2))
    assert AsPicture((3, 4, 3))(seen) is seen


@pytest.mark.parametrize("build", [build_lenet5, lambda *a: build_vgg16(*a, width=2)])
def test_the_seed_alone_decides_the_weights(build) -> None:
    random = torch.get_rng_state()
    first, second, other = (build((28, 28), 3, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), random)
    same = [torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True)]
    assert all(same)
    assert not torch.equal(first.conv1.weight, other.conv1.weight)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: build_lenet5((8, 8)), r"at least 16 x 16, got \(8, 8\)"),
        (lambda: build_vgg16((784,)), r"pictures of .*got \(784,\)"),
        (lambda: build_vgg16((32, 32), width=0), "width of VGG-16 must be at least 1"),
        (lambda: build_lenet5((28, 28), 0), "at least one class"),
    ],
)
def test_sizes_that_cannot_be_are_refused(make, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        make()


def test_networks_by_name() -> None:
    lenet = model_for(pictures((28, 28)), {"network": "lenet5"})
    assert lenet.fc3.out_features == 3
    assert model_for(SAMPLES, {"hidden": [5]}).fc1.out_features == 5
    with pytest.raises(DatasetError, match="lenet5 needs pictures, but the samples has rows"):
        model_for(SAMPLES, {"network": "lenet5"})


def test_sgd_makes_the_steps_of_the_formula() -> None:
    """Nesterov's momentum and weight decay, against plain numpy (Sutskever et al. 2013)."""
    rate, momentum, decay = 0.1, 0.9, 0.01
    weight = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    model = nn.Module()
    model.weight = weight
    settings = TrainingConfig(
        optimiser="sgd", learning_rate=rate, momentum=momentum, weight_decay=decay
    )
    optimiser = optimiser_for(model, settings)
    w, v = np.array([1.0, -2.0]), np.zeros(2)
    for step in range(4):
        gradient = 2 * w + decay * w  # of the loss sum(w ** 2)
        v = gradient if step == 0 else momentum * v + gradient
        w = w - rate * (gradient + momentum * v)
        optimiser.zero_grad()
        (weight**2).sum().backward()
        optimiser.step()
        np.testing.assert_allclose(weight.detach().numpy(), w, rtol=1e-5)


def test_sgd_learns_and_weight_decay_shrinks() -> None:
    norms = []
    for decay in (0.0, 0.05):
        model = build_mlp([6, 8, 3])
        settings = {"optimiser": "sgd", "learning_rate": 0.05, "momentum": 0.9, "epochs": 20}
        history = train(model, SAMPLES, {**settings, "weight_decay": decay, "batch_size": 16})
        assert history[-1]["train_accuracy"] > 0.9
        norms.append(sum(float(p.detach().norm()) for p in model.parameters()))
    assert norms[1] < 0.8 * norms[0]


def test_momentum_is_not_for_adam() -> None:
    with pytest.raises(ConfigError, match=r"momentum 0\.9 is for the optimiser sgd"):
        train(build_mlp([6, 3]), SAMPLES, {"momentum": 0.9})


class Steps:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[float, int, dict[str, float]]] = []

    def record(self, epoch: int, **numbers: float) -> None:
        raise AssertionError("with snapshots an epoch is not recorded on its own")

    def record_step(self, training_epoch: float, training_step: int, **numbers: float) -> None:
        self.told.append((training_epoch, training_step, numbers))


def test_snapshots_every_few_steps() -> None:
    recorder = Steps()
    settings = {"epochs": 2, "batch_size": 20, "snapshot_steps": 4}  # six steps an epoch
    history = train(build_mlp([6, 3]), SAMPLES, settings, recorder)
    assert [step for _, step, _ in recorder.told] == [0, 4, 8, 12]
    assert [epoch for epoch, _, _ in recorder.told] == [0, 4 / 6, 8 / 6, 2]
    assert recorder.told[0][2] == history[0]
    assert set(recorder.told[1][2]) == {"batch_loss"}
    assert recorder.told[3][2] == {**history[2], "batch_loss": recorder.told[3][2]["batch_loss"]}
