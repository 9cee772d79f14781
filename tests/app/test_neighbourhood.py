"""What the Neighbours panel shows, without a window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from app.states import state_with

from nnvis.app.actions import CompareWith, SelectSamples, SetMode
from nnvis.app.analysing import ANALYSES
from nnvis.app.changes import changed
from nnvis.app.neighbourhood import KEY, PICTURE, Neighbours, find, paint, spread, view
from nnvis.app.panels.samples import stands_back
from nnvis.app.training import read_training
from nnvis.config import RenderingConfig
from nnvis.errors import ConfigError
from nnvis.model import EpochRecord, Probe
from nnvis.neighbours import overlap_distance
from nnvis.progress import Progress
from nnvis.store import Run

SAMPLES = 30


@pytest.fixture
def run(tmp_path) -> Run:
    """Epochs 0, 2, 4, … 10 of thirty samples whose output settles."""
    run = Run.create(tmp_path / "run", class_names=("a", "b", "c"))
    rng = np.random.default_rng(0)
    end = rng.normal(size=(SAMPLES, 3))
    for epoch in range(0, 12, 2):
        logit = end * epoch / 4 + rng.normal(size=(SAMPLES, 3))
        share = np.exp(logit) / np.exp(logit).sum(axis=1, keepdims=True)
        run.save_epoch(
            EpochRecord(
                epoch=epoch,
                prediction=share.argmax(axis=1).astype(np.int32),
                probability=share.astype(np.float16),
                numbers={},
                representation={"fc1": logit.astype(np.float32)},
            )
        )
    return run


def found(run: Run, **settings) -> Neighbours:
    return find(run.path, {"k": 4, **settings}, state_with(), Progress())


def test_all_samples_are_followed_and_the_recorded_layers_are_known(run):
    neighbours = found(run)
    assert neighbours.layers == ("fc1",)
    assert neighbours.found.samples.tolist() == list(range(SAMPLES))
    assert neighbours.found.epochs.tolist() == [0, 2, 4, 6, 8, 10]


@pytest.mark.parametrize("samples", [(), (3,), (0, 5, 17, 29)])
def test_the_distance_is_that_of_the_samples_selected(run, samples):
    neighbours = found(run)
    overlap = neighbours.found.overlap
    wanted = overlap_distance(overlap[:, samples] if samples else overlap)
    assert neighbours.distance(samples) == pytest.approx(wanted, abs=1e-7)


@pytest.mark.parametrize(("epoch", "row"), [(0, 0), (1, 0), (2, 1), (9, 4), (10, 5), (99, 5)])
def test_an_epoch_that_was_left_out_stands_for_the_one_before(run, epoch, row):
    assert found(run).row(epoch) == row


def test_the_map_is_painted_anew_for_other_samples_and_another_theme(run):
    neighbours, state = found(run), state_with()
    light = paint(neighbours, state)[PICTURE]
    assert light.shape[2] == 4
    assert light.shape[0] == light.shape[1] >= 5
    chosen = replace(state, samples=(1, 2, 3))
    assert view(neighbours, chosen) != view(neighbours, state)
    assert (paint(neighbours, chosen)[PICTURE] != light).any()
    dark = replace(state, rendering=RenderingConfig(background="dark"))
    assert view(neighbours, dark) != view(neighbours, state)
    assert light[0, -1, :3].mean() > paint(neighbours, dark)[PICTURE][0, -1, :3].mean()


def test_two_epochs_have_one_transition_and_a_map_of_one_cell(run):
    for epoch in range(4, 12, 2):
        run.epoch_path(epoch).unlink()
    picture = paint(found(Run.open(run.path)), state_with())[PICTURE]
    assert (picture == picture[0, 0]).all()


def test_a_layer_that_was_not_recorded_is_a_sentence_with_those_that_were(run):
    with pytest.raises(ConfigError, match="fc1"):
        found(run, layer="fc7")


@pytest.mark.parametrize(("count", "most"), [(3, 10), (10, 10), (1000, 10)])
def test_samples_are_thinned_evenly_from_the_first_to_the_last(count, most):
    kept = spread(np.arange(count), most)
    assert len(kept) == min(count, most)
    assert (kept[0], kept[-1]) == (0, count - 1)
    assert len(set(np.diff(kept)) - {len(kept)}) <= 2


def test_the_epoch_to_compare_with_is_one_that_there_is(run):
    training = read_training(run.path, Progress())
    state = replace(state_with(), training=training)
    assert state.other_row == 5, "the last one until another is chosen"
    assert changed(state, CompareWith(2)).other_row == 2
    assert changed(state, CompareWith(99)).other_row == 5
    assert changed(state_with(), CompareWith(3)).other is None


def test_the_panel_and_the_work_have_one_key():
    assert ANALYSES[KEY].work is find


def test_samples_of_other_classes_than_the_one_shown_stand_back_unless_selected(run):
    label = (np.arange(SAMPLES) % 3).astype(np.int32)
    run.save_probe(Probe(SAMPLES, label, None, None))
    training = read_training(run.path, Progress())
    state = replace(state_with(), training=training)
    assert not any(stands_back(state, training, sample) for sample in range(SAMPLES))
    chosen = changed(changed(state, SetMode("b")), SelectSamples((2, 4)))
    back = [sample for sample in range(SAMPLES) if stands_back(chosen, training, sample)]
    assert back == [sample for sample in range(SAMPLES) if label[sample] != 1 and sample != 2]
    unknown = replace(training, probe=None)
    assert not stands_back(chosen, unknown, 0), "samples without classes belong to none"
