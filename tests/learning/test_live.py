"""A small network that learns drawn points while they change."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from nnvis.errors import DatasetError, ModelError
from nnvis.learning.live import LiveNetwork


def quadrants(each: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Two classes, each in two opposite quadrants: no line divides them."""
    rng = np.random.default_rng(1)
    place = rng.uniform(-1, 1, (4 * each, 2)).astype(np.float32)
    return place, (place[:, 0] * place[:, 1] > 0).astype(np.int64)


def test_it_learns_what_no_line_divides():
    network = LiveNetwork((8, 8), 2)
    place, label = quadrants()
    before = network.look(place, label)
    network.train(place, label, 0.02, 300)
    after = network.look(place, label)
    assert (before.steps, after.steps) == (0, 300)
    assert after.loss < 0.3 * before.loss
    assert after.accuracy > 0.95


def test_the_same_points_give_the_same_network_in_one_burst_or_many():
    place, label = quadrants()
    one, many = LiveNetwork((6,), 2, 3), LiveNetwork((6,), 2, 3)
    state = torch.get_rng_state()
    one.train(place, label, 0.01, 30)
    for _ in range(3):
        many.train(place, label, 0.01, 10)
    for a, b in zip(one.look(place, label).weight, many.look(place, label).weight, strict=True):
        np.testing.assert_array_equal(a, b)
    assert torch.equal(state, torch.get_rng_state()), "global random numbers are none of its own"
    other = LiveNetwork((6,), 2, 4).look(place, label).weight[0]
    assert not np.array_equal(other, LiveNetwork((6,), 2, 3).look(place, label).weight[0])


def test_points_drawn_meanwhile_are_learnt_as_well():
    place, label = quadrants()
    network = LiveNetwork((8, 8), 3)
    network.train(place, label, 0.02, 100)
    corner = np.full((20, 2), 0.9, np.float32)
    place, label = np.concatenate([place, corner]), np.append(label, np.full(20, 2))
    assert network.look(corner, np.full(20, 2)).accuracy == 0
    network.train(place, label, 0.02, 300)
    assert network.look(corner, np.full(20, 2)).accuracy == 1
    assert network.steps == 400


def test_a_look_measures_as_a_plain_loop_does():
    place, label = quadrants(3)
    network = LiveNetwork((4,), 3, 2)
    look = network.look(place, label)
    assert [one.shape for one in look.weight] == [(4, 2), (3, 4)]
    model = network._model
    for c in range(3):
        mine = torch.from_numpy(place[label == c])
        if not len(mine):
            assert not look.activation[0][:, c].any()
            assert not look.activation[1][:, c].any()
            continue
        hidden = torch.relu(model.fc1(mine)).detach().numpy()
        np.testing.assert_allclose(look.activation[0][:, c], mine.abs().mean(0), rtol=1e-5)
        np.testing.assert_allclose(look.activation[1][:, c], hidden.mean(axis=0), rtol=1e-5)


def test_without_points_there_is_a_network_but_no_loss():
    look = LiveNetwork((3,), 2).look(np.empty((0, 2), np.float32), np.empty(0, np.int64))
    assert math.isnan(look.loss)
    assert math.isnan(look.accuracy)
    assert look.activation[0].shape == (2, 2)


def test_the_map_has_its_first_row_at_the_bottom_and_sums_to_one():
    place, _ = quadrants()
    up = (place[:, 1] > 0).astype(np.int64)
    network = LiveNetwork((), 2)
    network.train(place, up, 0.1, 200)
    share = network.probability(11)
    assert share.shape == (11, 11, 2)
    np.testing.assert_allclose(share.sum(axis=2), 1, rtol=1e-5)
    assert (share[0, :, 0] > 0.5).all(), "class 0 lies below"
    assert (share[-1, :, 1] > 0.5).all()
    corner = network.look(np.array([[-1, -1]], np.float32), np.array([0]))
    assert share[0, 0, 0] == pytest.approx(math.exp(-corner.loss), rel=1e-4)


@pytest.mark.parametrize(
    ("label", "words"), [([], "there are none yet"), ([1, 1], "all are of class 2")]
)
def test_fewer_than_two_classes_are_refused(label, words):
    network = LiveNetwork((3,), 2)
    with pytest.raises(DatasetError, match=f"at least two classes; {words}"):
        network.train(np.zeros((len(label), 2), np.float32), np.array(label, np.int64), 0.1, 1)


def test_a_loss_that_is_no_number_says_to_lower_the_learning_rate_and_undoes_the_burst():
    place, label = quadrants()
    network = LiveNetwork((8,), 2)
    network.train(place, label, 0.01, 5)
    before = network.look(place, label)
    with pytest.raises(ModelError, match=r"lower the learning rate \(now 1e\+38\) and reset"):
        network.train(place, label, 1e38, 5)
    after = network.look(place, label)
    assert (after.steps, after.loss) == (before.steps, before.loss)
    network.train(place, label, 0.01, 5)
    assert network.look(place, label).loss < before.loss


def test_a_loss_that_stays_far_above_guessing_is_said():
    place, label = quadrants()
    with pytest.raises(ModelError, match=r"diverges: the loss is .*, and guessing has 0\.69"):
        LiveNetwork((), 2).train(place * 50, label, 100, 400)


def test_a_layer_that_died_is_said():
    place, label = quadrants()
    network = LiveNetwork((4, 4), 2)
    with torch.no_grad():
        network._model.fc2.bias.fill_(-100)
    with pytest.raises(ModelError, match=r"No unit of hidden layer 2 answers .* lower the learn"):
        network.train(place, label, 0.01, 1)
    assert network.steps == 0
