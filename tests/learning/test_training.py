"""Training, selection of samples, evaluation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from oracles.gates_cases import Residual, clusters
from torch import nn

from nnvis.config import TrainingConfig
from nnvis.errors import Cancelled, ConfigError, DatasetError, ModelError
from nnvis.graph import read_graph
from nnvis.learning import build_mlp, evaluate, mlp_for, select_samples, train, train_mlp
from nnvis.model import Samples
from nnvis.progress import Progress


def _samples(counts=(60, 60, 60)):
    x, y = clusters(counts)
    cut = len(y) * 3 // 4
    return Samples(x[:cut], y[:cut], x[cut:], y[cut:], ("a", "b", "c"), source="clusters")


QUICK = {"hidden": [8], "epochs": 4, "batch_size": 16, "learning_rate": 0.01}


def test_build_mlp_names_its_modules_and_chains():
    model = build_mlp([6, 5, 4, 3])
    assert [name for name, _ in model.named_children()] == ["fc1", "relu1", "fc2", "relu2", "fc3"]
    assert [layer.size for layer in read_graph(model).layers] == [6, 5, 4, 3]


def test_build_mlp_is_seeded_and_leaves_the_global_random_state():
    random = torch.get_rng_state()
    first, again, other = build_mlp([6, 3], 1), build_mlp([6, 3], 1), build_mlp([6, 3], 2)
    assert torch.equal(torch.get_rng_state(), random), "building drew from the global state"
    assert torch.equal(first.fc1.weight, again.fc1.weight)
    assert not torch.equal(first.fc1.weight, other.fc1.weight)
    assert first.fc1.weight.abs().max() <= 6**-0.5


@pytest.mark.parametrize("sizes", [[], [4], [4, 0, 2]])
def test_impossible_sizes_are_refused(sizes):
    with pytest.raises(ModelError, match="input and an output size"):
        build_mlp(sizes)


def test_training_learns_and_tells_every_epoch():
    model, history = train_mlp(_samples(), QUICK)
    assert len(history) == 5, "one entry before training and one after each epoch"
    expected = {"train_loss", "train_accuracy", "test_loss", "test_accuracy"}
    assert all(set(numbers) == expected for numbers in history)
    assert history[-1]["train_loss"] < history[0]["train_loss"]
    assert history[-1]["test_accuracy"] > 0.9
    accuracy, predicted = evaluate(model, _samples().x_test, _samples().y_test)
    assert accuracy == pytest.approx(history[-1]["test_accuracy"])
    assert predicted.dtype == np.int32


def test_training_is_seeded_and_leaves_the_global_random_state():
    random, before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    runs = [train_mlp(_samples(), {**QUICK, "seed": seed})[0].fc2.weight for seed in (1, 1, 2)]
    assert torch.equal(torch.get_rng_state(), random), "torch's random state changed"
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert torch.equal(runs[0], runs[1]), "the same seed gave another network"
    assert not torch.equal(runs[0], runs[2])


def test_zero_epochs_leave_the_network_untrained():
    model, history = train_mlp(_samples(), {**QUICK, "epochs": 0})
    assert torch.equal(model.fc1.weight, mlp_for(_samples(), QUICK).fc1.weight)
    assert len(history) == 1


def test_modes_come_back_and_frozen_parameters_stay():
    model = Residual()
    model.dropout.eval()
    model.fc2.requires_grad_(False)
    frozen = model.fc2.weight.clone()
    train(model, _samples(), QUICK)
    assert (model.training, model.dropout.training) == (True, False)
    assert torch.equal(model.fc2.weight, frozen)
    assert model.fc1.weight.grad is None


def test_the_l1_penalty_makes_weights_smaller():
    plain, sparse = (train_mlp(_samples(), {**QUICK, "l1": l1})[0] for l1 in (0.0, 0.01))
    assert sparse.fc1.weight.abs().sum() < plain.fc1.weight.abs().sum()


def test_one_sample_left_over_does_not_stop_batch_norm():
    samples = _samples((11, 11, 11))
    assert len(samples.x_train) % 23 == 1
    train(Residual(), samples, {**QUICK, "batch_size": 23})


def test_chosen_classes_keep_their_numbers():
    chosen = select_samples(_samples(), TrainingConfig(classes=(0, 2)))
    assert set(chosen.y_train) == set(chosen.y_test) == {0, 2}
    assert chosen.class_names == ("a", "b", "c")
    model, _ = train_mlp(_samples(), {**QUICK, "classes": [0, 2]})
    assert model.fc2.out_features == 3


def test_a_share_keeps_that_part_of_a_class_for_training_only():
    samples = _samples()
    chosen = select_samples(samples, TrainingConfig(class_share={1: 0.25, 2: 0}))
    before, after = np.bincount(samples.y_train), np.bincount(chosen.y_train, minlength=3)
    assert after.tolist() == [before[0], round(before[1] / 4), 0]
    assert np.array_equal(chosen.y_test, samples.y_test), "the test set changed"
    again = select_samples(samples, TrainingConfig(class_share={1: 0.25, 2: 0}))
    assert np.array_equal(chosen.x_train, again.x_train), "the selection is not seeded"


@pytest.mark.parametrize(
    ("config", "kind", "words"),
    [
        ({"classes": [3]}, ConfigError, "no class 3 in clusters; classes are numbered 0 to 2"),
        ({"class_share": {0: 1.5}}, ConfigError, "class_share must be .*got 1.5"),
        ({"class_share": {0: 0, 1: 0, 2: 0}}, DatasetError, "No training sample is left"),
        ({"batch": 3}, ConfigError, "unknown key 'batch'"),
    ],
)
def test_bad_settings_are_one_sentence(config, kind, words):
    with pytest.raises(kind, match=words):
        train_mlp(_samples(), {**QUICK, **config})


def test_divergence_names_the_epoch_and_the_remedy():
    samples = _samples()
    with pytest.raises(ModelError, match=r"epoch 1.*learning_rate|after epoch 1 of training"):
        train_mlp(samples, {**QUICK, "learning_rate": 1e30})


def test_a_cancel_stops_between_steps_and_keeps_the_modes():
    model = build_mlp([6, 8, 3]).eval()
    progress = Progress(lambda step: progress.cancel())
    with pytest.raises(Cancelled):
        train(model, _samples((300, 300, 300)), QUICK, progress=progress)
    assert not model.training


def test_a_model_without_parameters_to_train_is_refused():
    with pytest.raises(ModelError, match="no parameter that can be trained"):
        train(build_mlp([6, 3]).requires_grad_(False), _samples(), QUICK)


def test_samples_that_are_no_rows_are_refused():
    samples = Samples(np.zeros((4, 2, 3), np.float32), np.zeros(4, int), *_samples_test())
    with pytest.raises(DatasetError, match=r"shape \(samples, features\), got \(4, 2, 3\)"):
        train_mlp(samples, QUICK)


def _samples_test():
    return np.zeros((1, 2, 3), np.float32), np.zeros(1, int), ("a", "b")


def test_no_test_samples_means_no_test_numbers():
    full = _samples()
    samples = Samples(
        full.x_train, full.y_train, full.x_test[:0], full.y_test[:0], full.class_names
    )
    _, history = train_mlp(samples, QUICK)
    assert set(history[-1]) == {"train_loss", "train_accuracy"}


def test_evaluate_leaves_the_model_in_its_mode():
    model = nn.Sequential(nn.Dropout(0.9), build_mlp([6, 3])).train()
    first, second = (evaluate(model, _samples().x_test, _samples().y_test)[1] for _ in range(2))
    assert np.array_equal(first, second), "dropout was active"
    assert model.training
