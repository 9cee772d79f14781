"""The first screen: what to do when nothing is shown yet."""

from __future__ import annotations

from pathlib import Path

from imgui_bundle import imgui

from nnvis.app.actions import Action, Generate, Open, RunDemo, ShowWindow
from nnvis.app.lesson import Teach
from nnvis.app.panels.widgets import tip, wrapped
from nnvis.app.state import ViewState


def start_screen(view: ViewState, centre: tuple[float, float], room: float) -> list[Action]:
    """A card in the middle of the empty view, around ``centre``, at most ``room`` wide (points)."""
    actions: list[Action] = []
    em = imgui.get_font_size()
    imgui.set_next_window_pos(imgui.ImVec2(*centre), imgui.Cond_.always, imgui.ImVec2(0.5, 0.5))
    imgui.set_next_window_size(imgui.ImVec2(max(min(26 * em, room - em), 12 * em), 0))
    flags = (
        imgui.WindowFlags_.no_decoration
        | imgui.WindowFlags_.no_move
        | imgui.WindowFlags_.no_saved_settings
        | imgui.WindowFlags_.no_docking
        | imgui.WindowFlags_.always_auto_resize
        | imgui.WindowFlags_.no_focus_on_appearing
    )
    imgui.begin("##start", None, flags)
    imgui.push_font(None, em * 1.5)
    imgui.text_unformatted("See what a network has learnt")
    imgui.pop_font()
    wrapped(
        "Every unit and weight in 3D, scored for each class and bundled. Start with one of these, "
        "or drop a run's folder or a network.safetensors on the window.",
        faint=True,
    )
    imgui.spacing()
    if view.job is not None:
        step = view.job.step
        share = step.done / max(step.total, 1) if step is not None else 0.0
        imgui.text_unformatted((step.stage if step is not None else view.job.name).capitalize())
        imgui.progress_bar(share, imgui.ImVec2(-1, 0), "")
    elif view.shown is None:
        wide = imgui.ImVec2(-1, imgui.get_frame_height() * 1.3)
        if imgui.button("Open the demo: 10,000 handwritten digits", wide):
            actions.append(RunDemo())
        tip("Trains a small classifier, scores and bundles it: half a minute the first time.")
        if imgui.button("Load a processed network…", wide):
            actions.append(ShowWindow("Load Processed Network", True))
        if imgui.button("Generate a random network", wide):
            actions.append(Generate((64, 32, 16, 10), 10))
        if imgui.button("Draw your own points", wide):
            actions.append(Teach(True))
        tip("Draw points of two or more classes and watch a small network learn them.")
        if view.preferences.recent:
            imgui.spacing()
            imgui.text_disabled("Recent")
            for path in view.preferences.recent[:5]:
                clicked, _ = imgui.selectable(path, False)
                if clicked:
                    actions.append(Open(Path(path)))
        imgui.spacing()
        wrapped(
            "Your own model: nnvis.process(model, x, y, run=run) in Python, or nnvis process on "
            "the command line; then load the run here.",
            faint=True,
        )
    imgui.end()
    return actions
