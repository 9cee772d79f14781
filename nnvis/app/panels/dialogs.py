"""Small windows: a picture's size, preferences, keys, about."""

from __future__ import annotations

from imgui_bundle import imgui

import nnvis
from nnvis.app.actions import Action, SetPreference, ShowWindow, TakePicture
from nnvis.app.panels.widgets import setting, tip
from nnvis.app.state import ViewState
from nnvis.render.capture import LARGEST

KEYS = (
    ("drag", "turn"),
    ("right or middle drag", "move"),
    ("wheel", "come closer, go away"),
    ("W A S D", "fly"),
    ("F", "frame all"),
    ("0 to 6", "camera: default, left, right, front, back, top, bottom"),
    ("7 8 9", "camera: from the input, from the output, from below"),
    ("H", "rotate"),
    ("click a unit", "pin it: its edges in full, the rest dimmed"),
    ("double-click a unit", "turn about it"),
    ("K", "picture of the view"),
    ("R", "begin and end a film"),
    ("Ctrl+Z, Ctrl+Y", "undo, redo"),
    ("Esc", "close dialogs, let a pinned unit go"),
)
_PREFERENCES = ("theme", "font_size", "smooth_camera", "detail_while_moving", "antialiasing",
                "film_frames_per_second")  # fmt: skip


class Dialogs:
    """Keeps the picture's size between frames."""

    def __init__(self) -> None:
        self.picture_size = [3840, 2160]

    def draw(self, view: ViewState) -> list[Action]:
        actions: list[Action] = []
        for name, inside in (
            ("Picture", self._picture),
            ("Preferences", self._preferences),
            ("Keys and mouse", self._keys),
            ("About nnvis", self._about),
        ):
            if name not in view.windows:
                continue
            middle = imgui.get_main_viewport().get_center()
            imgui.set_next_window_pos(middle, imgui.Cond_.appearing, imgui.ImVec2(0.5, 0.5))
            flags = imgui.WindowFlags_.always_auto_resize | imgui.WindowFlags_.no_docking
            shown, stays = imgui.begin(name, True, flags)
            if shown:
                actions += inside(view)
            imgui.end()
            if not stays:
                actions.append(ShowWindow(name, False))
        return actions

    def _picture(self, _: ViewState) -> list[Action]:
        imgui.set_next_item_width(imgui.get_font_size() * 12)
        changed, size = imgui.input_int2("pixels", self.picture_size)
        tip(f"Width and height, 1 to {LARGEST}; drawn in tiles, so the window does not limit it.")
        if changed:
            self.picture_size = [min(max(side, 1), LARGEST) for side in size]
        for label, preset in (("4K", [3840, 2160]), ("A4 at 300 dpi", [3508, 2480]),
                              ("Square", [2048, 2048])):  # fmt: skip
            if imgui.button(label):
                self.picture_size = list(preset)
            imgui.same_line()
        imgui.new_line()
        if imgui.button("Take the picture", imgui.ImVec2(-1, 0)):
            width, height = self.picture_size
            return [ShowWindow("Picture", False), TakePicture((width, height))]
        return []

    def _preferences(self, view: ViewState) -> list[Action]:
        actions: list[Action] = []
        imgui.dummy(imgui.ImVec2(imgui.get_font_size() * 24, 0))
        for name in _PREFERENCES:
            value = setting(view.preferences, name)
            if value is not None:
                actions.append(SetPreference(name, value))
        return actions

    def _keys(self, _: ViewState) -> list[Action]:
        if imgui.begin_table("keys", 2, imgui.TableFlags_.sizing_fixed_fit):
            for keys, what in KEYS:
                imgui.table_next_row()
                imgui.table_next_column()
                imgui.text_unformatted(keys)
                imgui.table_next_column()
                imgui.text_disabled(what)
            imgui.end_table()
        return []

    def _about(self, view: ViewState) -> list[Action]:
        imgui.text_unformatted(f"nnvis {nnvis.__version__}")
        # The window fits what is in it, so its own width is nothing to wrap at.
        imgui.push_text_wrap_pos(imgui.get_font_size() * 26)
        imgui.text_unformatted(
            "See what a neural network has learnt, and how it got there. MIT licence."
        )
        imgui.text_disabled(view.frames.gl)
        imgui.pop_text_wrap_pos()
        return []
