"""What each action does to the view state, without a window."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from app.states import state_with
from hypothesis import given
from hypothesis import strategies as st

from nnvis.app import actions as act
from nnvis.app import changes
from nnvis.app.changes import DIALOGS, advanced, changed, first_state, preferences_of
from nnvis.app.flight import SECONDS
from nnvis.app.lesson import WITHIN, Teach
from nnvis.app.preferences import Preferences
from nnvis.app.state import Notice, ViewState
from nnvis.config import ProcessingConfig, RenderingConfig, read_config
from nnvis.errors import ConfigError

PREFERENCES = read_config(Preferences, None)


def after(state: ViewState, *actions: act.Action) -> ViewState:
    for action in actions:
        state = changed(state, action)
    return state


def test_settings_are_changed_one_at_a_time():
    state = after(
        ViewState(), act.SetRendering("edge_size", 0.3), act.SetPreference("font_size", 20)
    )
    assert state.rendering == ViewState().rendering.model_copy(update={"edge_size": 0.3})
    assert state.preferences.font_size == 20
    state = after(state, act.SetProcessing("sampling_rate", 7.0))
    assert state.processing.sampling_rate == 7.0
    state = after(state, act.ResetProcessing(), act.ResetRendering())
    assert state.processing == read_config(ProcessingConfig, None)
    assert state.rendering == read_config(
        RenderingConfig, {"background": state.rendering.background}
    )


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (act.SetRendering("edge_size", 7.0), "edge_size must be .* 0 <= value <= 1, got 7"),
        (act.SetRendering("edge_size", float("nan")), "edge_size"),
        (act.SetRendering("edge_sice", 0.1), "unknown key 'edge_sice'"),
        (act.SetRendering("edge_render_mode", "fog"), "edge_render_mode.*fog"),
        (act.SetProcessing("sampling_rate", 100.0), "sampling_rate must be .*5.*20.*100"),
        (act.SetProcessing("prune_percentage", 1.0), "prune_percentage"),
        (act.SetPreference("font_size", 1.0), "font_size must be .*9.*40"),
        (act.SetPreference("theme", "pink"), "theme.*pink"),
    ],
)
def test_a_setting_out_of_range_is_a_sentence_and_changes_nothing(action, words):
    state = ViewState()
    with pytest.raises(ConfigError, match=words):
        changed(state, action)
    assert state == ViewState()


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_is_taken_or_refused(value):
    state = ViewState()
    for name in ("edge_size", "edge_depth_exponent", "node_importance_opacity"):
        try:
            made = changed(state, act.SetRendering(name, value))
        except ConfigError:
            continue
        assert getattr(made.rendering, name) == value, f"{name} was set to something else"


def test_the_theme_and_the_background_go_together(monkeypatch):
    monkeypatch.setattr(changes, "desktop_theme", lambda: "dark")
    state = first_state(PREFERENCES)
    assert state.is_dark, "the system's theme is not followed at the start"
    light = changed(state, act.SetPreference("theme", "light"))
    assert not light.is_dark
    assert changed(light, act.SetPreference("theme", "system")).is_dark
    chosen = changed(state, act.SetRendering("background", "light"))
    assert chosen.preferences.theme == "light", "a background chosen by hand is forgotten"
    assert changed(chosen, act.ResetRendering()).rendering.background == "light"


def test_windows_open_and_esc_closes_what_lies_on_top():
    state = after(ViewState(notice=Notice("something")), act.ShowWindow("Shaders", True))
    for name in DIALOGS:
        state = changed(state, act.ShowWindow(name, True))
    files = {name for name in DIALOGS[:3] if name in state.windows}
    assert files == {DIALOGS[2]}, "two file dialogs are open at once"
    state = changed(state, act.Escape())
    assert state.windows == {"Shaders"}, "Esc closes dialogs, and no panel"
    assert state.notice is not None, "Esc closed more than what lay on top"
    state = changed(state, act.Escape())
    assert state.notice is None
    pinned = replace(state_with(), pinned=3)
    assert changed(pinned, act.Escape()).pinned is None
    assert changed(state, act.ShowWindow("Shaders", False)).windows == frozenset()
    assert changed(replace(state, notice=Notice("x")), act.Dismiss()).notice is None
    assert changed(state, act.Quit()).is_closing


def test_pinning():
    state = state_with()
    assert changed(ViewState(), act.Pin(0)).pinned is None, "a unit is pinned without a network"
    pinned = changed(state, act.Pin(5))
    assert pinned.pinned == 5
    assert changed(pinned, act.Pin(5)).pinned is None, "a second click lets go"
    assert changed(pinned, act.Pin(6)).pinned == 6
    assert changed(pinned, act.Pin(None)).pinned is None
    for unit in (-1, 10**9):
        assert changed(pinned, act.Pin(unit)) == pinned, f"there is no unit {unit}"
        assert changed(pinned, act.TurnAbout(unit)) == pinned


def test_a_flight_takes_its_time_and_a_move_by_hand_ends_it():
    state = state_with()
    flying = changed(state, act.TurnAbout(4))
    assert flying.camera == state.camera, "a flight begins where the camera is"
    half = advanced(flying, SECONDS / 2)
    assert half.camera not in (state.camera, flying.flight.end)
    there = advanced(half, SECONDS)
    assert there.camera == flying.flight.end
    assert there.flight is None
    assert changed(half, act.Orbit(5, 5)).flight is None, "the flight goes on against the user"
    plain = changed(state, act.SetPreference("smooth_camera", False))
    assert changed(plain, act.TurnAbout(4)).flight is None, "a flight although none is wanted"
    assert changed(plain, act.TurnAbout(4)).camera == flying.flight.end


def test_rotation_goes_on_until_it_is_ended():
    state = changed(state_with(), act.ToggleRotation())
    later = advanced(state, 1.0)
    assert later.camera.azimuth != state.camera.azimuth
    assert later.camera.elevation == state.camera.elevation
    still = changed(later, act.ToggleRotation())
    assert advanced(still, 1.0) == still


def test_what_the_world_does_leaves_the_state():
    state = state_with()
    for action in (act.Stop(), act.Undo(), act.Redo(), act.TakePicture(), act.ToggleRecording(),
                   act.GoTo("left"), act.PointAt((1.0, 2.0)), act.ResetLayout()):  # fmt: skip
        assert changed(state, action) is state, f"{action} belongs to the effects"


def test_every_action_is_an_action():
    kinds = {
        one
        for one in vars(act).values()
        if isinstance(one, type) and one.__module__ == act.__name__
    }
    kinds |= {Teach, *WITHIN}
    assert kinds == set(get_args(act.Action)), "a kind of action is missing in Action"
    assert set(changes._CHANGES) <= kinds


def test_settings_survive_a_session():
    state = after(
        first_state(PREFERENCES), act.SetRendering("node_size", 0.11),
        act.SetProcessing("smoothing", False), act.ShowWindow("Shaders", True),
        act.ShowWindow("Preferences", True), act.SetPreference("antialiasing", 1),
    )  # fmt: skip
    again = first_state(preferences_of(state))
    assert again.rendering == state.rendering
    assert again.processing == state.processing
    assert again.preferences.antialiasing == 1
    assert again.windows == {"Shaders"}, "dialogs are not to be open at the next start"


@given(st.floats(0, 0.999))
def test_the_prune_slider_draws_what_it_keeps(share):
    state = changed(state_with(), act.SetProcessing("prune_percentage", share))
    state = changed(state, act.SetRendering("edge_importance_threshold", 0.0))
    scene = state.shown.scene
    drawn = scene.edges_drawn(state.drawn_rendering.edge_importance_threshold)
    least = scene.edge_importance[state.kept_edges - 1]
    ties = int((scene.edge_importance == least).sum())
    assert state.kept_edges <= drawn < state.kept_edges + ties, (
        f"{drawn} edges are drawn when {state.kept_edges} are kept"
    )
