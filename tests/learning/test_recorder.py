"""Recording a training loop."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from oracles.gates_cases import Residual, clusters
from torch import nn

from nnvis.errors import DatasetError, ModelError, StoreError
from nnvis.learning import Recorder, build_mlp, train
from nnvis.model import EpochRecord, Samples


@dataclass
class Memory:
    """Stands in for a run."""

    class_names: tuple[str, ...] = ("a", "b", "c")
    records: list[EpochRecord] = field(default_factory=list)

    def save_epoch(self, record: EpochRecord) -> None:
        self.records.append(record)


X, Y = clusters()


def test_a_record_holds_what_the_model_makes_of_the_probe():
    model, run = build_mlp([6, 5, 3]), Memory()
    Recorder(run, model, (X, Y), ["fc1", "relu1"], weights=True).record(4, test_accuracy=0.5)
    (record,) = run.records
    with torch.no_grad():
        logits = model(torch.from_numpy(X))
    assert record.epoch == 4
    assert record.prediction.dtype == np.int32
    assert np.array_equal(record.prediction, logits.argmax(1).numpy())
    assert record.probability.dtype == np.float16
    np.testing.assert_allclose(record.probability, logits.softmax(1).numpy(), atol=1e-3)
    hidden = model.fc1(torch.from_numpy(X)).detach()
    np.testing.assert_allclose(record.representation["fc1"], hidden.numpy(), atol=1e-6)
    np.testing.assert_allclose(record.representation["relu1"], hidden.relu().numpy(), atol=1e-6)
    assert set(record.weight) == {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}
    assert record.numbers == {"test_accuracy": 0.5}


def test_representations_are_copies_even_when_the_next_layer_works_in_place():
    model, run = nn.Sequential(nn.Linear(6, 4), nn.ReLU(inplace=True), nn.Linear(4, 3)), Memory()
    Recorder(run, model, (X, Y), ["0"]).record(0)
    assert run.records[0].representation["0"].min() < 0, "the ReLU overwrote what was recorded"


def test_large_probes_are_joined_in_order():
    x = np.random.default_rng(0).normal(size=(9000, 6)).astype(np.float32)
    model, run = build_mlp([6, 5, 3]), Memory()
    Recorder(run, model, (x, None), ["fc2"]).record(0)
    with torch.no_grad():
        expected = model(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(run.records[0].representation["fc2"], expected, atol=1e-5)


def test_recording_leaves_the_model_as_it_was():
    model = Residual()
    model.fc1.eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    random = torch.get_rng_state()
    Recorder(Memory(), model, (X, Y), ["dropout"]).record(0)
    assert (model.training, model.fc1.training, model.norm.training) == (True, False, True)
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in before.items())
    assert torch.equal(torch.get_rng_state(), random)
    assert not any(module._forward_hooks for module in model.modules()), "a hook was left behind"


def test_training_records_before_it_starts_and_after_each_epoch():
    samples = Samples(X, Y, X, Y, ("a", "b", "c"))
    model, run = build_mlp([6, 5, 3]), Memory()
    history = train(model, samples, {"epochs": 3}, Recorder(run, model, (X, Y)))
    assert [record.epoch for record in run.records] == [0, 1, 2, 3]
    assert [dict(record.numbers) for record in run.records] == history


def test_an_unknown_layer_lists_those_that_exist():
    with pytest.raises(ModelError, match="no layer 'fc9' to record; it has fc1, relu1, fc2"):
        Recorder(Memory(), build_mlp([6, 5, 3]), (X, Y), ["fc9"])


def test_a_layer_that_returns_no_tensor_is_named():
    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.RNN(6, 3)

        def forward(self, x):
            return self.rnn(x[None])[0][0]

    with pytest.raises(ModelError, match=r"Layer rnn \(RNN\) returns a tuple"):
        Recorder(Memory(), Recurrent(), (X, Y), ["rnn"]).record(0)


def test_nan_names_the_epoch():
    model = build_mlp([6, 3])
    torch.nn.init.constant_(model.fc1.bias, float("nan"))
    with pytest.raises(ModelError, match=r"NaN or infinity for 120 of 120 samples .*epoch 7"):
        Recorder(Memory(), model, (X, Y)).record(7)


def test_a_run_with_another_number_of_classes_is_refused():
    with pytest.raises(ModelError, match="returns 3 classes, but the run has 2 class names"):
        Recorder(Memory(("a", "b")), build_mlp([6, 3]), (X, None)).record(0)


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        ((X[:0], Y[:0]), "probe x .*at least one"),
        ((X, Y[:-1]), "probe y .*each of the 120"),
        (X, r"a pair \(x, y\), got ndarray of the shape \(120, 6\)"),
        (X[:2], "a pair"),
        ((X, Y, Y), "a pair"),
        (None, "a pair .*got None"),
    ],
)
def test_a_probe_that_does_not_fit_is_refused(probe, words):
    with pytest.raises(DatasetError, match=words):
        Recorder(Memory(), build_mlp([6, 3]), probe)


def test_numbers_may_be_tensors_in_training():
    run = Memory()
    loss = (torch.ones(2, requires_grad=True) * 0.25).sum()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Recorder(run, build_mlp([6, 3]), (X, Y)).record(
            np.int64(1), loss=loss, rate=np.float32(0.5), one=torch.tensor([2], dtype=torch.int32)
        )
    assert run.records[0].numbers == {"loss": 0.5, "rate": 0.5, "one": 2.0}
    assert type(run.records[0].epoch) is int


@pytest.mark.parametrize(
    ("value", "words"),
    [("0.5", "'0.5'"), (None, "None"), (torch.ones(2), r"Tensor of the shape \(2,\)"), (1j, "1j")],
)
def test_a_value_that_is_no_number_is_named(value, words):
    run = Memory()
    with pytest.raises(StoreError, match=f"value of loss must be one number, got {words}"):
        Recorder(run, build_mlp([6, 3]), (X, Y)).record(0, loss=value)
    assert not run.records


@pytest.mark.parametrize("epoch", [True, 1.0, -1, "1", None])
def test_an_epoch_that_is_no_whole_number_is_refused(epoch):
    with pytest.raises(StoreError, match="epoch must be a whole number from 0 on, got "):
        Recorder(Memory(), build_mlp([6, 3]), (X, Y)).record(epoch)
