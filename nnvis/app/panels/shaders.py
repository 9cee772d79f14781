"""Shaders: the GLSL of each pass in an editor, compiled while one types."""

from __future__ import annotations

from imgui_bundle import imgui
from imgui_bundle import imgui_color_text_edit as editing

from nnvis.app.actions import (
    Action,
    ChooseShader,
    EditShader,
    RevertShader,
    SaveShader,
    SetUniform,
)
from nnvis.app.panels.fonts import code_font
from nnvis.app.panels.widgets import button, tip, title, wrapped
from nnvis.app.shaders import Workshop
from nnvis.app.state import ViewState

HELP = (
    "The shaders that draw the picture. What you type is compiled at once; while it does not "
    "compile, the last good program keeps drawing and the line at fault is marked. Save keeps your "
    "copy in your own folder, where you can also edit it in any other editor. A uniform of your "
    "own, such as 'uniform float my_gain; // 0..2', gets a slider."
)
_COLOURS = {3: imgui.color_edit3, 4: imgui.color_edit4}
_VECTORS = {2: imgui.slider_float2, 3: imgui.slider_float3, 4: imgui.slider_float4}
_RED = 0xFF4040D8
_RED_TEXT = 0xFFFFFFFF


class ShadersPanel:
    """Holds the text editor between frames."""

    name = "Shaders"

    def __init__(self) -> None:
        self._editor = editing.TextEditor()
        self._editor.set_language(editing.TextEditor.Language.glsl())
        self._editor.set_show_whitespaces_enabled(False)
        self._editor.set_tab_size(4)
        self._file = ""
        # As the editor holds it: what differs from the library's text was typed here.
        self._text = ""
        self._marked: object = None
        self._is_dark: bool | None = None

    def draw(self, view: ViewState) -> list[Action]:
        actions: list[Action] = []
        title("What the graphics card runs", HELP)
        shop = view.shaders
        if shop is None:
            wrapped("No shaders.", faint=True)
            return actions
        self._follow(shop, view.is_dark)
        actions += self._files(shop)
        imgui.same_line()
        imgui.begin_group()
        actions += self._buttons(shop)
        actions += self._sliders(shop)
        actions += self._complaints(shop)
        with code_font():
            self._editor.render("##glsl", imgui.ImVec2(0, 0), False)
        imgui.end_group()
        # The editor ends the text in its own way: what was not typed is no edit.
        typed = self._editor.get_text()
        if typed != self._text:
            self._text = typed
            actions.append(EditShader(shop.chosen, typed.rstrip("\n") + "\n"))
        return actions

    def _follow(self, shop: Workshop, is_dark: bool) -> None:
        """Show another file, or a text that changed elsewhere; mark what does not compile."""
        other = shop.chosen != self._file
        if other or shop.text.rstrip("\n") != self._text.rstrip("\n"):
            self._file = shop.chosen
            self._editor.set_text(shop.text)
            self._text = self._editor.get_text()
            self._marked = None
        if is_dark != self._is_dark:
            self._is_dark = is_dark
            palette = editing.TextEditor.get_dark_palette() if is_dark else (
                editing.TextEditor.get_light_palette()
            )  # fmt: skip
            self._editor.set_palette(palette)
        found = shop.messages.get(shop.chosen, ())
        if found != self._marked:
            self._marked = found
            self._editor.clear_markers()
            for message in found:
                line = min(max(message.line - 1, 0), max(self._editor.get_line_count() - 1, 0))
                self._editor.add_marker(line, _RED, _RED_TEXT, message.text, message.text)

    def _files(self, shop: Workshop) -> list[Action]:
        actions: list[Action] = []
        width = imgui.get_font_size() * 12
        if imgui.begin_child("files", imgui.ImVec2(width, 0)):
            for name, files in shop.passes:
                imgui.text_disabled(name)
                for file in files:
                    is_wrong = any(one.is_error for one in shop.messages.get(file, ()))
                    mark = "! " if is_wrong else ""
                    end = {"edited": " *", "yours": " (yours)"}.get(shop.origins.get(file, ""), "")
                    clicked, _ = imgui.selectable(f"{mark}{file}{end}##{name}", file == shop.chosen)
                    tip(_origin_text(shop, file))
                    if clicked:
                        actions.append(ChooseShader(file))
        imgui.end_child()
        return actions

    def _buttons(self, shop: Workshop) -> list[Action]:
        actions: list[Action] = []
        origin = shop.origins.get(shop.chosen, "shipped")
        imgui.align_text_to_frame_padding()
        imgui.text_unformatted(shop.chosen)
        imgui.same_line()
        if button(
            "Save", f"Keep this text in {shop.folder}.",
            enabled=origin == "edited" and bool(shop.folder),
        ):  # fmt: skip
            actions.append(SaveShader(shop.chosen))
        imgui.same_line()
        if button("Revert", "Drop what was typed since the last save.", enabled=origin == "edited"):
            actions.append(RevertShader(shop.chosen))
        imgui.same_line()
        if button(
            "Back to the original", "Drop the edit and delete your saved copy.",
            enabled=origin != "shipped",
        ):  # fmt: skip
            actions.append(RevertShader(shop.chosen, fully=True))
        return actions

    def _sliders(self, shop: Workshop) -> list[Action]:
        actions: list[Action] = []
        for name, uniform in shop.custom.items():
            imgui.set_next_item_width(imgui.get_font_size() * 14)
            value = uniform.value
            changed: object = None
            if isinstance(value, tuple):
                parts = [float(v) for v in value]
                if uniform.kind == "colour":
                    was, now = _COLOURS[len(parts)](name, parts)
                else:
                    was, now = _VECTORS[len(parts)](name, parts, uniform.low, uniform.high)
                changed = tuple(list(now)[: len(parts)]) if was else None
            elif uniform.kind == "bool":
                was, ticked = imgui.checkbox(name, bool(value))
                changed = ticked if was else None
            elif uniform.kind == "int":
                was, number = imgui.slider_int(
                    name, int(value), int(uniform.low), int(uniform.high)
                )
                changed = number if was else None
            else:
                was, real = imgui.slider_float(name, float(value), uniform.low, uniform.high)
                changed = real if was else None
            tip(f"Your uniform in {uniform.file}, line {uniform.line}.")
            if changed is not None:
                actions.append(SetUniform(name, changed))
        return actions

    def _complaints(self, shop: Workshop) -> list[Action]:
        actions: list[Action] = []
        for file, messages in shop.messages.items():
            for message in messages[:2] if file == shop.chosen else messages[:1]:
                imgui.push_style_color(imgui.Col_.text, imgui.ImVec4(0.86, 0.25, 0.25, 1.0))
                clicked, _ = imgui.selectable(str(message), False)
                imgui.pop_style_color()
                tip("Click to go there.")
                if clicked and file != shop.chosen:
                    actions.append(ChooseShader(file))
                elif clicked:
                    centre = editing.TextEditor.Scroll.align_middle
                    self._editor.scroll_to_line(max(message.line - 1, 0), centre)
        return actions


def _origin_text(shop: Workshop, file: str) -> str:
    return {
        "edited": "Edited, not saved.",
        "yours": f"Your copy in {shop.folder}.",
    }.get(shop.origins.get(file, ""), "As it ships with nnvis.")
