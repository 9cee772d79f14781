"""Dear ImGui in our window: context, fonts, looks and the docked layout."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from imgui_bundle import imgui, implot

from nnvis.app.panels.fonts import load_fonts

# Left, right and bottom shares of the window in the first layout; panels at the sides are at
# least so many letters' heights wide where that leaves the view enough.
_LEFT, _RIGHT, _BOTTOM = 0.215, 0.225, 0.36
_SIDE, _WIDEST_SIDE = 18.0, 0.28
_LIGHT = {
    "text": "#24272c", "faint": "#7a7f87", "window": "#f3f3f0", "field": "#e4e4e0",
    "hover": "#d9dad6", "line": "#d3d3ce", "bar": "#e9e9e5", "accent": "#1769f4",
    "accent_soft": "#c7d8f5", "popup": "#fafaf8",
}  # fmt: skip
_DARK = {
    "text": "#e4e6ea", "faint": "#8b919b", "window": "#1b1e23", "field": "#2a2e35",
    "hover": "#363b44", "line": "#31353d", "bar": "#16181c", "accent": "#4f8ef7",
    "accent_soft": "#2b3f63", "popup": "#22262c",
}  # fmt: skip
_C = imgui.Col_
_PARTS = {
    "text": (_C.text, _C.input_text_cursor),
    "faint": (_C.text_disabled,),
    "window": (_C.window_bg, _C.tab_dimmed_selected, _C.tab_selected, _C.docking_empty_bg),
    "popup": (_C.popup_bg,),
    "field": (_C.frame_bg, _C.button, _C.scrollbar_grab),
    "hover": (
        _C.frame_bg_hovered, _C.button_hovered, _C.scrollbar_grab_hovered, _C.tab_hovered,
        _C.header_hovered, _C.scrollbar_grab_active, _C.frame_bg_active,
    ),
    "line": (_C.border, _C.separator, _C.table_border_light, _C.table_border_strong),
    "bar": (_C.title_bg, _C.title_bg_active, _C.title_bg_collapsed, _C.menu_bar_bg, _C.tab,
            _C.tab_dimmed, _C.scrollbar_bg),
    "accent": (_C.check_mark, _C.slider_grab_active,
               _C.separator_hovered, _C.separator_active, _C.resize_grip_active, _C.nav_cursor,
               _C.plot_lines, _C.docking_preview, _C.tab_selected_overline, _C.text_link),
    "accent_soft": (_C.header, _C.header_active, _C.slider_grab, _C.plot_histogram,
                    _C.button_active, _C.text_selected_bg,
                    _C.resize_grip_hovered),
}  # fmt: skip

# What ImGui does about a call that was left open.
_LOUD = tuple(f"config_error_recovery_enable_{way}" for way in ("assert", "tooltip", "debug_log"))


class Gui:
    """One ImGui context, its two backends and its layout; between :meth:`begin` and :meth:`end`
    panels may draw.

    Parameters
    ----------
    handle
        glfw's window, whose OpenGL context is current.
    layout
        File that remembers where panels are; need not exist.
    """

    def __init__(self, handle: Any, layout: Path) -> None:
        self._layout = layout
        self._look: tuple[bool, float, float] | None = None
        self._wants_first_layout = False
        self._is_new = True
        # Docked together, the last one drawn would lie on top.
        self._front: tuple[str, ...] = ()
        self.context = imgui.create_context()
        self._plots = implot.create_context()
        io = imgui.get_io()
        io.config_flags |= imgui.ConfigFlags_.docking_enable
        io.config_windows_move_from_title_bar_only = True
        # Written by ourselves, whole or not at all, when the user has moved something.
        io.set_ini_filename(None)
        try:
            imgui.load_ini_settings_from_memory(layout.read_text(encoding="utf-8"))
            self._has_layout = "DockNode" in layout.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            self._has_layout = False
        load_fonts()
        address = ctypes.cast(handle, ctypes.c_void_p).value
        assert address is not None
        imgui.backends.glfw_init_for_opengl(address, True)
        imgui.backends.opengl3_init("#version 330")

    def begin(self, *, is_dark: bool, font_size: float, scale: float) -> None:
        """Start a frame; panels dock around the view."""
        look = (is_dark, font_size, scale)
        if look != self._look:
            self._look = look
            _style(is_dark, font_size, scale)
        imgui.backends.opengl3_new_frame()
        imgui.backends.glfw_new_frame()
        imgui.new_frame()

    def dock(self, left: tuple[str, ...], right: tuple[str, ...], bottom: tuple[str, ...],
             centre: str) -> None:  # fmt: skip
        """The space that panels dock in; split as named when there is no layout yet."""
        flags = imgui.DockNodeFlags_.no_docking_over_central_node
        space = imgui.dock_space_over_viewport(0, None, flags)
        if self._is_new:
            # A layout that cannot be read leaves the space whole, and the view nowhere.
            self._is_new = False
            node = imgui.internal.dock_builder_get_node(space)
            self._has_layout = self._has_layout and node is not None and node.is_split_node()
        for name in self._front:
            imgui.set_window_focus(name)
        self._front = ()
        if self._has_layout and not self._wants_first_layout:
            return
        self._has_layout, self._wants_first_layout = True, False
        builder = imgui.internal
        builder.dock_builder_remove_node(space)
        builder.dock_builder_add_node(space, builder.DockNodeFlagsPrivate_.dock_space | flags)
        builder.dock_builder_set_node_size(space, imgui.get_main_viewport().work_size)
        room = imgui.get_main_viewport().work_size.x
        least = min(_SIDE * imgui.get_font_size() / max(room, 1.0), _WIDEST_SIDE)
        wide_left, wide_right = max(_LEFT, least), max(_RIGHT, least)
        _, west, rest = builder.dock_builder_split_node_py(space, imgui.Dir.left, wide_left)
        _, east, rest = builder.dock_builder_split_node_py(
            rest, imgui.Dir.right, wide_right / (1 - wide_left)
        )
        _, south, rest = builder.dock_builder_split_node_py(rest, imgui.Dir.down, _BOTTOM)
        for node, names in ((west, left), (east, right)):
            for number, name in enumerate(names):
                if number < len(names) - 1:
                    share = 1 / (len(names) - number)
                    _, top, node = builder.dock_builder_split_node_py(node, imgui.Dir.up, share)
                    builder.dock_builder_dock_window(name, top)
                else:
                    builder.dock_builder_dock_window(name, node)
        for name in bottom:
            builder.dock_builder_dock_window(name, south)
        builder.dock_builder_dock_window(centre, rest)
        builder.dock_builder_get_node(rest).local_flags = (
            builder.DockNodeFlagsPrivate_.no_tab_bar | builder.DockNodeFlagsPrivate_.central_node
        )
        builder.dock_builder_finish(space)
        self._front = bottom[:1]

    def bring_to_front(self, name: str) -> None:
        """Show a panel above those that it is docked together with, at the next frame."""
        self._front = (*self._front, name)

    def first_layout(self) -> None:
        """Split anew at the next frame."""
        self._wants_first_layout = True

    def end(self) -> None:
        """Draw what the panels asked for into the current framebuffer."""
        imgui.render()
        imgui.backends.opengl3_render_draw_data(imgui.get_draw_data())

    @contextmanager
    def mending(self) -> Iterator[None]:
        """End what a panel has begun when it fails, so that the others can be drawn."""
        before = imgui.internal.ErrorRecoveryState()
        imgui.internal.error_recovery_store_state(before)
        try:
            yield
        except BaseException:
            # In silence: the viewer says what went wrong.
            io = imgui.get_io()
            loud = [name for name in _LOUD if getattr(io, name)]
            for name in loud:
                setattr(io, name, False)
            imgui.internal.error_recovery_try_to_recover_state(before)
            for name in loud:
                setattr(io, name, True)
            raise

    def layout_to_save(self) -> str | None:
        """The layout's text when the user changed it since the last call."""
        io = imgui.get_io()
        if not io.want_save_ini_settings:
            return None
        io.want_save_ini_settings = False
        return imgui.save_ini_settings_to_memory()

    @property
    def layout_path(self) -> Path:
        return self._layout

    def release(self) -> None:
        """Give everything back; the window's context must still be current."""
        imgui.backends.opengl3_shutdown()
        imgui.backends.glfw_shutdown()
        implot.destroy_context(self._plots)
        imgui.destroy_context(self.context)


def _style(is_dark: bool, font_size: float, scale: float) -> None:
    style = imgui.Style()
    imgui.style_colors_dark(style) if is_dark else imgui.style_colors_light(style)
    colours = _DARK if is_dark else _LIGHT
    for part, targets in _PARTS.items():
        for target in targets:
            style.set_color_(target, _rgba(colours[part]))
    style.window_padding = imgui.ImVec2(10, 8)
    style.frame_padding = imgui.ImVec2(7, 3.5)
    style.item_spacing = imgui.ImVec2(7, 5)
    style.item_inner_spacing = imgui.ImVec2(6, 4)
    style.scrollbar_size = 11
    style.grab_min_size = 10
    for name in ("window_rounding", "frame_rounding", "popup_rounding", "grab_rounding",
                 "tab_rounding", "child_rounding"):  # fmt: skip
        setattr(style, name, 4.0)
    style.window_border_size = style.popup_border_size = 1.0
    style.frame_border_size = 0.0
    style.tab_bar_overline_size = 2.0
    style.window_menu_button_position = imgui.Dir.none
    style.docking_separator_size = 2.0
    style.scale_all_sizes(scale)
    style.font_size_base = font_size
    style.font_scale_dpi = scale
    _assign(style)
    implot_style = implot.get_style()
    implot.style_colors_dark(implot_style) if is_dark else implot.style_colors_light(implot_style)


def _assign(style: Any) -> None:
    """Copy a style into the current context's."""
    current = imgui.get_style()
    for name in dir(style):
        if name.startswith("_") or callable(getattr(style, name)):
            continue
        setattr(current, name, getattr(style, name))
    for part in range(int(_C.count)):
        current.set_color_(part, style.color_(part))


def _rgba(code: str) -> Any:
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return imgui.ImVec4(red, green, blue, 1.0)
