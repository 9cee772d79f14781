"""The menu bar, and the status line with the progress of long work."""

from __future__ import annotations

from pathlib import Path

from imgui_bundle import imgui

from nnvis.app.actions import (
    Action,
    Dismiss,
    GoTo,
    Open,
    Quit,
    Redo,
    ResetLayout,
    RunDemo,
    SetRendering,
    ShowWindow,
    Start,
    Stop,
    TakePicture,
    ToggleRecording,
    ToggleRotation,
    Undo,
)
from nnvis.app.controls import KEY_POSITIONS
from nnvis.app.lesson import Teach
from nnvis.app.panels.widgets import shortened, tip
from nnvis.app.processing import OPERATIONS
from nnvis.app.state import Notice, ViewState

# Panels of the first layout are always there; these open and close.
MORE_PANELS = ("Shaders",)


def menu_bar(view: ViewState) -> list[Action]:
    """The line at the top."""
    actions: list[Action] = []
    if not imgui.begin_main_menu_bar():
        return actions
    idle = view.job is None
    if imgui.begin_menu("File"):
        actions += _file(view, idle)
        imgui.end_menu()
    if imgui.begin_menu("View"):
        actions += _view(view)
        imgui.end_menu()
    if imgui.begin_menu("Run"):
        actions += _run(view, idle)
        imgui.end_menu()
    if imgui.begin_menu("Help"):
        if _item("Keys and mouse"):
            actions.append(ShowWindow("Keys and mouse", True))
        if _item("About nnvis"):
            actions.append(ShowWindow("About nnvis", True))
        imgui.end_menu()
    imgui.end_main_menu_bar()
    return actions


def _item(label: str, keys: str = "", chosen: bool = False, enabled: bool = True) -> bool:
    clicked, _ = imgui.menu_item(label, keys, chosen, enabled)
    return clicked


def _file(view: ViewState, idle: bool) -> list[Action]:
    actions: list[Action] = []
    if _item("Load Processed Network…"):
        actions.append(ShowWindow("Load Processed Network", True))
    if _item("Load Network…"):
        actions.append(ShowWindow("Load Network", True))
    if imgui.begin_menu("Recent", bool(view.preferences.recent)):
        for path in view.preferences.recent:
            if _item(path):
                actions.append(Open(Path(path)))
        imgui.end_menu()
    if _item("Save Processed Network…", enabled=view.shown is not None and idle):
        actions.append(ShowWindow("Save Processed Network", True))
    imgui.separator()
    if _item("Picture", "K", enabled=view.shown is not None):
        actions.append(TakePicture())
    if _item("Picture of any size…", enabled=view.shown is not None):
        actions.append(ShowWindow("Picture", True))
    if _item("Record a film", "R", view.recording is not None, view.shown is not None):
        actions.append(ToggleRecording())
    imgui.separator()
    if _item("Preferences…"):
        actions.append(ShowWindow("Preferences", True))
    if _item("Quit"):
        actions.append(Quit())
    return actions


def _view(view: ViewState) -> list[Action]:
    actions: list[Action] = []
    if _item("Frame all", "F"):
        actions.append(GoTo("default"))
    for key, position in KEY_POSITIONS.items():
        if _item(position.capitalize(), key):
            actions.append(GoTo(position))
    imgui.separator()
    if _item("Rotate", "H", view.is_rotating):
        actions.append(ToggleRotation())
    if _item("Dark background", "", view.is_dark):
        actions.append(SetRendering("background", "light" if view.is_dark else "dark"))
    imgui.separator()
    for name in MORE_PANELS:
        if _item(name, "", name in view.windows):
            actions.append(ShowWindow(name, name not in view.windows))
    if _item("First layout again"):
        actions.append(ResetLayout())
    return actions


def _run(view: ViewState, idle: bool) -> list[Action]:
    actions: list[Action] = []
    if _item("Process the digits demo", enabled=idle):
        actions.append(RunDemo())
    if _item("Draw your own points", "", view.lesson is not None, idle or view.lesson is not None):
        actions.append(Teach(view.lesson is None))
    ready = idle and view.shown is not None
    for key, operation in OPERATIONS.items():
        if _item(operation.label, enabled=ready):
            actions.append(Start(key))
    imgui.separator()
    undo, redo = view.history.undo_name, view.history.redo_name
    if _item(f"Undo {undo or ''}".strip(), "Ctrl+Z", enabled=bool(undo) and idle):
        actions.append(Undo())
    if _item(f"Redo {redo or ''}".strip(), "Ctrl+Y", enabled=bool(redo) and idle):
        actions.append(Redo())
    if _item("Stop", enabled=view.job is not None):
        actions.append(Stop())
    return actions


def status_line(view: ViewState) -> list[Action]:
    """The line at the bottom: work and its time left, else a message, else what is drawn."""
    actions: list[Action] = []
    job = view.job
    if job is not None and (job.seconds > 0.25 or job.step is not None):
        stage = job.step.stage if job.step is not None else job.name
        share = job.step.done / max(job.step.total, 1) if job.step is not None else 0.0
        imgui.align_text_to_frame_padding()
        imgui.text_unformatted("Stopping…" if job.is_stopping else stage.capitalize())
        imgui.same_line()
        left = f"{job.seconds_left:.0f} s left" if job.seconds_left is not None else ""
        width = imgui.get_font_size() * 14
        imgui.progress_bar(share, imgui.ImVec2(width, 0), left)
        imgui.same_line()
        if imgui.small_button("Cancel"):
            actions.append(Stop())
        tip("Stop at the next complete iteration and keep what is there.")
        if view.notice is not None:
            imgui.same_line()
            actions += _notice(view.notice)
        return actions
    imgui.align_text_to_frame_padding()
    if view.notice is not None:
        return _notice(view.notice)
    if view.recording is not None:
        imgui.text_unformatted(f"Recording {view.recording}; R ends it.")
    elif view.shown is not None:
        threshold = view.drawn_rendering.edge_importance_threshold
        imgui.text_disabled(view.shown.scene.caption(threshold))
    return actions


def _notice(notice: Notice) -> list[Action]:
    """A sentence, as much of it as there is room for; its tip has all of it."""
    if notice.is_error:
        imgui.push_style_color(imgui.Col_.text, imgui.ImVec4(0.86, 0.25, 0.25, 1.0))
    room = imgui.get_content_region_avail().x - imgui.get_font_size() * 5
    imgui.text_unformatted(shortened(notice.text, room))
    if notice.is_error:
        imgui.pop_style_color()
    tip(notice.text)
    imgui.same_line()
    return [Dismiss()] if imgui.small_button("Close") else []
