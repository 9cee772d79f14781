"""The window around a panel, and the bar at the bottom."""

from __future__ import annotations

from typing import Protocol

from imgui_bundle import imgui

from nnvis.app.actions import Action, ShowWindow
from nnvis.app.panels.menu import status_line
from nnvis.app.state import ViewState


class Panel(Protocol):
    """One panel: its window's title, and what is inside."""

    name: str

    def draw(self, view: ViewState) -> list[Action]: ...


def docked(panel: Panel, view: ViewState) -> list[Action]:
    """A panel of the first layout."""
    actions: list[Action] = []
    shown, _ = imgui.begin(panel.name)
    if shown:
        actions = panel.draw(view)
    imgui.end()
    return actions


def closable(panel: Panel, view: ViewState) -> list[Action]:
    """A panel that can be closed."""
    actions: list[Action] = []
    shown, stays = imgui.begin(panel.name, True)
    if shown:
        actions = panel.draw(view)
    imgui.end()
    if not stays:
        actions.append(ShowWindow(panel.name, False))
    return actions


def status_bar(view: ViewState) -> list[Action]:
    """The line at the window's lower edge; panels dock above it."""
    actions: list[Action] = []
    flags = (
        imgui.WindowFlags_.no_scrollbar
        | imgui.WindowFlags_.no_saved_settings
        | imgui.WindowFlags_.menu_bar
    )
    port = imgui.get_main_viewport()
    height = imgui.get_frame_height()
    shown = imgui.internal.begin_viewport_side_bar("##status", port, imgui.Dir.down, height, flags)
    if shown and imgui.begin_menu_bar():
        actions = status_line(view)
        imgui.end_menu_bar()
    imgui.end()
    return actions
