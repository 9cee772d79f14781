"""The time line of a run: to drag, to play, the same in every panel that follows it."""

from __future__ import annotations

from imgui_bundle import imgui

from nnvis.app.actions import Action, GoToEpoch, TogglePlay
from nnvis.app.panels.widgets import button, tip
from nnvis.app.state import ViewState
from nnvis.app.training import Training


def time_line(view: ViewState, training: Training, left_out: float = 0.0) -> list[Action]:
    """A play button and the slider, which leaves ``left_out`` points of the line free."""
    actions: list[Action] = []
    if button(
        "Pause" if view.is_playing else "Play",
        "Let training pass, two epochs a second.",
        width=imgui.get_font_size() * 4,
    ):
        actions.append(TogglePlay())
    imgui.same_line()
    imgui.set_next_item_width(-max(left_out, 1.0))
    changed, moment = imgui.slider_float(
        "##time", float(view.moment), 0.0, float(training.count - 1),
        f"epoch {training.epochs[view.epoch_row]}",
    )  # fmt: skip
    tip(f"Epochs {training.epochs[0]} to {training.epochs[-1]}, {training.count} recorded.")
    if changed:
        actions.append(GoToEpoch(moment))
    return actions
