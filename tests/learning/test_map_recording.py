"""Class maps beside the records of a training."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

import nnvis
from nnvis.classmap import recorded_maps
from nnvis.config import TrainingConfig
from nnvis.datasets import load_samples
from nnvis.errors import DatasetError, ModelError, StoreError, UsageError
from nnvis.learning import build_mlp, mlp_for, train
from nnvis.store import Run

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2)).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int64) + (X[:, 1] > 0)
PLANE = nnvis.plane_of(X)


def new_run(folder, classes: int = 3) -> Run:
    return Run.create(folder / "run", class_names=[f"class {each}" for each in range(classes)])


def recorder(run, model=None, **options) -> nnvis.Recorder:
    options = {"maps": {"plane": PLANE}, "map_points": (9, 7), **options}
    return nnvis.Recorder(run, model or build_mlp([2, 6, 3]), (X, Y), **options)


def test_a_record_holds_the_map_of_its_moment(tmp_path):
    run, model = new_run(tmp_path), build_mlp([2, 6, 3])
    recording = recorder(run, model)
    recording.record(0, test_accuracy=0.25)
    first = nnvis.class_map(model, PLANE, (9, 7))
    with torch.no_grad():
        model.fc1.weight += 1
    recording.record(1, test_accuracy=0.75)
    found = nnvis.read_maps(run)
    assert found.epochs.tolist() == [0, 1]
    assert found.probability.shape == (2, 7, 9, 3)
    assert found.probability.dtype == np.float16
    np.testing.assert_allclose(found.at(0), first, atol=1e-3)
    np.testing.assert_allclose(found.at(1), nnvis.class_map(model, PLANE, (9, 7)), atol=1e-3)
    between = found.at(0.25)
    np.testing.assert_allclose(between, 0.75 * found.at(0) + 0.25 * found.at(1), atol=1e-6)
    assert found.plane.is_like(PLANE)
    assert found.title(0.5) == "Epoch 0.5  ·  test accuracy 25.0%"
    assert found.title() == "Epoch 1  ·  test accuracy 75.0%"
    np.testing.assert_allclose(found.samples.place, X)
    np.testing.assert_array_equal(found.samples.label, Y)
    assert json.dumps(found.to_dict())


def test_layers_are_of_the_probe_alone_where_maps_are_recorded_too(tmp_path):
    run, model = new_run(tmp_path), build_mlp([2, 6, 3])
    recorder(run, model, layers=["relu1"]).record(0)
    found = run.load_epoch(0)
    with torch.no_grad():
        expected = model.relu1(model.fc1(torch.from_numpy(X))).numpy()
    np.testing.assert_allclose(found.representation["relu1"], expected, atol=1e-5)
    assert set(found.class_map) == {"plane"}


def test_maps_come_at_every_so_many_epochs(tmp_path):
    run = new_run(tmp_path)
    recording = recorder(run, maps_every=3)
    for epoch in range(8):
        recording.record(epoch)
    assert nnvis.read_maps(run).epochs.tolist() == [0, 3, 6]
    assert run.epochs() == list(range(8))


def test_records_within_epochs_tell_their_time(tmp_path):
    run = new_run(tmp_path)
    recording = recorder(run)
    for step in range(4):
        recording.record_step(step / 4, step)
    found = nnvis.read_maps(run)
    assert found.epochs.tolist() == [0, 1, 2, 3]
    assert found.title(3) == "Epoch 0.75"


def test_an_interrupted_run_goes_on_over_the_same_plane(tmp_path):
    run = new_run(tmp_path)
    recorder(run).record(0)
    again = Run.open(run.path)
    recording = recorder(again, maps={"plane": nnvis.plane_of(X), "wide": nnvis.plane_of(X, 1.0)})
    recording.record(recording.next_epoch)
    assert recorded_maps(again) == ["plane", "wide"]
    assert nnvis.read_maps(again, "plane").epochs.tolist() == [0, 1]
    assert nnvis.read_maps(again, "wide").epochs.tolist() == [1]
    for options in ({"maps": {"plane": nnvis.plane_of(X, 0.5)}}, {"map_points": 5}):
        with pytest.raises(StoreError, match="'plane' lie on another plane or grid"):
            recorder(again, **options)


def test_a_disk_budget_drops_maps_before_records(tmp_path):
    run = new_run(tmp_path)
    recording = recorder(run, map_points=60, budget_mb=0.2)
    for epoch in range(12):
        recording.record(epoch)
    assert run.epochs() == list(range(12))
    assert sum(run.epoch_bytes(epoch) for epoch in run.epochs()) <= 0.2 * 2**20
    found = nnvis.read_maps(run)
    assert 2 <= len(found.epochs) < 12
    assert found.last == 11
    assert "the class maps of" in recording.report.left_out_words


def test_no_map_is_a_sentence(tmp_path):
    run = new_run(tmp_path)
    with pytest.raises(StoreError, match="has recorded no class maps"):
        nnvis.read_maps(run)
    recorder(run).record(0)
    with pytest.raises(UsageError, match="has no class map 'x'; it has plane"):
        nnvis.read_maps(run, "x")
    run.remove_epoch(0)
    with pytest.raises(StoreError, match="disk budget"):
        nnvis.read_maps(run)


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"maps": {"p": [1, 2]}}, DatasetError, "needs a plane, got a list"),
        ({"maps": {"": PLANE}}, StoreError, "name of a map must be a text"),
        ({"maps_every": 0}, StoreError, "maps_every"),
        (
            {"maps": {"p": nnvis.principal_plane(RNG.normal(size=(9, 5)))}},
            DatasetError,
            r"among inputs of the shape \(5,\), but the probe's have \(2,\)",
        ),
    ],
)
def test_maps_that_cannot_be_recorded_are_one_sentence(tmp_path, options, kind, words):
    with pytest.raises(kind, match=words):
        recorder(new_run(tmp_path), **options)


class Hole(torch.nn.Module):
    """NaN only where no sample is."""

    def forward(self, x):
        far = (x.abs() > np.abs(X).max() * 1.01).any(1, keepdim=True)
        return torch.where(far, torch.nan, torch.cat([x, x[:, :1]], 1))


def test_nan_on_the_plane_names_map_and_epoch(tmp_path):
    with pytest.raises(ModelError, match=r"NaN or infinity .*the map plane at epoch 4"):
        recorder(new_run(tmp_path), Hole()).record(4)


def test_recorded_weights_give_the_maps_that_were_not_recorded(tmp_path):
    samples = load_samples("moons")
    settings = TrainingConfig(epochs=2, hidden=(8,))
    model = mlp_for(samples, settings)
    run = Run.create(
        tmp_path / "run", samples.class_names, model={"kind": "mlp", "sizes": [2, 8, 2]}
    )
    plane = nnvis.plane_of(samples.x_train)
    with nnvis.Recorder(
        run, model, (samples.x_test, samples.y_test), weights=True, maps={"p": plane}
    ) as recording:
        train(model, samples, settings, recording)
    found = nnvis.compute_maps(run, plane, samples.x_test, samples.y_test, 100)
    assert found.epochs.tolist() == [0, 1, 2]
    recorded = nnvis.read_maps(run).probability
    np.testing.assert_array_equal(found.probability, recorded)
    assert "weights that were recorded" in found.source


def test_without_weights_or_model_nothing_can_be_computed(tmp_path):
    run = new_run(tmp_path)
    recorder(run).record(0)
    with pytest.raises(StoreError, match="about a model that nnvis did not build"):
        nnvis.compute_maps(run, PLANE, X)
    other = Run.create(tmp_path / "other", ["a", "b"], model={"kind": "mlp", "sizes": [2, 3, 2]})
    with pytest.raises(StoreError, match="holds no model"):
        nnvis.compute_maps(other, PLANE, X)
    with pytest.raises(ModelError, match="returns 5 classes, but the run"):
        nnvis.compute_maps(other, PLANE, X, model=build_mlp([2, 5]))
