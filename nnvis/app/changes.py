"""What an action does to the view state, as a function of both: no OpenGL, no files, no threads.

What an action also does to the world (open a file, start work, draw) is in
:mod:`nnvis.app.effects`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from nnvis.app import actions as act
from nnvis.app import signing
from nnvis.app.controls import held, orbited, panned, rotated, scrolled
from nnvis.app.flight import flown, looking_at
from nnvis.app.lesson import WITHIN, Lesson, Teach, TrainLesson, taught
from nnvis.app.preferences import Preferences, desktop_theme
from nnvis.app.state import ViewState
from nnvis.config import ProcessingConfig, RenderingConfig, read_config
from nnvis.config.settings import Settings

# What was said before one of these is no longer true, or no longer of interest.
_FRESH = (
    act.Open, act.OpenImportance, act.Save, act.Generate, act.RunDemo, act.Start, act.Undo,
    act.Redo, act.TakePicture, act.ToggleRecording, Teach, TrainLesson,
)  # fmt: skip
EPOCHS_PER_SECOND = 2.0
_UNIT_CUBE = np.array([[-0.5] * 3, [0.5] * 3])
# Esc closes these; panels stay.
DIALOGS = (
    "Load Processed Network",
    "Load Network",
    "Save Processed Network",
    "Picture",
    "Preferences",
    "Keys and mouse",
    "About nnvis",
)


def first_state(kept: Preferences) -> ViewState:
    """The state at start, with the settings of the last session."""
    theme = desktop_theme() if kept.theme == "system" else kept.theme
    rendering = kept.rendering.model_copy(update={"background": theme})
    windows = frozenset(kept.open_panels)
    return ViewState(
        rendering=rendering, processing=kept.processing, preferences=kept, windows=windows
    )


def preferences_of(state: ViewState) -> Preferences:
    """What is to be found again at the next start."""
    panels = tuple(sorted(name for name in state.windows if name not in DIALOGS))
    return state.preferences.model_copy(
        update={
            "rendering": state.rendering,
            "processing": state.processing,
            "open_panels": panels,
        }
    )


def changed(state: ViewState, action: act.Action) -> ViewState:
    """The state after ``action``; actions that only act on the world leave it as it is.

    Raises
    ------
    ConfigError
        For a value out of its range.
    """
    if isinstance(action, _FRESH) and state.notice is not None:
        state = replace(state, notice=None)
    change = _CHANGES.get(type(action))
    return state if change is None else change(state, action)


def advanced(state: ViewState, seconds: float) -> ViewState:
    """Time passes: training plays, a flight goes on, a rotating view turns."""
    if state.is_playing and state.training is not None:
        last = state.training.count - 1
        moment = min(state.moment + EPOCHS_PER_SECOND * seconds, float(last))
        state = replace(state, moment=moment, is_playing=moment < last)
    if state.flight is not None:
        flight = state.flight.later(seconds)
        over = None if flight.is_over else flight
        return replace(state, camera=flight.camera, flight=over)
    if state.is_rotating:
        return replace(state, camera=rotated(state.camera, seconds))
    return state


def _with(settings: Any, name: str, value: Any) -> Any:
    """A copy with one value changed, checked against the field's range."""
    kind: type[Settings] = type(settings)
    return kind.model_validate({**dict(settings), name: value})


def _set_rendering(state: ViewState, action: act.SetRendering) -> ViewState:
    state = replace(state, rendering=_with(state.rendering, action.name, action.value))
    if action.name == "background":
        theme = _with(state.preferences, "theme", action.value)
        state = replace(state, preferences=theme)
    return state


def _set_processing(state: ViewState, action: act.SetProcessing) -> ViewState:
    return replace(state, processing=_with(state.processing, action.name, action.value))


def _set_preference(state: ViewState, action: act.SetPreference) -> ViewState:
    kept = _with(state.preferences, action.name, action.value)
    state = replace(state, preferences=kept)
    if action.name == "theme":
        theme = desktop_theme() if kept.theme == "system" else kept.theme
        state = replace(state, rendering=_with(state.rendering, "background", theme))
    return state


def _reset_rendering(state: ViewState, _: act.ResetRendering) -> ViewState:
    background = state.rendering.background
    return replace(state, rendering=read_config(RenderingConfig, {"background": background}))


def _reset_processing(state: ViewState, _: act.ResetProcessing) -> ViewState:
    return replace(state, processing=read_config(ProcessingConfig, None))


def _set_mode(state: ViewState, action: act.SetMode) -> ViewState:
    return replace(state, mode=action.mode)


def _orbit(state: ViewState, action: act.Orbit) -> ViewState:
    return _moved(state, orbited(state.camera, action.right, action.down))


def _zoom(state: ViewState, action: act.Zoom) -> ViewState:
    return _moved(state, scrolled(state.camera, action.notches))


def _pan(state: ViewState, action: act.Pan) -> ViewState:
    return _moved(state, panned(state.camera, action.right, action.down, action.height))


def _fly(state: ViewState, action: act.Fly) -> ViewState:
    return _moved(state, flown(state.camera, action.forward, action.right, action.seconds))


def _moved(state: ViewState, camera: Any) -> ViewState:
    """A move by hand ends a flight, and does not lose the scene."""
    bounds = _UNIT_CUBE if state.shown is None else state.shown.scene.bounds
    return replace(state, camera=held(camera, state.camera, bounds), flight=None)


def _turn_about(state: ViewState, action: act.TurnAbout) -> ViewState:
    if state.shown is None or not 0 <= action.unit < state.shown.network.unit_count:
        return state
    place = state.shown.network.unit_position[action.unit]
    return flying(state, looking_at(state.camera, place))


def flying(state: ViewState, camera: Any) -> ViewState:
    """On the way to ``camera``, or there at once when the user wants no smooth moves."""
    from nnvis.app.flight import Flight

    if not state.preferences.smooth_camera:
        return replace(state, camera=camera, flight=None)
    return replace(state, flight=Flight(state.camera, camera))


def _toggle_rotation(state: ViewState, _: act.ToggleRotation) -> ViewState:
    return replace(state, is_rotating=not state.is_rotating)


def _pin(state: ViewState, action: act.Pin) -> ViewState:
    if state.shown is None:
        return state
    unit = action.unit
    if unit is not None and not 0 <= unit < state.shown.network.unit_count:
        return state
    return replace(state, pinned=None if unit == state.pinned else unit)


def _show_window(state: ViewState, action: act.ShowWindow) -> ViewState:
    name = frozenset((action.name,))
    windows = state.windows | name if action.is_open else state.windows - name
    if action.is_open and action.name in DIALOGS[:3]:
        windows -= frozenset(DIALOGS[:3]) - name
    return replace(state, windows=windows)


def _go_to_epoch(state: ViewState, action: act.GoToEpoch) -> ViewState:
    if state.training is None:
        return state
    moment = min(max(float(action.moment), 0.0), float(state.training.count - 1))
    return replace(state, moment=moment, is_playing=False, has_flows=True)


def _compare_with(state: ViewState, action: act.CompareWith) -> ViewState:
    if state.training is None:
        return state
    return replace(state, other=min(max(action.row, 0), state.training.count - 1))


def _toggle_play(state: ViewState, _: act.TogglePlay) -> ViewState:
    if state.training is None:
        return state
    at_end = state.moment >= state.training.count - 1
    begin = 0.0 if at_end and not state.is_playing else state.moment
    return replace(state, is_playing=not state.is_playing, moment=begin, has_flows=True)


def _choose_transition(state: ViewState, action: act.ChooseTransition) -> ViewState:
    """The samples that moved are selected, and with the transition let go again."""
    samples: tuple[int, ...] = ()
    training = state.training
    if training is not None and action.classes is not None:
        step = min(state.epoch_row, len(training.moved) - 1)
        samples = tuple(training.samples(step, *action.classes).tolist())
    return _with_samples(replace(state, transition=action.classes), samples)


def _select_samples(state: ViewState, action: act.SelectSamples) -> ViewState:
    if state.training is None:
        return state
    count = state.training.prediction.shape[1]
    samples = tuple(sorted({int(one) for one in action.samples if 0 <= one < count}))
    return _with_samples(state, samples)


def _with_samples(state: ViewState, samples: tuple[int, ...]) -> ViewState:
    """Other samples selected: where their signatures are known, the units on their way are lit.

    A path that was followed had selected its own samples, so it is let go.
    """
    if samples == state.samples:
        return state
    signed = state.analyses.get(signing.KEY)
    lit: tuple[int, ...] = ()
    if signed is not None and state.shown is not None:
        lit = signing.lit_by(signed, state.shown.network, samples)
    return replace(state, samples=samples, path=None, lit=lit)


def _set_map(state: ViewState, action: act.SetMap) -> ViewState:
    return replace(state, map_kind=action.kind, map_interpolation=action.interpolation)


def _choose_path(state: ViewState, action: act.ChoosePath) -> ViewState:
    """The samples along the path are selected, and the units that its clusters raise are lit.

    A path that names no cluster, such as that of an input class, lights those of its samples.
    """
    signed = state.analyses.get(signing.KEY)
    if signed is None or state.shown is None:
        return state
    if action.path is None:
        return replace(state, path=None, lit=(), samples=() if state.path else state.samples)
    samples, lit = signing.followed(signed, state.shown.network, action.path, action.samples)
    lit = lit or signing.lit_by(signed, state.shown.network, samples)
    return replace(state, path=action.path, samples=samples, lit=lit, pinned=None, transition=None)


def _show_flows(state: ViewState, action: act.ShowFlows) -> ViewState:
    return replace(state, has_flows=action.is_on)


def _teach(state: ViewState, action: Teach) -> ViewState:
    if action.is_on == (state.lesson is not None):
        return state
    shown = state.shown
    back = shown.origin if shown is not None and shown.is_saved else None
    return replace(state, lesson=Lesson(back=back) if action.is_on else None)


def _taught(state: ViewState, action: Any) -> ViewState:
    return state if state.lesson is None else replace(state, lesson=taught(state.lesson, action))


def _dismiss(state: ViewState, _: act.Dismiss) -> ViewState:
    return replace(state, notice=None)


def _escape(state: ViewState, _: act.Escape) -> ViewState:
    dialogs = [name for name in DIALOGS if name in state.windows]
    if dialogs:
        return replace(state, windows=state.windows - frozenset(dialogs))
    if state.notice is not None:
        return replace(state, notice=None)
    if state.pinned is not None or state.lit:
        return replace(state, pinned=None, lit=(), path=None)
    return replace(state, samples=(), transition=None)


def _quit(state: ViewState, _: act.Quit) -> ViewState:
    return replace(state, is_closing=True)


_CHANGES: dict[type, Callable[[ViewState, Any], ViewState]] = {
    act.SetRendering: _set_rendering,
    act.SetProcessing: _set_processing,
    act.SetPreference: _set_preference,
    act.ResetRendering: _reset_rendering,
    act.ResetProcessing: _reset_processing,
    act.SetMode: _set_mode,
    act.Orbit: _orbit,
    act.Zoom: _zoom,
    act.Pan: _pan,
    act.Fly: _fly,
    act.TurnAbout: _turn_about,
    act.ToggleRotation: _toggle_rotation,
    act.Pin: _pin,
    act.ShowWindow: _show_window,
    act.GoToEpoch: _go_to_epoch,
    act.CompareWith: _compare_with,
    act.TogglePlay: _toggle_play,
    act.ChooseTransition: _choose_transition,
    act.ShowFlows: _show_flows,
    act.SelectSamples: _select_samples,
    act.SetMap: _set_map,
    act.ChoosePath: _choose_path,
    Teach: _teach,
    **dict.fromkeys(WITHIN, _taught),
    act.Dismiss: _dismiss,
    act.Escape: _escape,
    act.Quit: _quit,
}
