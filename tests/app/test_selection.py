"""One selection of samples and units, shared by all panels and the view."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from app.states import state_with

from nnvis.app.actions import ChooseTransition, Escape, SelectSamples
from nnvis.app.changes import changed
from nnvis.app.state import ViewState
from nnvis.app.training import Training

PREDICTION = np.array([[0, 0, 1, 1, 0], [0, 1, 1, 1, 1]], np.int32)


@pytest.fixture
def state() -> ViewState:
    """Two epochs; samples 1 and 4 went from class a to class b."""
    moved = np.zeros((1, 2, 2), np.int64)
    np.add.at(moved[0], (PREDICTION[0], PREDICTION[1]), 1)
    training = Training(
        path=Path("run"),
        epochs=np.array([0, 1]),
        class_names=("a", "b"),
        prediction=PREDICTION,
        curves={},
        moved=moved,
        distance=np.zeros((1, 1)),
        raw=np.zeros((2, 2), np.int64),
    )
    return replace(state_with(), training=training)


def test_samples_selected_are_kept_once_in_rising_order_and_only_those_there_are(state):
    after = changed(state, SelectSamples((4, 1, 4, 99, -1)))
    assert after.samples == (1, 4)
    assert changed(after, SelectSamples(())).samples == ()


def test_without_a_history_there_are_no_samples_to_select():
    assert changed(state_with(), SelectSamples((1,))).samples == ()


def test_choosing_a_transition_selects_the_samples_that_made_it(state):
    chosen = changed(state, ChooseTransition((0, 1)))
    assert chosen.samples == (1, 4)
    assert changed(chosen, ChooseTransition(None)).samples == ()


def test_one_of_the_samples_that_moved_can_be_selected_while_all_are_listed(state):
    chosen = changed(changed(state, ChooseTransition((0, 1))), SelectSamples((4,)))
    assert (chosen.transition, chosen.samples) == ((0, 1), (4,))


def test_escape_lets_units_go_first_and_samples_then(state):
    chosen = replace(changed(state, SelectSamples((2,))), lit=(1, 2))
    once = changed(chosen, Escape())
    assert (once.lit, once.samples) == ((), (2,))
    assert changed(once, Escape()).samples == ()
