"""The recorded history of a run as the time line needs it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from app.states import state_with
from networks import synthetic_network

from nnvis.app import changes
from nnvis.app.actions import ChooseTransition, GoToEpoch, ShowFlows, TogglePlay
from nnvis.app.atlas import Atlas
from nnvis.app.panels.single_epoch import class_rows, why_no_time_line
from nnvis.app.replaying import recurrence_picture
from nnvis.app.state import ViewState
from nnvis.app.training import Training, follows, read_training
from nnvis.errors import DatasetError
from nnvis.fingerprint import SingleEpoch
from nnvis.model import EpochRecord, Probe
from nnvis.progress import Progress
from nnvis.store import Run

NAMES = ("a", "b", "c")


def record(epoch: int, prediction, importance=None, **numbers: float) -> EpochRecord:
    prediction = np.asarray(prediction, np.int32)
    return EpochRecord(
        epoch=epoch,
        prediction=prediction,
        probability=np.eye(3, dtype=np.float16)[prediction],
        unit_importance=importance,
        numbers=numbers,
    )


@pytest.fixture
def run(tmp_path) -> Run:
    run = Run.create(tmp_path / "run", class_names=NAMES)
    for epoch, prediction in enumerate(([0, 0, 1, 2], [0, 1, 1, 2], [0, 1, 2, 2])):
        run.save_epoch(record(epoch, prediction, test_accuracy=0.5 + 0.1 * epoch))
    return run


def read(run: Run) -> Training:
    training = read_training(run.path, Progress())
    assert isinstance(training, Training)
    return training


def test_a_run_gives_curves_transitions_and_the_samples_that_moved(run):
    training = read(run)
    assert training.epochs.tolist() == [0, 1, 2]
    assert training.curves["test_accuracy"] == pytest.approx([0.5, 0.6, 0.7])
    assert training.moved[0].tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    assert training.samples(0, 0, 1).tolist() == [1]
    assert training.samples(1, 1, 2).tolist() == [2]
    assert training.samples(1, 2, 0).tolist() == []
    assert training.raw[0, 2] == 2


def test_fewer_than_two_epochs_are_no_history(tmp_path):
    run = Run.create(tmp_path / "run", class_names=NAMES)
    assert read_training(run.path, Progress()) is None
    assert "No network yet" in why_no_time_line(ViewState())
    assert "no recorded epochs" in why_no_time_line(state_with())
    run.save_epoch(record(4, [0, 1, 1, 2], test_accuracy=0.75))
    single = read_training(run.path, Progress())
    assert isinstance(single, SingleEpoch)
    assert (single.epoch, single.numbers) == (4, {"test_accuracy": 0.75})
    said = why_no_time_line(ViewState(single=single))
    assert "one recorded epoch, epoch 4; a time line needs two" in said
    assert class_rows(single)[1] == [["a", "1"], ["b", "2"], ["c", "1"]]
    run.save_probe(Probe(4, np.array([0, 1, 0, 1], np.int32)))
    single = read_training(run.path, Progress())
    assert isinstance(single, SingleEpoch)
    assert class_rows(single)[1] == [
        ["a", "2", "50.0%", "b (1)"], ["b", "2", "50.0%", "c (1)"], ["c", "0", "–", ""],
    ]  # fmt: skip


def test_of_two_epochs_one_may_be_of_no_use(run):
    for epoch in (0, 2):
        path = run.epoch_path(epoch)
        path.write_bytes(path.read_bytes()[:60])
    single = read_training(run.path, Progress())
    assert isinstance(single, SingleEpoch)
    assert single.epoch == 1
    assert "one recorded epoch that can be used" in why_no_time_line(ViewState(single=single))
    path = run.epoch_path(1)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DatasetError, match="no usable recorded epochs"):
        read_training(run.path, Progress())


def test_an_epoch_of_another_probe_is_left_out_and_said(run):
    run.save_epoch(record(3, [0, 1]))
    training = read(run)
    assert training.epochs.tolist() == [0, 1, 2]
    assert "3" in training.note, f"nothing says that epoch 3 is missing: {training.note!r}"


def test_importance_between_two_epochs_is_their_mixture(tmp_path):
    network = synthetic_network((6, 5, 3), classes=3)
    run = Run.create(tmp_path / "run", class_names=NAMES)
    low = np.zeros_like(network.unit_importance)
    run.save_epoch(record(0, [0, 1], low))
    run.save_epoch(record(1, [1, 1], network.unit_importance))
    run.save_epoch(record(2, [1, 1]))
    training = read(run)
    assert follows(training, network)
    assert not follows(training, synthetic_network((7, 5, 3), classes=3))
    assert training.importance_at(0.25) == pytest.approx(0.25 * network.unit_importance)
    assert training.importance_at(1.0) == pytest.approx(network.unit_importance)
    assert training.importance_at(1.5) is None, "made up the importance of an epoch without one"


def test_the_time_line_stays_within_the_epochs(run):
    state = replace(ViewState(), training=read(run), moment=2.0)
    assert changes.changed(state, GoToEpoch(-3.0)).moment == 0
    assert changes.changed(state, GoToEpoch(9.0)).moment == 2
    assert changes.changed(state, GoToEpoch(1.0)).has_flows
    assert not changes.changed(state, ShowFlows(False)).has_flows
    assert changes.changed(state, ChooseTransition((0, 1))).transition == (0, 1)


def test_playing_runs_to_the_end_and_begins_anew(run):
    state = replace(ViewState(), training=read(run), moment=2.0)
    state = changes.changed(state, TogglePlay())
    assert (state.moment, state.is_playing) == (0.0, True), "play at the end must begin anew"
    later = changes.advanced(state, 0.25)
    assert 0 < later.moment < 2
    assert later.is_playing
    end = changes.advanced(state, 100.0)
    assert (end.moment, end.is_playing) == (2.0, False)


def test_without_a_history_the_time_line_does_nothing():
    for action in (GoToEpoch(1.0), TogglePlay()):
        assert changes.changed(ViewState(), action) == ViewState()


@pytest.mark.parametrize("shape", [(7, 5, 4), (3, 6, 6, 3), (1, 28, 28)])
def test_an_atlas_holds_every_picture_where_it_says(shape):
    pictures = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    atlas = Atlas.of(pictures)
    sheet = atlas.painted(pictures)
    for number, picture in enumerate(pictures):
        u0, v0, u1, v1 = atlas.corners(number)
        height, width = sheet.shape[:2]
        part = sheet[round(v0 * height) : round(v1 * height), round(u0 * width) : round(u1 * width)]
        expected = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
        assert np.array_equal(part[..., :3], expected), f"picture {number} lies elsewhere"


def test_alike_steps_are_inked_in_the_recurrence_plot():
    distance = np.array([[0.0, 1.0], [1.0, 0.0]])
    picture = recurrence_picture(distance, "light").astype(int)
    middle = len(picture) // 4
    assert picture[middle, middle, :3].sum() < picture[middle, -middle, :3].sum() - 200


def test_a_probe_of_another_size_shows_no_wrong_pictures(run):
    run.save_probe(Probe(count=9, label=np.zeros(9, np.int32)))
    assert read(run).probe is None


def test_weights_between_two_epochs_are_their_mixture_at_the_right_edges(tmp_path):
    network = synthetic_network((6, 5, 3), classes=3)
    rng = np.random.default_rng(2)
    run = Run.create(tmp_path / "run", class_names=NAMES)
    weights = [
        {"0.weight": rng.normal(size=(5, 6)).astype(np.float32), "0.bias": np.zeros(5, np.float32),
         "2.weight": rng.normal(size=(3, 5)).astype(np.float32)}
        for _ in range(2)
    ]  # fmt: skip
    for epoch, weight in enumerate(weights):
        run.save_epoch(replace(record(epoch, [0, 1]), weight=weight))
    training = read(run)
    assert follows(training, network)
    found = training.weight_at(0.5, network)
    starts = [network.unit_slice(number).start for number in range(3)]
    for edge in range(network.edge_count):
        layer = int(network.unit_layer[network.edge_source[edge]])
        into = network.edge_source[edge] - starts[layer]
        out = network.edge_target[edge] - starts[layer + 1]
        name = ("0.weight", "2.weight")[layer]
        expected = (weights[0][name][out, into] + weights[1][name][out, into]) / 2
        assert found[edge] == pytest.approx(expected), f"edge {edge} has another's weight"
    assert training.weight_at(0.5, synthetic_network((6, 4, 3), classes=3)) is None
