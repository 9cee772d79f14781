"""Draw your own points: the teaching mode of the Class map panel."""

from __future__ import annotations

import numpy as np
from imgui_bundle import imgui, implot

from nnvis.app.actions import Action, SetMap
from nnvis.app.lesson import (
    LEAST_CLASSES,
    LEAST_UNITS,
    MOST_CLASSES,
    MOST_LAYERS,
    MOST_POINTS,
    MOST_UNITS,
    RATES,
    SPEEDS,
    ClearPoints,
    DrawPreset,
    Lesson,
    ResetLesson,
    SetLesson,
    Teach,
    TrainLesson,
)
from nnvis.app.live_network import MEASURE
from nnvis.app.panels.plane import Plane
from nnvis.app.panels.widgets import FRAME, button, shortened, swatch, tip, title, wrapped
from nnvis.app.presets import PRESETS
from nnvis.app.state import ViewState
from nnvis.render.palette import class_colours

HELP = (
    "Draw points of two or more classes and watch a small network learn them. The plane has the "
    "colour of the class that the network gives each place; where it is unsure colours mix. The "
    "3D view shows the same network: units stay in their places, edges and colours change as it "
    "learns. Points can be drawn and removed while it does."
)
_LOGARITHMIC = imgui.SliderFlags_.logarithmic | imgui.SliderFlags_.always_clamp
_MOST_BRUSH = 0.3


class TeachingPanel:
    """Keeps the width of the brush."""

    def __init__(self) -> None:
        self._plane = Plane()
        self._brush = 0.1

    def draw(self, view: ViewState, lesson: Lesson) -> list[Action]:
        actions: list[Action] = []
        room = imgui.get_content_region_avail()
        # The plane is a square; what stands beside it shares the rest.
        side = min(room.y, 0.36 * room.x)
        pens = min(0.42 * (room.x - side), 14 * imgui.get_font_size())
        if imgui.begin_child("pens", imgui.ImVec2(pens, room.y)):
            actions += self._pens(view, lesson)
        imgui.end_child()
        imgui.same_line()
        if imgui.begin_child("plane", imgui.ImVec2(side, room.y)):
            actions += self._plane.draw(view, lesson, self._brush, side)
        imgui.end_child()
        imgui.same_line()
        if imgui.begin_child("network", imgui.ImVec2(0, room.y)):
            actions += _training(lesson) + _network(lesson)
            _learnt(lesson)
        imgui.end_child()
        return actions

    def _pens(self, view: ViewState, lesson: Lesson) -> list[Action]:
        title("Your own points", HELP)
        actions: list[Action] = []
        # Room for the frame around the one chosen.
        imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + FRAME)
        room, best = imgui.get_content_region_avail().x, imgui.get_frame_height()
        beside = (room - _two_buttons()) / lesson.classes - 2 * FRAME
        # Where all would be too small to hit, the buttons have a line of their own.
        is_narrow = beside < 0.6 * best
        size = min(room / lesson.classes - 2 * FRAME if is_narrow else beside, best)
        for number, rgb in enumerate(class_colours(lesson.classes)):
            if number:
                imgui.same_line(0, 2 * FRAME)
            if swatch(f"class {number + 1}", rgb, size, number == lesson.pen):
                actions.append(SetLesson("pen", number))
        if not is_narrow:
            imgui.same_line()
        if button("+", "One more class.", enabled=lesson.classes < MOST_CLASSES):
            actions.append(SetLesson("classes", lesson.classes + 1))
        imgui.same_line()
        if button("−", "Remove the last class and its points.",
                  enabled=lesson.classes > LEAST_CLASSES):  # fmt: skip
            actions.append(SetLesson("classes", lesson.classes - 1))
        label = imgui.calc_text_size("Brush").x + imgui.get_style().item_inner_spacing.x
        imgui.set_next_item_width(_share(1, label))
        self._brush = imgui.slider_float("Brush", self._brush, 0, _MOST_BRUSH, "%.2f",
                                         imgui.SliderFlags_.always_clamp)[1]  # fmt: skip
        tip("How wide a drag sprays points, and how much the right button erases.")
        half = _share(2)
        for number, name in enumerate(PRESETS):
            if number % 2:
                imgui.same_line()
            if button(name.capitalize(), "These points in place of those drawn.", width=half):
                actions.append(DrawPreset(name))
        has_points = len(lesson.place) > 0
        if button("Clear", "Remove all points.", width=half, enabled=has_points):
            actions.append(ClearPoints())
        imgui.same_line()
        if button("Leave", _where_to(lesson), width=half):
            actions.append(Teach(False))
        was, is_on = imgui.checkbox("Boundaries", view.map_kind == "boundary")
        tip("Show how sure the network is of each place instead of its class.")
        if was:
            kind = "boundary" if is_on else "region"
            actions.append(SetMap(kind, view.map_interpolation))
        wrapped(_counted(lesson), faint=True)
        return actions


def _training(lesson: Lesson) -> list[Action]:
    """Start, pause, begin again."""
    actions: list[Action] = []
    half = _share(2)
    label = "Pause" if lesson.is_training else "Start"
    if button(label, "Let the network learn, or keep it as it is.", width=half):
        actions.append(TrainLesson(not lesson.is_training))
    imgui.same_line()
    if button("Reset", "Other first weights, drawn at random.", width=half):
        actions.append(ResetLesson())
    imgui.set_next_item_width(half)
    was, rate = imgui.slider_float(
        "##rate", lesson.learning_rate, *RATES, "rate %.4f", _LOGARITHMIC
    )
    tip(
        "Learning rate: how far each step of the optimiser (Adam) goes. Too far, and it gets "
        "nowhere. Ctrl-click types."
    )
    if was:
        actions.append(SetLesson("learning_rate", rate))
    imgui.same_line()
    imgui.set_next_item_width(half)
    was, speed = imgui.slider_int("##speed", lesson.speed, *SPEEDS, "%d steps/s", _LOGARITHMIC)
    tip("Steps a second, at most: slow enough to watch, or fast. Each step takes all points.")
    if was:
        actions.append(SetLesson("speed", speed))
    return actions


def _network(lesson: Lesson) -> list[Action]:
    """The hidden layers side by side, from the input on."""
    actions: list[Action] = []
    hidden = lesson.hidden
    wide = _share(max(len(hidden), 1), _two_buttons())
    needed = imgui.calc_text_size(f"{MOST_UNITS} units").x + imgui.get_style().frame_padding.x
    written = "%d units" if wide > needed else "%d"
    if not hidden:
        imgui.align_text_to_frame_padding()
        imgui.text_disabled("No hidden layer")
        imgui.same_line()
    for number, size in enumerate(hidden):
        imgui.set_next_item_width(wide)
        was, wanted = imgui.slider_int(f"##layer{number}", size, LEAST_UNITS, MOST_UNITS,
                                       written, imgui.SliderFlags_.always_clamp)  # fmt: skip
        tip(f"Units of hidden layer {number + 1}, with ReLU. Another size is another network.")
        if was and wanted != size:
            sizes = (*hidden[:number], wanted, *hidden[number + 1 :])
            actions.append(SetLesson("hidden", sizes))
        imgui.same_line()
    if button("+##layer", "One more hidden layer: another network.",
              enabled=len(hidden) < MOST_LAYERS):  # fmt: skip
        actions.append(SetLesson("hidden", (*hidden, hidden[-1] if hidden else 8)))
    imgui.same_line()
    if button("−##layer", "Remove the last hidden layer; without any the network draws straight "
              "lines alone.", enabled=bool(hidden)):  # fmt: skip
        actions.append(SetLesson("hidden", hidden[:-1]))
    return actions


def _learnt(lesson: Lesson) -> None:
    """How far it is, its curves, and what the 3D view measures."""
    learnt = lesson.learnt
    if learnt is None:
        wrapped("Making the network…", faint=True)
        return
    words = f"Step {learnt.steps:,}"
    if np.isfinite(learnt.loss):
        words += f": loss {learnt.loss:.3f}, {100 * learnt.accuracy:.1f} % right"
    wrapped(words)
    below = imgui.get_text_line_height_with_spacing()
    height = max(imgui.get_content_region_avail().y - below, 5 * imgui.get_font_size())
    flags = implot.Flags_.no_mouse_text | implot.Flags_.no_menus | implot.Flags_.no_box_select
    if implot.begin_plot("##learnt", imgui.ImVec2(-1, height), flags):
        fit = implot.AxisFlags_.auto_fit
        implot.setup_axes("", "", fit, fit)
        implot.setup_axis(implot.ImAxis_.y2, "", implot.AxisFlags_.aux_default
                          | implot.AxisFlags_.lock)  # fmt: skip
        implot.setup_axis_limits(implot.ImAxis_.y2, 0, 1.02, imgui.Cond_.always)
        implot.setup_legend(implot.Location_.east)
        steps, loss, accuracy = map(np.ascontiguousarray, learnt.curve.T)
        known = np.isfinite(loss)
        implot.plot_line("loss", steps[known], loss[known])
        implot.set_axes(implot.ImAxis_.x1, implot.ImAxis_.y2)
        implot.plot_line("share right", steps[known], accuracy[known])
        implot.end_plot()
    words = "3D: |activation × weight| per class"
    imgui.text_disabled(shortened(words, imgui.get_content_region_avail().x))
    tip(MEASURE)


def _share(count: int, less: float = 0.0) -> float:
    """The width of one of so many controls side by side, with so much room left beside them."""
    gaps = (count - 1) * imgui.get_style().item_spacing.x
    return max((imgui.get_content_region_avail().x - less - gaps) / count, 1.0)


def _two_buttons() -> float:
    """The width of + and − with the gaps before them."""
    style = imgui.get_style()
    return 2 * (imgui.calc_text_size("−").x + 2 * style.frame_padding.x + style.item_spacing.x)


def _counted(lesson: Lesson) -> str:
    if not len(lesson.place):
        return "Click or drag in the square to draw points, or take a preset."
    full = (
        f", as many as there can be ({MOST_POINTS:,})" if len(lesson.place) >= MOST_POINTS else ""
    )
    return f"{len(lesson.place):,} points{full}. Left draws, right erases."


def _where_to(lesson: Lesson) -> str:
    if lesson.back is None:
        return "End the teaching mode; the network stays in the 3D view."
    return f"Back to {lesson.back}."
