"""Undo and redo: back and forth again, within bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from app.states import state_with
from hypothesis import given
from hypothesis import strategies as st

from nnvis.app import history
from nnvis.app.history import History

NETWORK = state_with().shown.network


def network(number: int):
    """Another network each time, whose points are its own and whose rest is shared."""
    return replace(NETWORK, point_position=NETWORK.point_position + np.float32(number))


@given(st.lists(st.sampled_from("cur"), max_size=40))
def test_as_two_stacks(moves):
    state, now = History(), network(0)
    past, future = [], []
    for number, move in enumerate(moves, 1):
        if move == "c":
            state = state.changed(f"step {number}", now)
            past, future = [*past, (f"step {number}", now)], []
            now = network(number)
        elif move == "u" and state.undo_name is not None:
            name, before = past.pop()
            future.append((name, now))
            now, state = state.undone(now)
            assert now is before, f"undo of {name} leads elsewhere"
        elif move == "r" and state.redo_name is not None:
            name, later = future.pop()
            past.append((name, now))
            now, state = state.redone(now)
            assert now is later, f"redo of {name} leads elsewhere"
        assert state.undo_name == (past[-1][0] if past else None)
        assert state.redo_name == (future[-1][0] if future else None)


def test_the_oldest_steps_are_forgotten_first(monkeypatch):
    state = History()
    for number in range(history.MOST_STEPS + 7):
        state = state.changed(str(number), network(number))
    assert len(state.past) == history.MOST_STEPS
    assert state.undo_name == str(history.MOST_STEPS + 6), "the newest step was forgotten"
    one = sum(
        getattr(NETWORK, name).nbytes
        for name in ("point_position", "point_offset", "unit_position", "edge_source",
                     "edge_importance")
    )  # fmt: skip
    points = NETWORK.point_position.nbytes
    monkeypatch.setattr(history, "MOST_BYTES", one + 3 * points)
    state = state.changed("last", network(-1))
    assert len(state.past) == 4, "shared arrays are to be counted once"
    monkeypatch.setattr(history, "MOST_BYTES", 1)
    state = state.changed("alone", network(-2))
    assert [name for name, _ in state.past] == ["alone"], "the last step can always be undone"
