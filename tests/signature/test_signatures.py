"""Signatures of real, small networks."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from oracles import signatures as oracle
from signature.made import blob_data, blobs, trained
from torch import nn

import nnvis
from nnvis.progress import Progress
from nnvis.signature import running


@pytest.fixture(scope="module")
def found():
    return nnvis.signatures(trained(), *blob_data(), clusters=4)


def test_counts_are_those_of_the_network_run_by_hand(found):
    model = trained()
    x_train, y_train, x_test, _ = blob_data()
    with torch.no_grad():
        train, test = torch.from_numpy(x_train), torch.from_numpy(x_test)
        right = model(train).argmax(1).numpy() == y_train
        assert right.mean() > 0.9, "the network of the test learnt nothing"
        assert found.train.sample.tolist() == np.flatnonzero(right).tolist()
        assert found.train.entry.tolist() == y_train[right].tolist()
        assert found.train.predicted.tolist() == y_train[right].tolist()
        assert found.test.predicted.tolist() == model(test).argmax(1).tolist()
        for layer, depth in enumerate((2, 4)):
            for paths, x in ((found.train, train[torch.from_numpy(right)]), (found.test, test)):
                values = model[:depth](x).double().tolist()
                wanted = oracle.nearest(values, found.layers[layer].centres.tolist())
                assert paths.signature[:, layer].tolist() == wanted
    assert found.test.layers == ("0", "2")


def test_each_class_has_signatures_of_its_own(found):
    dominant = [found.train.counts(1)[k].argmax() for k in range(3)]
    assert len(set(dominant)) == 3
    order = [counts.argmax() for counts in found.train.counts(1).T]
    assert order == sorted(order), "clusters are numbered by their classes"


def test_classes_never_trained_on(found):
    assert found.test.entry_labels == (0, 1, 2, 3)
    rows = [row for row in found.table()[0].rows if row.entry == 3]
    assert sum(row.occurrences for row in rows) == 25
    assert {row.predicted for row in rows} <= {0, 1, 2}
    assert any("does not know class '3'" in note for note in found.notes)


def test_test_classes_have_names_of_their_own():
    x_train, y_train, x_test, _ = blob_data((3,))
    given = (trained(), x_train, y_train, x_test, np.full(25, 40))
    found = nnvis.signatures(*given, 3, test_class_names={40: "zebra"}, class_names=["a", "b", "c"])
    assert found.test.entry_names == ("zebra",)
    assert found.test.class_names == ("a", "b", "c")
    assert found.train.entry_names == ("a", "b", "c")
    assert nnvis.signatures(*given, 3).test.entry_names == ("40",)


def test_the_order_of_samples_changes_nothing(found, monkeypatch):
    # Also where clusters are found among some of the samples only.
    monkeypatch.setattr(running, "MOST_SAMPLES", 60)
    x_train, y_train, x_test, y_test = blob_data()
    first = nnvis.signatures(trained(), x_train, y_train, x_test, y_test, clusters=4)
    assert any("among 60 of the" in note for note in first.notes)
    rng = np.random.default_rng(5)
    a, b = rng.permutation(len(x_train)), rng.permutation(len(x_test))
    second = nnvis.signatures(trained(), x_train[a], y_train[a], x_test[b], y_test[b], clusters=4)
    for layer in range(2):
        assert np.array_equal(first.layers[layer].centres, second.layers[layer].centres)
        assert np.array_equal(first.train.counts(layer), second.train.counts(layer))
    assert first.table("input") == second.table("input")
    assert first.sankey() == second.sankey()
    assert np.array_equal(first.test.signature[b], second.test.signature)


def test_bins():
    found = nnvis.signatures(trained(), *blob_data(), clusters=3, bins=4)
    model, x = trained(), torch.from_numpy(blob_data()[0])
    for layer, depth in enumerate((2, 4)):
        bins = found.layers[layer].bins
        with torch.no_grad():
            values = model[:depth](x).numpy()[found.train.sample]
        assert (bins.low, bins.high, bins.count) == (values.min(), values.max(), 4)
        numbers = oracle.in_bins(values.astype(float).tolist(), bins.low, bins.high, 4)
        wanted = oracle.nearest(numbers, found.layers[layer].centres.tolist())
        assert found.train.signature[:, layer].tolist() == wanted


def test_chosen_layers(found):
    given = blob_data()
    by_weights = nnvis.signatures(trained(), *given, clusters=4, layers=["2"])
    assert by_weights.test.layers == ("2",)
    assert np.array_equal(by_weights.test.signature[:, 0], found.test.signature[:, 1])
    own = nnvis.signatures(trained(), *given, clusters=4, layers="4")
    assert own.layers[0].centres.shape[1] == 3, "the last layer gives its logits"


def test_the_model_is_left_as_it_was(found):
    model = trained().train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    nnvis.signatures(model, *blob_data(), clusters=2)
    assert model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_convolutions_are_channel_means():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2))
    x = np.random.default_rng(0).random((40, 1, 8, 8)).astype(np.float32)
    with torch.no_grad():
        y = model(torch.from_numpy(x)).argmax(1).numpy()
        values = model[:2](torch.from_numpy(x)).mean((2, 3)).double().tolist()
    found = nnvis.signatures(model, x, y, x, y, clusters=3)
    assert found.layers[0].centres.shape[1] == 4
    wanted = oracle.nearest(values, found.layers[0].centres.tolist())
    assert found.test.signature[:, 0].tolist() == wanted


def test_as_json(found):
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["settings"] == {"clusters": 4, "bins": None, "seed": 0}
    assert sum(row["occurrences"] for row in plain["test"]["table"]) == 100
    assert plain["test"]["counts"][0] == found.test.counts(0).tolist()
    assert [layer["units"] for layer in plain["layers"]] == [16, 8]
    assert plain["test"]["sankey"]["samples"] == 100


def test_progress_ends_where_it_said_and_can_be_cancelled():
    steps = []
    nnvis.signatures(trained(), *blob_data(), clusters=2, progress=Progress(steps.append))
    last = [step for step in steps if step.stage == "activations"][-1]
    assert last.done == last.total
    stopped = Progress()
    stopped.cancel()
    with pytest.raises(nnvis.NnvisError, match="Stopped"):
        nnvis.signatures(trained(), *blob_data(), clusters=2, progress=stopped)


def test_a_light_of_units(found):
    layer, cluster = 0, int(found.train.signature[0, 0])
    units, by = found.raised_units(layer, cluster, 3)
    own = found.layers[layer]
    assert (np.diff(by) <= 0).all()
    assert by[0] == (own.centres[cluster] - own.mean).max()
    assert units[0] == (own.centres[cluster] - own.mean).argmax()


def test_torch_tensors_do_as_well(found):
    given = [torch.from_numpy(each) for each in blob_data()]
    assert nnvis.signatures(trained(), *given, clusters=4).table() == found.table()
    assert blobs(1, (0,), 0)[0].shape == (1, 2)
