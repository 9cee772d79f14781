"""Training: the time line of a run, its curves, recurrence and the transitions of one step."""

from __future__ import annotations

import numpy as np
from imgui_bundle import imgui, implot

from nnvis.app.actions import (
    Action,
    ChooseTransition,
    CompareWith,
    GoToEpoch,
    SetMode,
    ShowFlows,
)
from nnvis.app.panels.samples import sample_grid
from nnvis.app.panels.single_epoch import single_epoch, why_no_time_line
from nnvis.app.panels.time_line import time_line
from nnvis.app.panels.widgets import colour_of, tip, title, wrapped
from nnvis.app.state import ViewState
from nnvis.app.training import Training

HELP = (
    "How the network got there, from what a Recorder wrote at each epoch. Drag the time line, or "
    "play it. The strip below it shows how alike the chosen step's changes are to those of every "
    "other step (dark is alike). Click the recurrence plot to go there, or a cell of the "
    "transitions to see which samples moved; arcs between the output units show the same flows."
)
_ROUNDING = 2.0


class TrainingPanel:
    """Keeps which curves are shown by ImPlot's own legend; nothing of its own."""

    name = "Training"

    def draw(self, view: ViewState) -> list[Action]:
        training = view.training
        if training is None:
            title("Time line", HELP)
            wrapped(why_no_time_line(view), faint=True)
            if view.single is not None:
                single_epoch(view.single)
            return []
        actions: list[Action] = []
        actions += self._time_line(view, training)
        size = imgui.get_content_region_avail()
        em = imgui.get_font_size()
        height = max(size.y, 6 * em)
        side = min(height, 0.22 * size.x)
        wide = max(0.34 * size.x, 8 * em)
        actions += self._curves(view, training, imgui.ImVec2(wide, height))
        imgui.same_line()
        actions += self._recurrence(view, training, imgui.ImVec2(side, height))
        imgui.same_line()
        actions += self._transitions(view, training, side)
        imgui.same_line()
        if imgui.begin_child("moved", imgui.ImVec2(0, height)):
            actions += self._samples(view, training)
        imgui.end_child()
        return actions

    def _time_line(self, view: ViewState, training: Training) -> list[Action]:
        actions: list[Action] = []
        actions += time_line(view, training, left_out=imgui.get_font_size() * 9)
        left = imgui.get_item_rect_min()
        right = imgui.get_item_rect_max()
        imgui.same_line()
        ticked, is_on = imgui.checkbox("Flows", view.has_flows)
        tip("Arcs between the output units: samples that change their class after this epoch.")
        if ticked:
            actions.append(ShowFlows(is_on))
        imgui.same_line()
        imgui.text_disabled("?")
        tip(HELP)
        if training.note:
            imgui.same_line()
            imgui.text_disabled("!")
            tip(training.note)
        self._ribbon(view, training, left.x, right.x)
        return actions

    def _ribbon(self, view: ViewState, training: Training, left: float, right: float) -> None:
        """The chosen step's distance to every other, as a strip below the time line."""
        height = imgui.get_font_size() * 0.6
        place = imgui.get_cursor_screen_pos()
        paint = imgui.get_window_draw_list()
        steps = len(training.distance)
        chosen = min(view.epoch_row, steps - 1)
        # As many pieces as can be told apart; of many steps the most alike one shows.
        pieces = min(steps, max(int((right - left) / 2), 1))
        edges = np.linspace(0, steps, pieces + 1).astype(int)
        for piece in range(pieces):
            alike = 1 - float(training.distance[chosen, edges[piece] : edges[piece + 1]].min())
            x0 = left + (right - left) * piece / pieces
            x1 = left + (right - left) * (piece + 1) / pieces
            paint.add_rect_filled(
                imgui.ImVec2(x0, place.y), imgui.ImVec2(x1, place.y + height),
                _alike_colour(alike, view.is_dark),
            )  # fmt: skip
        imgui.dummy(imgui.ImVec2(1, height))

    def _curves(self, view: ViewState, training: Training, size: imgui.ImVec2) -> list[Action]:
        actions: list[Action] = []
        if not implot.begin_plot("##curves", size, implot.Flags_.no_mouse_text):
            return actions
        implot.setup_axes("epoch", "", 0, implot.AxisFlags_.auto_fit)
        epochs = training.epochs.astype(np.float64)
        implot.setup_axis_limits(implot.ImAxis_.x1, epochs[0], max(epochs[-1], epochs[0] + 1))
        losses = [name for name in training.curves if "loss" in name]
        if losses and len(losses) < len(training.curves):
            implot.setup_axis(implot.ImAxis_.y2, "loss", implot.AxisFlags_.aux_default
                              | implot.AxisFlags_.auto_fit)  # fmt: skip
        implot.setup_legend(implot.Location_.east)
        for name, values in training.curves.items():
            second = name in losses and len(losses) < len(training.curves)
            implot.set_axes(implot.ImAxis_.x1, implot.ImAxis_.y2 if second
                            else implot.ImAxis_.y1)  # fmt: skip
            known = np.isfinite(values)
            implot.plot_line(name.replace("_", " "), epochs[known], values[known])
        accent = imgui.get_style_color_vec4(imgui.Col_.plot_lines)
        implot.set_axes(implot.ImAxis_.x1, implot.ImAxis_.y1)
        at = float(np.interp(view.moment, np.arange(training.count), epochs))
        moved, epoch, *_ = implot.drag_line_x(1, at, accent)
        if moved:
            rows = np.arange(training.count, dtype=float)
            actions.append(GoToEpoch(float(np.interp(epoch, epochs, rows))))
        implot.end_plot()
        return actions

    def _recurrence(self, view: ViewState, training: Training, size: imgui.ImVec2) -> list[Action]:
        actions: list[Action] = []
        texture = view.textures.get("recurrence")
        flags = implot.Flags_.canvas_only | implot.Flags_.equal
        if not implot.begin_plot("##recurrence", size, flags):
            return actions
        steps = len(training.distance)
        # Locked, but with inputs: a plot without does not know that the mouse is over it.
        plain = implot.AxisFlags_.no_tick_labels | implot.AxisFlags_.no_tick_marks
        plain |= implot.AxisFlags_.lock
        implot.setup_axes("step", "step", plain, plain)
        implot.setup_axes_limits(0, steps, 0, steps, imgui.Cond_.always)
        if texture is not None:
            implot.plot_image(
                "distance", imgui.ImTextureRef(texture),
                implot.Point(0, 0), implot.Point(steps, steps),
                imgui.ImVec2(0, 1), imgui.ImVec2(1, 0),
            )  # fmt: skip
        accent = imgui.get_style_color_vec4(imgui.Col_.plot_lines)
        here = min(view.epoch_row, steps - 1) + 0.5
        implot.drag_line_x(2, here, accent, 1, implot.DragToolFlags_.no_inputs)
        if implot.is_plot_hovered():
            mouse = implot.get_plot_mouse_pos()
            first, second = int(mouse.x), int(mouse.y)
            if 0 <= first < steps and 0 <= second < steps:
                text = (
                    f"steps {training.epochs[first]} and {training.epochs[second]}: distance "
                    f"{training.distance[first, second]:.2f}; {training.raw[first, second]:,} "
                    "samples predicted otherwise. Click to go to the first and compare it with "
                    "the second."
                )
                imgui.set_tooltip(text)
                if imgui.is_mouse_clicked(imgui.MouseButton_.left):
                    actions += [GoToEpoch(float(first)), CompareWith(second)]
        implot.end_plot()
        return actions

    def _transitions(self, view: ViewState, training: Training, side: float) -> list[Action]:
        """Counts from row class to column class at the chosen step; the diagonal stays faint."""
        actions: list[Action] = []
        step = min(view.epoch_row, len(training.moved) - 1)
        counts = training.moved[step]
        classes = len(counts)
        place = imgui.get_cursor_screen_pos()
        imgui.invisible_button("transitions", imgui.ImVec2(side, side))
        cell = side / (classes + 1)
        off = np.where(np.eye(classes, dtype=bool), 0, counts)
        most = max(int(off.max()), 1)
        paint = imgui.get_window_draw_list()
        colours = None if view.shown is None else view.shown.scene.class_colour
        for k in range(classes):
            tint = colour_of(colours[k]) if colours is not None and k < len(colours) else 0xFF808080
            for x, y in ((k + 1, 0), (0, k + 1)):
                paint.add_rect_filled(
                    imgui.ImVec2(place.x + x * cell + 1, place.y + y * cell + 1),
                    imgui.ImVec2(place.x + (x + 1) * cell - 1, place.y + (y + 1) * cell - 1),
                    tint, _ROUNDING,
                )  # fmt: skip
        field = imgui.get_color_u32(imgui.Col_.frame_bg)
        for i, j in np.ndindex(classes, classes):
            low = imgui.ImVec2(place.x + (j + 1) * cell, place.y + (i + 1) * cell)
            high = imgui.ImVec2(low.x + cell - 1, low.y + cell - 1)
            share = float(np.sqrt(off[i, j] / most))
            paint.add_rect_filled(low, high, field)
            if off[i, j]:
                paint.add_rect_filled(low, high, _alike_colour(0.25 + 0.75 * share, view.is_dark))
            if view.transition == (i, j):
                paint.add_rect(low, high, imgui.get_color_u32(imgui.Col_.plot_lines), 0.0, 2.0)
            if view.mode in (training.class_names[i], training.class_names[j]):
                paint.add_rect(low, high, imgui.get_color_u32(imgui.Col_.text_disabled))
        if imgui.is_item_hovered():
            mouse = imgui.get_io().mouse_pos
            j, i = int((mouse.x - place.x) / cell) - 1, int((mouse.y - place.y) / cell) - 1
            if 0 <= i < classes and 0 <= j < classes:
                names = training.class_names
                what = f"stayed {names[i]}" if i == j else f"went from {names[i]} to {names[j]}"
                imgui.set_tooltip(f"{counts[i, j]:,} samples {what}. Click to see them.")
                if imgui.is_mouse_clicked(imgui.MouseButton_.left):
                    same = view.transition == (i, j)
                    actions.append(ChooseTransition(None if same else (i, j)))
            elif 0 <= max(i, j) < classes and min(i, j) == -1:
                name = training.class_names[max(i, j)]
                is_on = view.mode == name
                what = "all classes" if is_on else f"what matters for class {name}"
                imgui.set_tooltip(f"Click to show {what}.")
                if imgui.is_mouse_clicked(imgui.MouseButton_.left):
                    actions.append(SetMode("all" if is_on else name))
        return actions

    def _samples(self, view: ViewState, training: Training) -> list[Action]:
        names = training.class_names
        step = min(view.epoch_row, len(training.moved) - 1)
        if view.transition is None:
            moved = int(training.moved[step].sum() - np.trace(training.moved[step]))
            total = training.prediction.shape[1]
            wrapped(f"{moved:,} of {total:,} samples change their class after epoch "
                    f"{training.epochs[step]}. Click a cell to see which.", faint=True)  # fmt: skip
            return []
        source, target = view.transition
        rows = training.samples(step, source, target)
        wrapped(f"{names[source]} to {names[target]} after epoch {training.epochs[step]}: "
                f"{int(training.moved[step, source, target]):,} samples")  # fmt: skip
        return sample_grid(view, training, rows)


def _alike_colour(share: float, is_dark: bool) -> int:
    """From the field's colour (0) to the accent (1)."""
    low = imgui.get_style_color_vec4(imgui.Col_.frame_bg)
    high = (0.62, 0.76, 1.0) if is_dark else (0.05, 0.16, 0.42)
    share = min(max(share, 0.0), 1.0)
    mixed = [a + share * (b - a) for a, b in zip((low.x, low.y, low.z), high, strict=True)]
    return colour_of(mixed)
