"""Rendering: how edges, nodes and the density grid are drawn, and for which classes."""

from __future__ import annotations

from imgui_bundle import imgui

from nnvis.app.actions import (
    Action,
    ResetRendering,
    SetMode,
    SetPreference,
    SetRendering,
)
from nnvis.app.panels.widgets import button, colour_of, section, setting, tip, title
from nnvis.app.state import ViewState

HELP = (
    "How things are drawn. Every change shows within a frame: thresholds draw fewer of the sorted "
    "edges, sizes and opacities are set in the shaders. Classes: importance is grey, all mixes the "
    "class colours by importance, one class shows what matters for it."
)
_PARTS = ("size", "importance_threshold", "base_opacity", "importance_opacity", "depth_opacity",
          "depth_exponent")  # fmt: skip


class RenderingPanel:
    name = "Rendering"

    def __init__(self) -> None:
        self._search = ""

    def draw(self, view: ViewState) -> list[Action]:
        actions: list[Action] = []
        title("How it is drawn", HELP)
        section("Classes")
        actions += self._classes(view)
        for part, heading in (("edge", "Edges"), ("node", "Nodes")):
            section(heading)
            actions += self._set(view, f"{part}_render_mode", "Drawn as")
            for name in _PARTS:
                label = name.replace("_", " ").capitalize()
                actions += self._set(view, f"{part}_{name}", label)
        section("Density grid")
        actions += self._set(view, "grid_render_mode", "Drawn as")
        section("Picture")
        for name, label in (("blend", "Blending"), ("palette", "Class colours")):
            actions += self._set(view, name, label)
        theme = setting(view.preferences, "theme", "Theme")
        if theme is not None:
            actions.append(SetPreference("theme", theme))
        imgui.spacing()
        if button("Reset rendering", "All rendering settings back to their defaults."):
            actions.append(ResetRendering())
        return actions

    def _set(self, view: ViewState, name: str, label: str) -> list[Action]:
        value = setting(view.rendering, name, label)
        return [] if value is None else [SetRendering(name, value)]

    def _classes(self, view: ViewState) -> list[Action]:
        actions: list[Action] = []
        for mode, label, what in (
            ("importance", "Importance", "Grey: how much a unit or edge matters at all."),
            ("all", "All classes", "Class colours mixed by importance."),
        ):
            place, gap = imgui.get_item_rect_max().x, imgui.get_style().item_spacing.x
            wide = imgui.get_frame_height() + imgui.calc_text_size(label).x + 2 * gap
            edge = imgui.get_cursor_screen_pos().x + imgui.get_content_region_avail().x
            if mode == "all" and place + wide <= edge:
                imgui.same_line()
            if imgui.radio_button(label, view.mode == mode):
                actions.append(SetMode(mode))
            tip(what)
        if view.shown is None:
            return actions
        scene = view.shown.scene
        names = scene.class_names
        if len(names) > 24:
            imgui.set_next_item_width(-1)
            _, self._search = imgui.input_text_with_hint("##find", "find a class", self._search)
        room = imgui.get_content_region_avail().x / 2 - 3 * imgui.get_font_size()
        are_short = all(imgui.calc_text_size(name).x < room for name in names)
        columns = 2 if len(names) > 5 and are_short else 1
        if len(names) > 16:  # the list scrolls by itself
            size, fit = imgui.ImVec2(0, 9 * imgui.get_frame_height_with_spacing()), 0
        else:
            size, fit = imgui.ImVec2(0, 0), imgui.ChildFlags_.auto_resize_y
        if imgui.begin_child("classes", size, fit):
            shown = [
                (number, name)
                for number, name in enumerate(names)
                if self._search.lower() in name.lower()
            ]
            if imgui.begin_table("class", columns):
                for number, name in shown:
                    imgui.table_next_column()
                    actions += self._class_row(view, name, scene.class_colour[number])
                imgui.end_table()
        imgui.end_child()
        return actions

    def _class_row(self, view: ViewState, name: str, colour: object) -> list[Action]:
        place = imgui.get_cursor_screen_pos()
        size = imgui.get_text_line_height()
        imgui.get_window_draw_list().add_circle_filled(
            imgui.ImVec2(place.x + size * 0.5, place.y + size * 0.55), size * 0.32,
            colour_of(colour),
        )  # fmt: skip
        imgui.indent(size * 1.2)
        clicked, _ = imgui.selectable(f"{name}##class", view.mode == name)
        imgui.unindent(size * 1.2)
        tip(f"Only what matters for {name}.")
        return [SetMode("all" if view.mode == name else name)] if clicked else []
