"""What is made of a run: the right epochs, layers and samples, and sentences for the rest."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from neighbours.recorded import LABEL, SAMPLES, make_run, record

import nnvis
from nnvis import neighbours_run
from nnvis.errors import Cancelled, ConfigError, DatasetError
from nnvis.neighbours import confidence, pictures_of, recorded_layers, samples_of_classes
from nnvis.progress import Progress


@pytest.fixture
def run(tmp_path: Path) -> nnvis.Run:
    return make_run(tmp_path / "run")


def test_values_are_those_of_the_functions(run):
    found = neighbours_run(run, "fc2", 5)
    given = np.stack([run.load_epoch(epoch).representation["fc2"] for epoch in range(6)])
    np.testing.assert_array_equal(found.overlap, nnvis.neighbour_overlap(given, 5))
    np.testing.assert_array_equal(found.distance, nnvis.overlap_distance(found.overlap))
    np.testing.assert_array_equal(found.neighbours[3], nnvis.nearest_neighbours(given[3], 5))
    probability = run.load_epoch(4).probability
    np.testing.assert_array_equal(found.confidence[4], confidence(probability))
    assert (found.layer, found.k, found.count, found.method) == ("fc2", 5, SAMPLES, "exact")
    assert found.notes == ()


def test_probabilities_are_what_every_run_has(run):
    found = neighbours_run(run, k=5)
    given = np.stack([run.load_epoch(epoch).probability for epoch in range(6)])
    np.testing.assert_array_equal(found.overlap, nnvis.neighbour_overlap(given, 5))
    np.testing.assert_array_equal(neighbours_run(run, "probability", 5).overlap, found.overlap)


def test_a_selection_is_a_part_of_all(run):
    everybody = neighbours_run(run, "fc2", 5)
    chosen = samples_of_classes(run, ["dog", "bird"])
    found = neighbours_run(run, "fc2", 5, samples=chosen)
    assert chosen.tolist() == [n for n in range(SAMPLES) if n % 3]
    np.testing.assert_array_equal(found.overlap, everybody.overlap[:, chosen])
    np.testing.assert_array_equal(found.neighbours, everybody.neighbours[:, chosen])
    np.testing.assert_array_equal(found.confidence, everybody.confidence[:, chosen])
    np.testing.assert_array_equal(found.distance, nnvis.overlap_distance(found.overlap))
    np.testing.assert_array_equal(found.of_class(2), everybody.overlap[:, LABEL == 2])
    assert "40 of 60 probe samples" in found.caption


def test_two_moments_and_one_sample(run):
    found = neighbours_run(run, "fc2", 5)
    moments = found.moments(1, 4)
    assert moments.epochs == (1, 4)
    np.testing.assert_array_equal(moments.confidence, found.confidence[[1, 4]])
    near = found.neighbourhood(7, 1, 4)
    first, second = found.neighbours[1, 7].tolist(), found.neighbours[4, 7].tolist()
    assert near.neighbours.tolist() == [first, second]
    assert near.kept.tolist() == [[n in second for n in first], [n in first for n in second]]
    assert near.kept[0].sum() == pytest.approx(5 * moments.kept[7])
    changed = found.neighbourhood()
    assert changed.epochs == (0, 5)
    kept = found.moments().kept
    assert kept[changed.sample] == kept.min()


def test_to_dict_is_json(run):
    found = neighbours_run(run, "fc2", 5, samples=[3, 1])
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["samples"] == [3, 1]
    assert plain["label"] == [0, 1]
    assert plain["overlap"] == found.overlap.tolist()


def test_what_cannot_be_used_is_left_out_and_said(run):
    run.save_epoch(record(1, samples=50, layers=("fc2",)))
    run.save_epoch(record(2, layers=()))
    run.save_epoch(dataclasses.replace(record(3), representation={"fc2": np.full((60, 2), np.nan)}))
    run.epoch_path(6).write_bytes(b"no tensors")
    run.save_epoch(dataclasses.replace(record(7), representation={"fc2": np.ones((60, 2))}))
    found = neighbours_run(run, "fc2", 5)
    assert found.epochs.tolist() == [0, 4, 5, 7]
    notes = "\n".join(found.notes)
    assert "Epoch 1 is left out: the probe has 60 samples at 5 epochs, but 50 at epoch 1" in notes
    assert "Epoch 2 is left out: layer 'fc2' is not recorded there" in notes
    assert "Epoch 3 is left out: points holds nan at sample 0, position 0" in notes
    assert "Epoch 6 is left out: " in notes
    assert (
        "At epoch 7 all samples are represented alike: neighbours there are the smallest" in notes
    )


def test_a_probe_of_another_size_is_not_used(run):
    for epoch in range(6):
        run.save_epoch(record(epoch, samples=50))
    found = neighbours_run(run, "fc2", 5)
    assert found.probe is None
    assert "Pictures and true classes are left out: they are of 60 samples" in found.notes[0]


def test_layers_are_listed(run):
    assert recorded_layers(run) == ["fc1", "fc2"]
    with pytest.raises(ConfigError, match=r"recorded no layer 'fc9': it has fc1, fc2; name one"):
        neighbours_run(run, "fc9")


def test_without_layers_the_sentence_says_so(tmp_path):
    run = make_run(tmp_path / "bare", layers=())
    with pytest.raises(
        ConfigError, match=r"'fc2': it has none; name probability for .* layers=\['fc2'\]"
    ):
        neighbours_run(run, "fc2")


@pytest.mark.parametrize(
    ("epochs", "said"), [(0, "has no recorded epochs"), (1, "has one recorded")]
)
def test_too_few_epochs(tmp_path, epochs, said):
    run = make_run(tmp_path / "short", epochs)
    with pytest.raises(DatasetError, match=f"{said}.*an overlap needs two"):
        neighbours_run(run)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"k": 60}, "less than the number of samples, got 60 for 60"),
        ({"metric": "l1"}, "metric must be euclidean or cosine"),
        ({"samples": []}, "samples is empty"),
        ({"samples": [60]}, "samples must be from 0 to 59, got 60"),
    ],
)
def test_bad_settings(run, options, said):
    with pytest.raises(ConfigError, match=said):
        neighbours_run(run, "fc2", **options)


def test_classes_that_are_not_there(tmp_path, run):
    with pytest.raises(ConfigError, match="class must be one of cat, dog, bird, got 'fish'"):
        samples_of_classes(run, ["fish"])
    bare = nnvis.Run.create(tmp_path / "unknown", ["a", "b"])
    with pytest.raises(DatasetError, match="does not know the true classes"):
        samples_of_classes(bare, ["a"])


def test_samples_and_epochs_that_are_not_there(run):
    found = neighbours_run(run, "fc2", 5, samples=[4, 8])
    with pytest.raises(ConfigError, match="one of the 2 chosen samples, 4 to 8, got 5"):
        found.neighbourhood(5)
    with pytest.raises(ConfigError, match=r"recorded and usable \(0, 1, 2, 3, 4, 5\), got 9"):
        found.moments(9)


def test_it_can_be_cancelled(run):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        neighbours_run(run, progress=progress)


def test_pictures_of_samples(run):
    probe = run.load_probe()
    first, none, last = pictures_of(probe, np.array([0, 1, 58]))
    np.testing.assert_array_equal(first, probe.picture[0])
    np.testing.assert_array_equal(last, probe.picture[29])
    assert none is None
    with pytest.raises(DatasetError, match=r"keeps no pictures .* pictures=\(rows, columns\)"):
        pictures_of(dataclasses.replace(probe, picture=None, picture_sample=None), np.array([0]))
