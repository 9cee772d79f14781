"""What is read from runs, good and bad, and what the phases are."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import nnvis
from nnvis.errors import ConfigError, DatasetError
from nnvis.fingerprint import find_phases, fingerprint_of, read_history, single_of
from nnvis.model import EpochRecord, Probe

NAMES = ("cat", "dog", "bird")


def record(epoch, prediction, probability=None, **numbers) -> EpochRecord:
    prediction = np.asarray(prediction, np.int32)
    if probability is None:
        probability = np.eye(len(NAMES), dtype=np.float16)[prediction]
    return EpochRecord(epoch, prediction, probability, numbers=numbers)


@pytest.fixture
def run(tmp_path):
    return nnvis.Run.create(tmp_path / "run", NAMES)


def random_predictions(epochs=12, samples=40):
    return np.random.default_rng(0).integers(0, 3, (epochs, samples))


def fill(run, predictions, epochs=None, **numbers):
    for t, row in enumerate(predictions):
        each = {name: values[t] for name, values in numbers.items()}
        run.save_epoch(record(t if epochs is None else epochs[t], row, **each))


def test_a_whole_run(run):
    given = random_predictions()
    fill(run, given, test_accuracy=np.linspace(0.3, 0.9, 12), loss=np.arange(12.0))
    found = nnvis.fingerprint_run(run)
    history = found.history
    assert history.epochs.tolist() == list(range(12))
    assert (history.predictions == given).all()
    assert history.notes == ()
    assert history.accuracy is not None
    assert history.accuracy[0] == "test_accuracy"
    assert (found.deltas == nnvis.transitions(given, 3)).all()
    assert found.distance.shape == (11, 11)
    assert found.raw_distance.shape == (12, 12)
    assert len(found.bands) == 20
    assert found.windows.window == 8
    assert found.changed[0] == found.raw_distance[0, 1] / 40
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["transitions"] == found.deltas.tolist()
    assert plain["class_names"] == list(NAMES)
    assert "run: epochs 0–11, 40 probe samples" in found.caption


def test_missing_epochs_are_told(run):
    fill(run, random_predictions(6), epochs=[0, 1, 2, 7, 8, 9])
    found = nnvis.fingerprint_run(run)
    assert found.history.epochs.tolist() == [0, 1, 2, 7, 8, 9]
    (note,) = found.history.notes
    assert "between epochs 2 and 7: the transition across a gap covers all of it" in note


def test_every_second_epoch_is_no_gap(run):
    fill(run, random_predictions(5), epochs=[0, 2, 4, 6, 8])
    assert read_history(run).notes == ()


def test_another_probe_size_is_left_out_and_told(run):
    given = random_predictions(6)
    fill(run, given)
    run.save_epoch(record(3, [0, 1, 2]))
    history = read_history(run)
    assert history.epochs.tolist() == [0, 1, 2, 4, 5]
    assert "Epoch 3 is left out: the probe has 40 samples at 5 epochs, but 3 at" in history.notes[0]
    assert "between epochs 2 and 4" in history.notes[1]


def test_probabilities_that_are_no_numbers_are_left_out_and_told(run):
    fill(run, random_predictions(6))
    bad = np.full((40, 3), 1 / 3, np.float16)
    bad[[3, 8], 1] = np.nan
    run.save_epoch(record(5, np.zeros(40), bad))
    history = read_history(run)
    assert history.epochs.tolist() == [0, 1, 2, 3, 4]
    assert "Epoch 5 is left out: the probabilities of 2 of its 40 samples" in history.notes[0]


def test_another_number_of_classes_is_left_out_and_told(run):
    fill(run, random_predictions(6))
    run.save_epoch(record(2, np.zeros(40), np.full((40, 5), 0.2, np.float16)))
    assert "Epoch 2 is left out: it has 5 classes, but the run has 3" in read_history(run).notes[0]


def test_a_damaged_epoch_is_left_out_and_told(run):
    fill(run, random_predictions(6))
    path = run.path / "epochs" / "00001.safetensors"
    path.write_bytes(path.read_bytes()[:50])
    history = read_history(run)
    assert history.epochs.tolist() == [0, 2, 3, 4, 5]
    assert "Epoch 1 is left out: " in history.notes[0]
    assert "00001.safetensors" in history.notes[0]


def test_too_few_epochs_are_one_sentence(run):
    with pytest.raises(DatasetError, match="has no recorded epochs, but a transition needs two"):
        nnvis.fingerprint_run(run)
    run.save_epoch(record(0, [0, 1, 2]))
    with pytest.raises(DatasetError, match="has one recorded epoch, but a transition needs two"):
        nnvis.fingerprint_run(run)
    run.save_epoch(record(1, [0, 1, 2], np.full((3, 3), np.nan, np.float16)))
    with pytest.raises(DatasetError, match=r"one usable recorded epoch \(Epoch 1 is left out: the"):
        nnvis.fingerprint_run(run)


def test_one_usable_epoch_has_its_numbers_and_classes(run):
    truth = np.array([0, 0, 1, 1, 1, 0], np.int32)
    run.save_probe(Probe(6, truth))
    run.save_epoch(record(4, [0, 1, 1, 1, 2, 0], loss=0.5))
    run.save_epoch(record(5, [0, 1, 2], np.full((3, 3), np.nan, np.float16)))
    found = single_of(read_history(run, least=1), run)
    assert found.epoch == 4
    assert found.numbers == {"loss": 0.5, "probe_accuracy": 4 / 6}
    assert found.confusion is not None
    assert found.confusion.tolist() == [[2, 1, 0], [0, 2, 1], [0, 0, 0]]
    assert found.predicted.tolist() == [2, 3, 1]
    np.testing.assert_array_equal(found.recall, [2 / 3, 2 / 3, np.nan])
    np.testing.assert_array_equal(found.precision, [1, 2 / 3, 0])
    assert "one usable recorded epoch (4), but a transition needs two" in found.sentence
    assert "Epoch 5 is left out" in found.notes[0]
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["recall"][2] is None
    assert plain["notes"][-1] == found.sentence


@pytest.mark.parametrize(
    ("label", "said"), [(None, ()), ([0, 1], ()), ([0, 3, 1], ("they go up to number 3",))]
)
def test_one_epoch_without_fitting_true_classes(run, label, said):
    if label is not None:
        run.save_probe(Probe(len(label), np.array(label, np.int32)))
    run.save_epoch(record(0, [0, 1, 1], loss=0.5))
    found = single_of(read_history(run, least=1), run)
    assert found.confusion is found.recall is found.precision is None
    assert found.predicted.tolist() == [1, 2, 0]
    assert len(found.notes) == len(said)
    for note, words in zip(found.notes, said, strict=True):
        assert words in note


def test_a_damaged_probe_is_told_once(run):
    run.save_epoch(record(0, [0, 1, 1]))
    run.save_probe(Probe(3, np.zeros(3, np.int32)))
    path = next(path for path in run.path.iterdir() if "probe" in path.name)
    path.write_bytes(path.read_bytes()[:40])
    found = single_of(read_history(run, least=1), run)
    (note,) = found.notes
    assert "true classes cannot be read" in note


def test_two_epochs_are_enough(run):
    fill(run, [[0, 1, 2, 2], [0, 1, 2, 1]])
    found = nnvis.fingerprint_run(run)
    assert found.distance.tolist() == [[0]]
    assert found.bands[0].points == 1
    for name in ("distance", "raw_distance", "recurrence", "transitions", "measures"):
        assert found.plot(name).axes


def test_settings_out_of_range(run):
    fill(run, random_predictions(4))
    for options, words in (
        ({"width": 2}, "width must be between"),
        ({"window": 4}, "window must be at most 3"),
        ({"window": 0}, "window must be a whole number from 1 on, got 0"),
        ({"l_min": 0}, "l_min"),
    ):
        with pytest.raises(ConfigError, match=words):
            nnvis.fingerprint_run(run, **options)


def test_runs_of_different_classes_are_not_compared(run, tmp_path):
    fill(run, random_predictions(4))
    first = nnvis.fingerprint_run(run)
    assert (first.distance_to(first) == first.distance).all()
    for names, words in (
        (("cat", "cow", "bird"), "class 1 is 'dog' in one and 'cow' in the other"),
        (("cat", "dog", "bird", "ant"), "3 and 4"),
    ):
        other = nnvis.Run.create(tmp_path / "-".join(names), names)
        probability = np.full((40, len(names)), 0.25, np.float16)
        for t in range(3):
            other.save_epoch(record(t, np.zeros(40), probability))
        with pytest.raises(DatasetError, match=words):
            first.distance_to(nnvis.fingerprint_run(other))


def test_many_classes_stay_sparse(tmp_path):
    names = [f"class {k}" for k in range(300)]
    run = nnvis.Run.create(tmp_path / "many", names)
    rng = np.random.default_rng(0)
    for t in range(4):
        probability = np.zeros((50, 300), np.float16)
        run.save_epoch(record(t, rng.integers(0, 300, 50), probability, accuracy=1 - 0.2 * t))
    found = nnvis.fingerprint_run(run)
    assert not isinstance(found.deltas, np.ndarray)
    assert found.phases[0].kind == "forgetting"
    assert found.plot("transitions").axes
    json.dumps(found.to_dict(), allow_nan=False)


def history_of(predictions, accuracy=None):
    given = np.asarray(predictions, np.int32)
    numbers = {} if accuracy is None else {"accuracy": np.asarray(accuracy, float)}
    epochs = np.arange(len(given)) * 10
    from nnvis.fingerprint import History

    return History(epochs, given, NAMES, numbers, (), "made up")


def phases_of(history):
    return find_phases(history, nnvis.transitions(history.predictions, 3))


def test_settled_and_oscillating():
    still = np.zeros(100, int)
    flipped = np.where(np.arange(100) < 10, 1, 0)
    history = history_of([still, flipped, still, flipped, still, still, still, still, still])
    swinging, settled = phases_of(history)
    assert (swinging.kind, swinging.first, swinging.last) == ("oscillating", 0, 40)
    assert swinging.numbers["least_undone"] == 1
    assert (settled.kind, settled.first, settled.last) == ("settled", 40, 80)
    assert settled.numbers["most_changed"] == 0
    assert "10.0% of the samples change class at each" in swinging.reason


def test_a_change_of_one_in_a_hundred_is_still_settled():
    rows = np.zeros((5, 100), int)
    for t in range(5):
        rows[t, :t] = 1
    assert [phase.kind for phase in phases_of(history_of(rows))] == ["settled"]
    rows = np.repeat(rows, 2, axis=1)
    rows[3:, 60] = 2
    assert [phase.kind for phase in phases_of(history_of(rows))] == []


def test_forgetting():
    rows = np.zeros((7, 10), int)
    rows[3:5, :4] = 2
    found = phases_of(history_of(rows, [0.8, 0.9, 0.87, 0.5, 0.6, 0.86, np.nan]))
    (phase,) = [each for each in found if each.kind == "forgetting"]
    assert (phase.first, phase.last) == (30, 40)
    assert phase.numbers["best_epoch"] == 10
    assert phase.numbers["lowest_epoch"] == 30
    assert (phase.numbers["flow_from"], phase.numbers["flow_to"]) == (0, 2)
    assert "falls from 0.900 at epoch 10 to 0.500 at epoch 30" in phase.reason
    assert "from cat to bird (4)" in phase.reason


def test_forgetting_needs_an_accuracy():
    history = history_of(np.zeros((3, 5), int), [np.nan] * 3)
    assert history.accuracy is None
    assert all(phase.kind != "forgetting" for phase in phases_of(history))
    assert fingerprint_of(replace(history, numbers={})).history.accuracy is None


def test_accuracy_is_counted_where_none_was_logged_and_the_classes_are_known(run):
    given = random_predictions()
    fill(run, given, loss=np.arange(12.0))
    assert read_history(run).accuracy is None
    label = np.random.default_rng(1).integers(0, 3, 40).astype(np.int32)
    run.save_probe(nnvis_probe(label))
    name, values = read_history(run).accuracy
    assert name == "probe_accuracy"
    assert values == pytest.approx([np.mean(row == label) for row in given])


def nnvis_probe(label):
    from nnvis.model import Probe

    return Probe(count=len(label), label=label)


def test_weights_and_representations_are_not_read(run, monkeypatch):
    from nnvis.store.tensors import TensorFile

    prediction = np.array([0, 1, 2], np.int32)
    probability = np.full((3, len(NAMES)), 1 / 3, np.float16)
    for epoch in range(3):
        run.save_epoch(
            EpochRecord(
                epoch,
                prediction,
                probability,
                representation={"fc": np.zeros((3, 4), np.float32)},
                weight={"fc": np.zeros((4, 4), np.float32)},
            )
        )
    read = []
    wanted = TensorFile.read
    monkeypatch.setattr(
        TensorFile, "read", lambda file, name: read.append(name) or wanted(file, name)
    )
    assert len(read_history(run).epochs) == 3
    assert set(read) == {"prediction", "probability"}


def test_a_probe_without_samples_is_told(run):
    nothing = np.zeros(0, np.int32)
    for epoch in range(3):
        run.save_epoch(EpochRecord(epoch, nothing, np.zeros((0, len(NAMES)), np.float16)))
    with pytest.raises(DatasetError, match="probe of no samples"):
        read_history(run)
