"""Bad input: one sentence each, and what can be shown is shown."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from signature.made import blob_data, trained
from torch import nn

import nnvis
from nnvis.errors import ConfigError, DatasetError, ModelError, NnvisError


def refused(kind, said, model=None, data=None, **options):
    with pytest.raises(kind, match=said) as caught:
        nnvis.signatures(model or trained(), *(data or blob_data()), **options)
    assert isinstance(caught.value, NnvisError)
    text = str(caught.value)
    assert text.endswith("."), text
    assert "\n" not in text


def test_fewer_correct_samples_than_clusters():
    x, y, x_test, y_test = blob_data()
    few = (x[:7], y[:7], x_test, y_test)
    refused(DatasetError, "Only 7 of 7 training samples .* fewer than the 10 clusters", data=few)
    wrong = (x, (y + 1) % 3, x_test, y_test)
    refused(DatasetError, "Only 0 of 180", data=wrong, clusters=2)


@pytest.mark.parametrize("clusters", [1, 0, -3, 2.5, True, "ten"])
def test_too_few_clusters(clusters):
    refused(ConfigError, "clusters must be a whole number from 2 on, got", clusters=clusters)


@pytest.mark.parametrize("bins", [1, 0, 2.5])
def test_too_few_bins(bins):
    refused(ConfigError, "bins must be a whole number from 2 on, got", bins=bins)


@pytest.mark.parametrize("seed", [-1, 2**32, 0.5])
def test_seeds(seed):
    refused(ConfigError, "seed must be", seed=seed)


def test_layers_that_do_not_exist():
    refused(ModelError, "no layer 'fc9'; it has 0, 1, 2, 3, 4", layers=["fc9"])
    refused(ModelError, "'2' more than once", layers=["2", "2"])
    refused(ConfigError, "layers is empty", layers=[])


def test_a_class_absent_from_the_training_predictions():
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3))
    with torch.no_grad():
        model[2].weight[1].zero_()
        model[2].bias[1] = -1e6
    x, _, x_test, y_test = blob_data()
    with torch.no_grad():
        y = model(torch.from_numpy(x)).argmax(1).numpy()
    y[:5] = 1
    names = ["cat", "dog", "owl"]
    found = nnvis.signatures(model, x, y, x_test, y_test, clusters=2, class_names=names)
    (note,) = [note for note in found.notes if "dog" in note]
    assert note.startswith("No training sample of class 'dog' is classified correctly")
    assert found.train.counts(0)[1].tolist() == [0] * found.layers[0].count
    assert found.table()[0].occurrences == len(x_test), "what can be shown is shown"


def test_a_class_without_training_samples():
    x, y, x_test, y_test = blob_data()
    kept = y != 2
    found = nnvis.signatures(trained(), x[kept], y[kept], x_test, y_test, clusters=3)
    assert "There are no training samples of class '2'." in found.notes


def test_a_model_without_hidden_layers():
    refused(ModelError, "no hidden layer, only 0;", nn.Sequential(nn.Linear(2, 3)), clusters=2)
    refused(ModelError, "no hidden layer, only modules without", nn.Identity(), clusters=2)


def test_activations_that_are_not_numbers():
    class Broken(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(2, 4), nn.Linear(4, 3)

        def forward(self, x):
            return torch.nan_to_num(self.fc2(torch.relu(self.fc1(x)) / (x[:, :1] > 1e9)))

    refused(ModelError, r"Layer fc1 gives NaN or infinity \(training samples\)", Broken())
    diverged = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3))
    diverged[0].weight.data.fill_(float("nan"))
    refused(ModelError, "Layer 0 gives NaN or infinity", diverged)


def test_constant_activations_are_one_cluster():
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3))
    model[0].weight.data.zero_()
    x, _, x_test, y_test = blob_data()
    with torch.no_grad():
        y = model(torch.from_numpy(x)).argmax(1).numpy()
    for bins in (None, 4):
        found = nnvis.signatures(model, x, y, x_test, y_test, bins=bins)
        assert [each.count for each in found.layers] == [1]
        assert not found.test.signature.any()
        (note,) = [note for note in found.notes if note.startswith("Layer")]
        assert "Layer 0 gives all correctly classified training samples the same" in note


def test_fewer_values_than_clusters():
    x = np.repeat(np.eye(2, dtype=np.float32), 20, axis=0)
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))
    with torch.no_grad():
        model[0].weight.copy_(torch.eye(3, 2))
        model[0].bias.zero_()
        y = model(torch.from_numpy(x)).argmax(1).numpy()
    found = nnvis.signatures(model, x, y, x, y, clusters=5)
    assert found.layers[0].count == 2
    assert any("has 2 clusters instead of 5" in note for note in found.notes)


def test_samples_and_labels_that_do_not_fit():
    x, y, x_test, y_test = blob_data()
    refused(DatasetError, "x_test must have", data=(x, y, x_test[:0], y_test[:0]))
    refused(DatasetError, "x_train must have", data=(x[:0], y[:0], x_test, y_test))
    refused(DatasetError, "y_train must hold one class number", data=(x, y[1:], x_test, y_test))
    refused(DatasetError, "y_test must hold one class number", data=(x, y, x_test, y_test[1:]))
    refused(DatasetError, "y_test holds the label -1", data=(x, y, x_test, y_test - 1))
    refused(DatasetError, "y_train holds the label 3, but", data=(x, y + 1, x_test, y_test))
    bad = x_test.copy()
    bad[3] = np.nan
    refused(DatasetError, "x_test holds NaN or infinity in sample 3", data=(x, y, bad, y_test))
    wide = np.zeros((4, 5), np.float32)
    refused(ModelError, "cannot take samples of the shape", data=(x, y, wide, np.zeros(4, int)))
    refused(DatasetError, "class_names has 2 names", class_names=["a", "b"])
    refused(DatasetError, "test_class_names has 2 names, .* label 2", test_class_names=["a", "b"])


def test_views_that_do_not_exist():
    found = nnvis.signatures(trained(), *blob_data(), clusters=2)
    with pytest.raises(ConfigError, match="samples must be test or train, got 'both'"):
        found.table(samples="both")
    with pytest.raises(ConfigError, match="figure must be sankey or clusters, got 'pie'"):
        found.plot("pie")
