"""The 3D view: the picture, and what the mouse and the keys do to it."""

from __future__ import annotations

from typing import Any

from imgui_bundle import imgui

from nnvis.app.actions import (
    Action,
    Escape,
    Fly,
    GoTo,
    Orbit,
    Pan,
    Pin,
    PointAt,
    Redo,
    TakePicture,
    ToggleRecording,
    ToggleRotation,
    TurnAbout,
    Undo,
    Zoom,
)
from nnvis.app.controls import KEY_POSITIONS
from nnvis.app.panels.inspector import hover_card
from nnvis.app.state import ViewState

NAME = "View"
# A press that moves less than this is a click, pixels.
_STILL = 4.0
_FLIGHT = {
    imgui.Key.w: (1.0, 0.0),
    imgui.Key.s: (-1.0, 0.0),
    imgui.Key.a: (0.0, -1.0),
    imgui.Key.d: (0.0, 1.0),
}


class ViewPanel:
    """The picture fills the panel; its place and size in the last frame are remembered.

    Attributes
    ----------
    place, size
        Upper left corner and size of the picture, screen points.
    """

    def __init__(self) -> None:
        self.place = (0.0, 0.0)
        self.size = (1.0, 1.0)
        self._travel = 0.0
        self._was_hovered = False

    @property
    def centre(self) -> tuple[float, float]:
        return self.place[0] + self.size[0] / 2, self.place[1] + self.size[1] / 2

    def draw(self, view: ViewState, texture: int | None) -> list[Action]:
        """``texture`` is OpenGL's number of the picture, bottom row first."""
        actions: list[Action] = []
        imgui.push_style_var(imgui.StyleVar_.window_padding, imgui.ImVec2(0, 0))
        flags = imgui.WindowFlags_.no_scrollbar | imgui.WindowFlags_.no_scroll_with_mouse
        shown, _ = imgui.begin(NAME, None, flags)
        imgui.pop_style_var()
        room = imgui.get_content_region_avail()
        corner = imgui.get_cursor_screen_pos()
        self.place, self.size = (corner.x, corner.y), (max(room.x, 1.0), max(room.y, 1.0))
        if shown and room.x >= 1 and room.y >= 1:
            if texture is not None:
                imgui.get_window_draw_list().add_image(
                    imgui.ImTextureRef(texture), corner,
                    imgui.ImVec2(corner.x + room.x, corner.y + room.y),
                    imgui.ImVec2(0, 1), imgui.ImVec2(1, 0),
                )  # fmt: skip
            buttons = (
                imgui.ButtonFlags_.mouse_button_left
                | imgui.ButtonFlags_.mouse_button_right
                | imgui.ButtonFlags_.mouse_button_middle
            )
            imgui.invisible_button("picture", room, buttons)
            actions += self._mouse(view)
        imgui.end()
        actions += self._keys(view)
        return actions

    def _mouse(self, view: ViewState) -> list[Action]:
        actions: list[Action] = []
        io = imgui.get_io()
        is_hovered = imgui.is_item_hovered()
        if imgui.is_item_activated():
            self._travel = 0.0
        if imgui.is_item_active():
            right, down = io.mouse_delta.x, io.mouse_delta.y
            self._travel += abs(right) + abs(down)
            if (right or down) and self._travel > _STILL:
                left = imgui.is_mouse_down(imgui.MouseButton_.left)
                actions.append(Orbit(right, down) if left else Pan(right, down, self.size[1]))
        elif is_hovered:
            place = (io.mouse_pos.x - self.place[0], io.mouse_pos.y - self.place[1])
            if not self._was_hovered or io.mouse_delta.x or io.mouse_delta.y:
                actions.append(PointAt(place))
            if view.shown is not None and view.hovered is not None:
                hover_card(view.shown, view.hovered)
        elif self._was_hovered:
            actions.append(PointAt(None))
        self._was_hovered = is_hovered
        if imgui.is_item_deactivated() and self._travel <= _STILL:
            is_left = imgui.is_mouse_released(imgui.MouseButton_.left)
            if is_left and (view.hovered is not None or view.pinned is not None):
                actions.append(Pin(view.hovered))
        if is_hovered and io.mouse_wheel:
            actions.append(Zoom(io.mouse_wheel))
        double = imgui.is_mouse_double_clicked(imgui.MouseButton_.left)
        if is_hovered and double and view.hovered is not None:
            actions.append(TurnAbout(view.hovered))
        return actions

    def _keys(self, view: ViewState) -> list[Action]:
        actions: list[Action] = []
        io = imgui.get_io()
        if imgui.is_key_pressed(imgui.Key.escape, False):
            if imgui.is_popup_open("", imgui.PopupFlags_.any_popup):
                imgui.internal.close_popup_to_level(0, True)  # a menu or a list
            else:
                actions.append(Escape())
        if io.want_text_input:
            return actions
        if io.key_ctrl:
            if imgui.is_key_pressed(imgui.Key.z, False):
                actions.append(Redo() if io.key_shift else Undo())
            elif imgui.is_key_pressed(imgui.Key.y, False):
                actions.append(Redo())
            return actions
        forward = right = 0.0
        for key, (ahead, aside) in _FLIGHT.items():
            if imgui.is_key_down(key):
                forward, right = forward + ahead, right + aside
        if forward or right:
            actions.append(Fly(forward, right, min(io.delta_time, 0.1)))
        for key, action in (
            (imgui.Key.f, GoTo("default")),
            (imgui.Key.h, ToggleRotation()),
            (imgui.Key.k, TakePicture()),
            (imgui.Key.r, ToggleRecording()),
        ):
            if imgui.is_key_pressed(key, False):
                actions.append(action)
        for digit, position in KEY_POSITIONS.items():
            keys: list[Any] = [
                getattr(imgui.Key, f"_{digit}"),
                getattr(imgui.Key, f"keypad{digit}"),
            ]
            if any(imgui.is_key_pressed(key, False) for key in keys):
                actions.append(GoTo(position))
        return actions
