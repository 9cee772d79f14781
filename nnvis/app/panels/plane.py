"""The plane of the teaching mode: what the network makes of it, and the points drawn on it."""

from __future__ import annotations

import numpy as np
from imgui_bundle import imgui, implot

from nnvis.app.actions import Action
from nnvis.app.lesson import PICTURE, DrawPoints, ErasePoints, Lesson
from nnvis.app.state import ViewState
from nnvis.render.palette import class_colours

# An eraser smaller than this, in the plane's units, would be hard to hit with.
_LEAST_ERASER = 0.05
# A drag draws so many points for each width of its brush.
_POINTS_A_WIDTH = 5.0
# Of their class's colour in points; the rest is black by day and white by night, so that they
# show on the class's region.
_INK = 0.65
_LEFT, _RIGHT = imgui.MouseButton_.left, imgui.MouseButton_.right


class Plane:
    """Turns clicks and drags into points; keeps where the drag is."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)
        self._last: tuple[float, float] | None = None

    def draw(self, view: ViewState, lesson: Lesson, brush: float, side: float) -> list[Action]:
        """The square, ``side`` screen points wide; ``brush`` in the plane's units."""
        actions: list[Action] = []
        implot.push_style_var(implot.StyleVar_.plot_padding, imgui.ImVec2(1, 1))
        flags = implot.Flags_.canvas_only
        if implot.begin_plot("##plane", imgui.ImVec2(side, side), flags):
            # Locked, but with inputs: a plot without does not know that the mouse is over it.
            bare = implot.AxisFlags_.no_decorations | implot.AxisFlags_.lock
            implot.setup_axes("", "", bare, bare)
            implot.setup_axes_limits(-1, 1, -1, 1, imgui.Cond_.always)
            texture = view.textures.get(PICTURE)
            if texture is not None:
                low, high = implot.Point(-1, -1), implot.Point(1, 1)
                implot.plot_image("map", imgui.ImTextureRef(texture), low, high)
            _points(view, lesson, min(max(side / 60, 2.0), 4.0))
            if implot.is_plot_hovered():
                actions += self._hand(lesson, brush)
            else:
                self._last = None
            implot.end_plot()
        implot.pop_style_var()
        return actions

    def _hand(self, lesson: Lesson, brush: float) -> list[Action]:
        """What the mouse does: left draws, right erases."""
        mouse = implot.get_plot_mouse_pos()
        at = (float(mouse.x), float(mouse.y))
        reach = max(brush, _LEAST_ERASER)
        if imgui.is_mouse_down(_RIGHT):
            _ring(at, reach, imgui.get_color_u32(imgui.Col_.text))
            return [ErasePoints(at, reach)]
        if brush > 0:
            _ring(at, brush, imgui.get_color_u32(imgui.Col_.text_disabled))
        if imgui.is_mouse_clicked(_LEFT):
            self._last = at
            return [DrawPoints((at,), lesson.pen)]
        if not imgui.is_mouse_down(_LEFT) or self._last is None:
            self._last = None
            return []
        return self._sprayed(at, lesson.pen, brush)

    def _sprayed(self, at: tuple[float, float], pen: int, brush: float) -> list[Action]:
        """Points along the way since the last ones, scattered within the brush."""
        assert self._last is not None
        way = np.subtract(at, self._last)
        count = int(np.hypot(*way) / max(brush, _LEAST_ERASER) * _POINTS_A_WIDTH)
        if count < 1:
            return []
        along = np.array(self._last) + self._rng.uniform(size=(count, 1)) * way
        angle = self._rng.uniform(0, 2 * np.pi, count)
        away = brush * np.sqrt(self._rng.uniform(size=count))
        places = along + away[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        self._last = at
        return [DrawPoints(tuple((float(x), float(y)) for x, y in places), pen)]


def _points(view: ViewState, lesson: Lesson, size: float) -> None:
    """In their class's colour with a light rim, by day and by night."""
    for number, rgb in enumerate(class_colours(lesson.classes)):
        place = lesson.place[lesson.label == number].astype(np.float64)
        if not len(place):
            continue
        ink = _INK * rgb + (1 - _INK) * view.is_dark
        red, green, blue = (float(part) for part in ink)
        spec = implot.Spec(
            marker=implot.Marker_.circle, marker_size=size, line_weight=1.0,
            marker_fill_color=imgui.ImVec4(red, green, blue, 1.0),
            marker_line_color=imgui.ImVec4(1.0, 1.0, 1.0, 0.9),
        )  # fmt: skip
        implot.plot_scatter(f"##{number}", *map(np.ascontiguousarray, place.T), spec=spec)


def _ring(at: tuple[float, float], radius: float, colour: int) -> None:
    """How far the brush or the eraser reaches."""
    middle, edge = implot.plot_to_pixels(*at), implot.plot_to_pixels(at[0] + radius, at[1])
    paint = implot.get_plot_draw_list()
    paint.add_circle(imgui.ImVec2(middle.x, middle.y), edge.x - middle.x, colour)
