"""Running a user's model without leaving a trace, and telling what does not fit."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from nnvis.errors import DatasetError, ModelError
from nnvis.graph import undisturbed
from nnvis.graph.running import call, inputs, labels, logits_of


class Counting(nn.Module):
    """Changes a buffer and draws random numbers in forward, as some models do."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return self.fc(x) + torch.rand(2)


def test_modes_gradients_buffers_and_random_state_come_back_after_an_exception():
    model = Counting()
    model.fc.eval()
    model.fc.bias.requires_grad_(False)
    random = torch.get_rng_state()

    def fail_half_way():
        with undisturbed(model):
            assert not model.training
            assert not model.fc.weight.requires_grad
            model(torch.zeros(1, 3))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert (model.training, model.fc.training) == (True, False), "train/eval modes changed"
    assert model.fc.weight.requires_grad
    assert not model.fc.bias.requires_grad
    assert model.calls == 0, "a buffer that forward changes was not restored"
    assert torch.equal(torch.get_rng_state(), random), "torch's random state changed"


def test_the_same_seed_gives_a_model_the_same_random_numbers():
    model, x = Counting(), torch.zeros(4, 3)
    outs = []
    for seed in (1, 1, 2):
        with undisturbed(model, seed):
            outs.append(logits_of(model, x))
    assert np.array_equal(outs[0], outs[1])
    assert not np.array_equal(outs[0], outs[2])


@pytest.mark.parametrize(
    "x",
    [
        np.ones((5, 3)),
        np.ones((5, 3), np.uint8),
        torch.ones(5, 3, dtype=torch.float64),
        np.ones((5, 6), np.float32)[:, ::-2],
        np.broadcast_to(np.float32(1), (5, 3)),
    ],
)
def test_numpy_and_torch_of_any_number_type_are_taken(x):
    tensor = inputs(x, nn.Linear(3, 2))
    assert (tensor.dtype, tuple(tensor.shape)) == (torch.float32, (5, 3))


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.empty((0, 3)), "at least one sample"),
        (np.ones(3), "samples, features"),
        (np.array([["a"]]), "must hold numbers"),
        ([[1.0, 2], [3]], "x is no regular array of numbers: ValueError"),
        (np.array([[1.0, 2], [np.nan, 1]]), "NaN or infinity in sample 1"),
    ],
)
def test_samples_that_cannot_be_used_are_one_sentence(x, words):
    with pytest.raises(DatasetError, match=words):
        inputs(x, nn.Linear(3, 2))


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (np.zeros(4), r"each of the 5 samples, got the shape \(4,\)"),
        (np.zeros((5, 2)), "got the shape"),
        (np.full(5, 0.5), "whole class numbers"),
        (np.full(5, np.nan), "whole class numbers"),
        (np.array(["a"] * 5), "whole class numbers"),
        ([0, [1], 2, 1, 0], "y is no regular array of numbers"),
        (np.array([0, 1, 2, 3, 0]), "holds the label 3, but the model gives 3 classes"),
        (np.array([0, -1, 2, 1, 0]), "holds the label -1"),
    ],
)
def test_labels_that_cannot_be_used_are_one_sentence(y, words):
    with pytest.raises(DatasetError, match=words):
        labels(y, 5, 3)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float64])
def test_whole_labels_of_any_type_are_taken(dtype):
    assert labels(np.array([0, 1, 2], dtype), 3, 3).dtype == np.int64


@pytest.mark.parametrize(
    "y", [[False, True], np.array([False, True]), torch.tensor([0.0, 1.0], dtype=torch.bfloat16)]
)
def test_false_and_true_are_0_and_1_and_16_bit_labels_are_taken(y):
    assert labels(y, 2, 2).tolist() == [0, 1]


class Returns(nn.Module):
    def __init__(self, make) -> None:
        super().__init__()
        self.make = make

    def forward(self, x: torch.Tensor) -> object:
        return self.make(x)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda x: {"logits": x}, "returned a dict"),
        (lambda x: x.sum(1), r"returned the shape \(4,\)"),
        (lambda x: x[:2], r"\(2, 3\) for 4 samples"),
        (lambda x: x @ torch.ones(7, 2), r"cannot take samples of the shape \(3,\)"),
    ],
)
def test_a_model_that_does_not_fit_is_one_sentence(make, words):
    with pytest.raises(ModelError, match=words) as caught:
        call(Returns(make), torch.zeros(4, 3))
    assert "\n" not in str(caught.value)


def test_nan_in_the_logits_is_told_with_the_place():
    model = Returns(lambda x: x * float("nan"))
    with pytest.raises(ModelError, match="NaN or infinity for 4 of 4 samples \\(the probe\\)"):
        logits_of(model, torch.ones(4, 3), "the probe")
