"""Controls that every panel uses: sliders from settings, help marks, small texts.

A control comes from the field of the settings model: range, choices and tip are written once.
"""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from imgui_bundle import imgui

from nnvis.config.settings import Settings

# Of the panel's width; the label stands to the right.
_CONTROL_SHARE = 0.46
_CHOICE_SHARE = 0.6
# Its smallest width, in letters' heights.
_LEAST_CONTROL = 3.5
# Around a swatch that is chosen, screen points.
FRAME = 2.0


def title(text: str, help_text: str) -> None:
    """A faint heading line with the panel's "?" at its right end."""
    imgui.align_text_to_frame_padding()
    width = imgui.calc_text_size("?").x + 2 * imgui.get_style().frame_padding.x
    gap = imgui.get_style().item_spacing.x
    imgui.text_disabled(shortened(text, imgui.get_content_region_avail().x - width - gap))
    imgui.same_line()
    room = imgui.get_content_region_avail().x - width
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(room, 0.0))
    imgui.small_button("?")
    tip(help_text)


def tip(text: str) -> None:
    """Shown when the mouse rests on the control before it."""
    if imgui.is_item_hovered(
        imgui.HoveredFlags_.for_tooltip | imgui.HoveredFlags_.allow_when_disabled
    ):
        imgui.begin_tooltip()
        imgui.push_text_wrap_pos(imgui.get_font_size() * 22)
        imgui.text_unformatted(text)
        imgui.pop_text_wrap_pos()
        imgui.end_tooltip()


def section(text: str) -> None:
    """A heading inside a panel."""
    imgui.spacing()
    imgui.separator_text(text)


def wrapped(text: str, *, faint: bool = False) -> None:
    """Text that breaks at the panel's edge."""
    imgui.push_text_wrap_pos(0.0)
    if faint:
        imgui.text_disabled(text)
    else:
        imgui.text_unformatted(text)
    imgui.pop_text_wrap_pos()


def is_looked_at() -> bool:
    """Whether the user is at the panel being drawn, and it does not merely lie open.

    While panels are docked at first, each is drawn for a frame or two.
    """
    return imgui.is_window_focused(imgui.FocusedFlags_.root_and_child_windows)


def shortened(text: str, width: float) -> str:
    """As much of a text as so many screen points hold."""
    if imgui.calc_text_size(text).x <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if imgui.calc_text_size(text[:middle] + "…").x <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low] + "…"


def words(name: str) -> str:
    """``edge_base_opacity`` as ``Edge base opacity``."""
    return name.replace("_", " ").capitalize()


def setting(settings: Settings, name: str, label: str | None = None) -> Any:
    """The control of one field; the new value when the user changed it, else ``None``.

    Numbers are sliders over the field's range (Ctrl-click types, double-click resets), choices
    a list, truth values a box.
    """
    field = type(settings).model_fields[name]
    value = getattr(settings, name)
    shown = label or words(name)
    imgui.push_id(name)
    is_choice = get_origin(field.annotation) is Literal
    share = _CHOICE_SHARE if is_choice else _CONTROL_SHARE
    room = imgui.get_content_region_avail().x
    beside = room - imgui.calc_text_size(shown).x - imgui.get_style().item_inner_spacing.x
    # A narrow panel shortens the control before the label is cut.
    width = max(min(room * share, beside), imgui.get_font_size() * _LEAST_CONTROL)
    imgui.set_next_item_width(width)
    if is_choice:
        changed = _choice(shown, value, get_args(field.annotation))
    elif isinstance(value, bool):
        was, now = imgui.checkbox(shown, value)
        changed = now if was else None
    else:
        low, high = bounds(settings, name)
        if isinstance(value, int):
            was, number = imgui.slider_int(shown, value, int(low), int(high))
        else:
            was, number = imgui.slider_float(
                shown, value, low, high, "%.3f" if high - low <= 2 else "%.2f",
                imgui.SliderFlags_.always_clamp,
            )  # fmt: skip
        changed = number if was else None
        default = field.get_default()
        if imgui.is_item_hovered() and imgui.is_mouse_double_clicked(0) and value != default:
            changed = default
    tip(f"{field.description} Default: {_plain(field.get_default())}.")
    imgui.pop_id()
    return changed


def bounds(settings: Settings, name: str) -> tuple[float, float]:
    """Smallest and largest value that the field takes."""
    low, high = 0.0, 1.0
    for limit in type(settings).model_fields[name].metadata:
        if (least := getattr(limit, "ge", None)) is not None:
            low = float(least)
        elif (least := getattr(limit, "gt", None)) is not None:
            low = float(least) + 1e-3
        elif (most := getattr(limit, "le", None)) is not None:
            high = float(most)
        elif (most := getattr(limit, "lt", None)) is not None:
            high = float(most) - 1e-3
    return low, high


def _choice(label: str, value: Any, choices: tuple[Any, ...]) -> Any:
    changed = None
    if imgui.begin_combo(label, _plain(value)):
        for choice in choices:
            clicked, _ = imgui.selectable(_plain(choice), choice == value)
            if clicked and choice != value:
                changed = choice
        imgui.end_combo()
    return changed


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).replace("_", " ")


def button(label: str, tip_text: str, *, width: float = 0.0, enabled: bool = True) -> bool:
    """A button with a tip; ``width`` 0 fits the label, −1 the panel."""
    imgui.begin_disabled(not enabled)
    clicked = imgui.button(label, imgui.ImVec2(width, 0))
    imgui.end_disabled()
    tip(tip_text)
    return clicked and enabled


def swatch(label: str, rgb: Any, size: float, is_chosen: bool) -> bool:
    """A class to draw with, in its colour; with a frame around it when it is chosen."""
    flags = imgui.ColorEditFlags_.no_tooltip | imgui.ColorEditFlags_.no_border
    red, green, blue = (float(part) for part in rgb)
    colour = imgui.ImVec4(red, green, blue, 1.0)
    imgui.push_id(label)
    clicked = imgui.color_button(label, colour, flags, imgui.ImVec2(size, size))
    imgui.pop_id()
    tip(f"Draw points of {label}.")
    if is_chosen:
        low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        out = (
            imgui.ImVec2(low.x - FRAME, low.y - FRAME),
            imgui.ImVec2(high.x + FRAME, high.y + FRAME),
        )
        ink = imgui.get_color_u32(imgui.Col_.text)
        imgui.get_window_draw_list().add_rect(*out, ink, imgui.get_style().frame_rounding, 2.0)
    return clicked


def colour_of(rgb: Any, alpha: float = 1.0) -> int:
    """A colour (3,) in [0, 1] for ImGui's draw lists."""
    red, green, blue = (float(v) for v in rgb)
    return imgui.get_color_u32(imgui.ImVec4(red, green, blue, alpha))
