"""Recording into real runs: probe, costs, budget, several records an epoch, going on."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from oracles.gates_cases import clusters
from torch import nn

from nnvis import Run, score_importance
from nnvis.errors import DatasetError, ModelError, StoreError
from nnvis.learning import Recorder, build_mlp

X, Y = clusters()
NAMES = ("a", "b", "c")
SAMPLES = len(X)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run", class_names=NAMES)


def moving_model() -> nn.Sequential:
    return build_mlp([6, 5, 3])


def test_the_run_keeps_true_classes_and_what_is_recorded(run: Run) -> None:
    with Recorder(run, moving_model(), (X, Y), ["fc1"], weights=["fc2"]) as recorder:
        assert run.load_probe() is None, "nothing is written before the first record"
        assert recorder.record(0, train_loss=0.5) is True
    probe = run.load_probe()
    assert probe is not None
    assert probe.count == SAMPLES
    np.testing.assert_array_equal(probe.label, Y)
    assert probe.picture is None
    assert len(probe.digest) == 64
    record = run.load_epoch(0)
    assert set(record.weight) == {"fc2.weight", "fc2.bias"}
    assert set(record.representation) == {"fc1"}
    said = run.description["recording"]
    assert said["numbering"] == "epoch"
    assert said["layers"] == ["fc1"]
    assert said["parts"] == ["weight"]
    assert said["samples"] == SAMPLES


def test_costs_are_measured_and_kept_over_sessions(run: Run) -> None:
    model = moving_model()
    with Recorder(run, model, (X, Y)) as recorder:
        for epoch in range(3):
            recorder.record(epoch)
    report = recorder.report
    assert report.records == 3
    assert 0 < report.forward_seconds < report.seconds
    assert report.bytes == sum(run.epoch_bytes(epoch) for epoch in range(3))
    assert "3 records" in str(report)
    with Recorder(Run.open(run.path), model, (X, Y)) as again:
        assert again.next_epoch == 3
        again.record(again.next_epoch)
    assert Run.open(run.path).description["recording"]["cost"]["records"] == 4
    assert again.report.to_dict()["seconds"] > report.seconds


def test_every_second_epoch(run: Run) -> None:
    recorder = Recorder(run, moving_model(), (X, Y), every=2)
    assert [recorder.record(epoch) for epoch in range(5)] == [True, False, True, False, True]
    assert run.epochs() == [0, 2, 4]


def test_several_records_within_an_epoch(run: Run) -> None:
    recorder = Recorder(run, moving_model(), (X, Y), every=10)
    for step in range(0, 50, 5):
        recorder.record_step(step / 20, step, loss=1.0)
    assert run.epochs() == [0, 1, 2, 3, 4]
    numbers = run.load_epoch(3).numbers
    assert numbers == {"training_epoch": 1.5, "training_step": 30.0, "loss": 1.0}
    with pytest.raises(StoreError, match="must not be less than 2, which the record before"):
        recorder.record_step(1.9)
    again = Recorder(Run.open(run.path), moving_model(), (X, Y))
    assert again.next_epoch == 5
    with pytest.raises(StoreError, match="must not be less than 2"):
        again.record_step(0.0)
    assert again.rewind(1.0) == [3, 4]
    assert again.next_epoch == 3
    again.record_step(1.5)
    assert Run.open(run.path).epochs() == [0, 1, 2, 3]


def test_the_two_ways_to_number_are_not_mixed(run: Run, tmp_path: Path) -> None:
    recorder = Recorder(run, moving_model(), (X, Y))
    recorder.record(0)
    with pytest.raises(StoreError, match=r"numbered by their epoch; go on with record\(epoch\)"):
        recorder.record_step(0.5)
    other = Run.create(tmp_path / "other", class_names=NAMES)
    Recorder(other, moving_model(), (X, Y)).record_step(0.5)
    with pytest.raises(StoreError, match="one after the other, several within an epoch; go on"):
        Recorder(Run.open(other.path), moving_model(), (X, Y)).record(3)


def test_rewinding_by_epochs(run: Run) -> None:
    recorder = Recorder(run, moving_model(), (X, Y))
    for epoch in range(5):
        recorder.record(epoch)
    assert recorder.rewind(2) == [3, 4]
    assert (run.epochs(), recorder.next_epoch) == ([0, 1, 2], 3)


def test_importance_is_scored_at_the_moment(run: Run) -> None:
    model = moving_model()
    recorder = Recorder(
        run, model, (X, Y), importance=score_importance, importance_every=2,
        importance_config={"epochs": 1},
    )  # fmt: skip
    before = {name: value.clone() for name, value in model.state_dict().items()}
    for epoch in range(3):
        recorder.record(epoch)
    scores = [run.load_epoch(epoch).unit_importance for epoch in range(3)]
    assert scores[1] is None
    assert scores[0] is not None
    assert scores[0].shape == (6 + 5 + 3, 3)
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in before.items())
    assert 0 < recorder.report.importance_seconds < recorder.report.seconds


def test_importance_needs_every_class(run: Run) -> None:
    for y, words in ((None, "its y is None"), (np.where(Y == 1, 0, Y), "class 'b' .number 1")):
        with pytest.raises(DatasetError, match=words):
            Recorder(run, moving_model(), (X, y), importance=score_importance)


def test_weights_that_do_not_exist_are_named(run: Run) -> None:
    with pytest.raises(ModelError, match=r"no weights 'fc' to record; it has fc1\.weight, fc1"):
        Recorder(run, moving_model(), (X, Y), weights=["fc"])


def test_another_probe_between_sessions_is_refused(run: Run) -> None:
    Recorder(run, moving_model(), (X, Y)).record(0)
    again = Run.open(run.path)
    with pytest.raises(DatasetError, match="about 120 probe samples, but this probe has 119"):
        Recorder(again, moving_model(), (X[1:], Y[1:]))
    with pytest.raises(DatasetError, match="about 120 other probe samples than these"):
        Recorder(again, moving_model(), (X[::-1], Y[::-1]))
    (run.path / "probe.safetensors").unlink()
    with pytest.raises(DatasetError, match="about 120 probe samples, but this probe has 119"):
        Recorder(again, moving_model(), (X[1:], Y[1:]))


@pytest.mark.parametrize("options", [{"every": 0}, {"every": 1.5}, {"importance_every": -1}])
def test_options_out_of_range_are_named(run: Run, options: dict) -> None:
    (name,) = options
    with pytest.raises(StoreError, match=f"{name} must be a whole number from 1 on, got"):
        Recorder(run, moving_model(), (X, Y), **options)


def test_leftovers_of_a_killed_writer_are_removed(run: Run) -> None:
    Recorder(run, moving_model(), (X, Y)).record(0)
    from nnvis.store.atomic import hidden_sibling

    child = os.fork()
    if child == 0:
        hidden_sibling(run.epoch_path(7), "part").write_bytes(b"half")
        hidden_sibling(run.path / "run.json", "part").write_bytes(b"half")
        os._exit(0)
    os.waitpid(child, 0)
    own = hidden_sibling(run.epoch_path(8), "part")
    own.write_bytes(b"being written by this process")
    again = Recorder(Run.open(run.path), moving_model(), (X, Y))
    hidden = [path for path in run.path.rglob(".*") if path.is_file()]
    assert hidden == [own], "a killed writer's files stay, or a running one's were removed"
    assert again.next_epoch == 1


def test_a_budget_thins_what_is_optional_first(run: Run) -> None:
    model = build_mlp([6, 200, 3])
    plain = SAMPLES * (4 + 2 * 3)
    recorder = Recorder(run, model, (X, Y), ["fc1"], weights=True, budget_mb=0.25)
    for epoch in range(40):
        recorder.record(epoch)
        total = sum(run.epoch_bytes(each) for each in run.epochs())
        assert total <= 0.25 * 2**20, f"at epoch {epoch} the epochs take {total} bytes"
    assert run.epochs()[-1] == 39
    assert 40 * plain < 0.25 * 2**20
    assert run.epochs() == list(range(40)), "whole epochs went although they fit"
    said = run.description["recording"]
    assert said["left_out"]["representation"]["records"] > 30
    assert said["left_out"]["weight"]["records"] > 30
    assert "epoch" not in said["left_out"]
    words = "To stay within 0.25 MB, the weights of "
    assert said["left_out_words"].startswith(words)
    assert recorder.report.left_out_words == said["left_out_words"]


def test_a_budget_then_keeps_every_second_epoch_evenly_spaced(run: Run) -> None:
    budget = 16 * 1024 / 2**20
    recorder = Recorder(run, moving_model(), (X, Y), budget_mb=budget)
    for epoch in range(60):
        recorder.record(epoch)
        if epoch == 30:  # another session goes on in the same way
            recorder = Recorder(Run.open(run.path), moving_model(), (X, Y), budget_mb=budget)
    kept = run.epochs()
    assert (kept[0], kept[-1]) == (0, 59)
    assert len(set(np.diff(kept[:-1]))) == 1, f"not evenly spaced: {kept}"
    assert sum(run.epoch_bytes(epoch) for epoch in kept) <= 16 * 1024
    said = Run.open(run.path).description["recording"]
    assert said["left_out"]["epoch"]["records"] == 60 - len(kept)
    assert f"{60 - len(kept)} whole records were left out" in said["left_out_words"]


def test_a_budget_too_small_for_anything_is_refused(run: Run) -> None:
    for budget in (0.001, 0, -3, float("nan"), "5", True):
        with pytest.raises(StoreError, match="budget_mb must be a number of at least"):
            Recorder(run, moving_model(), (X, Y), budget_mb=budget)
    assert run.epochs() == []


def pictures_of(x: np.ndarray, **options: object) -> tuple[np.ndarray, np.ndarray]:
    from nnvis.learning.probing import describe_probe

    probe = describe_probe(torch.from_numpy(x), None, **options)
    assert probe.picture is not None
    assert probe.picture_sample is not None
    return probe.picture, probe.picture_sample


def test_pictures_by_shape_and_by_rows() -> None:
    x = np.random.default_rng(0).random((7, 1, 6, 5), dtype=np.float32)
    expected = np.rint(x[:, 0] * 255).astype(np.uint8)
    for given, options in (
        (x, {}),
        (x[:, 0], {}),
        (x.reshape(7, 30), {"pictures": (6, 5)}),
        (np.zeros((7, 2), np.float32), {"pictures": x[:, 0]}),
    ):
        picture, number = pictures_of(given, **options)
        np.testing.assert_array_equal(picture, expected)
        np.testing.assert_array_equal(number, np.arange(7))
    coloured, _ = pictures_of(np.repeat(x, 3, 1))
    np.testing.assert_array_equal(coloured, np.repeat(expected[..., None], 3, 3))


def test_pictures_of_a_large_probe_shrink_then_thin() -> None:
    x = np.ones((100, 28, 28), np.float32)
    picture, number = pictures_of(x, most_bytes=100 * 14 * 14)
    assert picture.shape == (100, 14, 14)
    assert (picture == 255).all()
    picture, number = pictures_of(x, most_bytes=50 * 14 * 14)
    assert picture.shape == (50, 14, 14)
    np.testing.assert_array_equal(number, np.arange(0, 100, 2))


def test_pictures_that_do_not_fit_are_refused(run: Run) -> None:
    for pictures in ((2, 2), (6, 0), np.zeros((3, 2, 2)), np.zeros((SAMPLES, 4))):
        with pytest.raises(DatasetError, match="pictures"):
            Recorder(run, moving_model(), (X, Y), pictures=pictures)


def test_a_convolutional_network_is_recorded(run: Run) -> None:
    model = nn.Sequential(
        nn.Unflatten(1, (1, 2, 3)), nn.Conv2d(1, 4, 2), nn.BatchNorm2d(4), nn.Flatten(),
        nn.Linear(8, 3),
    )  # fmt: skip
    Recorder(run, model, (X, Y), ["1"], weights=True, pictures=(2, 3)).record(0)
    record = run.load_epoch(0)
    assert record.representation["1"].shape == (SAMPLES, 4, 1, 2)
    assert record.weight["1.weight"].shape == (4, 1, 2, 2)
    probe = run.load_probe()
    assert probe is not None
    assert probe.picture is not None
    assert probe.picture.shape == (SAMPLES, 2, 3)


def test_reports_are_plain() -> None:
    from nnvis.learning.costs import RecordingReport, report_from

    assert report_from(None) == RecordingReport()
    assert report_from({"records": "x", "seconds": -1, "bytes": True}) == RecordingReport()
    assert dataclasses.asdict(RecordingReport()) == RecordingReport().to_dict()
    assert RecordingReport().seconds_a_record == 0
