"""Class map: what the network makes of a plane of inputs, at the time line's moment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from imgui_bundle import imgui, implot

from nnvis.app.actions import Action, Compute, SelectSamples, SetMap
from nnvis.app.lesson import Teach
from nnvis.app.mapping import KEY, PICTURE, PLANES, Mapped, marks
from nnvis.app.panels.samples import described
from nnvis.app.panels.single_epoch import why_no_time_line
from nnvis.app.panels.teaching import TeachingPanel
from nnvis.app.panels.time_line import time_line
from nnvis.app.panels.widgets import button, is_looked_at, title, wrapped
from nnvis.app.state import ViewState
from nnvis.app.training import Training

HELP = (
    "Each place of a plane in the space of inputs, in the colour of the class that the network "
    "gives it; where classes are about as probable their colours mix. Boundary shows instead how "
    "sure it is. The map follows the time line. Healthy training moves boundaries early and "
    "settles; islands around single samples that appear late are signs of overfitting. For inputs "
    "of many numbers the plane is a thin slice: samples off it need not have its colour."
)
_KINDS = ("region", "boundary")
_WAYS = ("linear", "geometric")
_LONGEST = "Between epochs"
_NEAR = 9.0
# Up to so many selected samples have broad rings.
_FEW = 40
# The font has no subscripts.
_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


class ClassMapPanel:
    """Asks for a run's maps when it is first seen; keeps which is chosen."""

    name = "Class map"

    def __init__(self) -> None:
        self._asked: Path | None = None
        self._plane = PLANES[0]
        self._name: str | None = None
        self._teaching = TeachingPanel()

    def draw(self, view: ViewState) -> list[Action]:
        if view.lesson is not None:
            return self._teaching.draw(view, view.lesson)
        training = view.training
        if training is None or view.run is None:
            title("A plane of inputs", HELP)
            wrapped(why_no_time_line(view), faint=True)
            return _teaching_button(view)
        found = view.analyses.get(KEY)
        actions: list[Action] = []
        if view.job is None and found is None and self._asked != view.run and is_looked_at():
            actions += self._ask(view)
        room = imgui.get_content_region_avail()
        if imgui.begin_child("choices", imgui.ImVec2(0.3 * room.x, room.y)):
            actions += self._choices(view, training, found)
        imgui.end_child()
        imgui.same_line()
        if imgui.begin_child("map", imgui.ImVec2(0, room.y)):
            if found is not None:
                actions += map_plot(view, training, found, imgui.get_content_region_avail())
            else:
                wrapped("Making the map…" if view.job is not None else
                        "There is no map yet. Map makes one; where it cannot, the line at the "
                        "window's lower edge says why.", faint=True)  # fmt: skip
        imgui.end_child()
        return actions

    def _ask(self, view: ViewState) -> list[Action]:
        if self._asked != view.run:  # another run's maps have names of their own
            self._name = None
        self._asked = view.run
        return [Compute(KEY, (("name", self._name), ("plane", self._plane)))]

    def _choices(self, view: ViewState, training: Training, found: Mapped | None) -> list[Action]:
        title("A plane of inputs", HELP)
        actions: list[Action] = []
        actions += time_line(view, training)
        if found is not None:
            wrapped(found.maps.title(found.when(view)))
        if found is not None and len(found.maps.epochs) == 1:
            wrapped(f"One map, of epoch {found.maps.first}: {found.maps.source}.", faint=True)
        if found is not None and found.names:
            chosen = self._combo("Map", found.names, found.maps.name)
            if chosen is not None:
                self._name = chosen
                actions += self._ask(view)
        else:
            chosen = self._combo("Plane", PLANES, self._plane)
            self._plane = chosen or self._plane
            if button("Map", "Make maps over this plane.", enabled=view.job is None):
                actions += self._ask(view)
        kind = self._combo("Shows", _KINDS, view.map_kind)
        way = self._combo(_LONGEST, _WAYS, view.map_interpolation)
        if kind is not None or way is not None:
            actions.append(SetMap(kind or view.map_kind, way or view.map_interpolation))
        if found is not None:
            wrapped(found.maps.plane.words, faint=True)
        return actions + _teaching_button(view)

    def _combo(self, label: str, choices: tuple[str, ...], value: str) -> str | None:
        """The value that the user chose, else ``None``."""
        chosen = None
        # Its label stands beside it, and is cut where the panel is narrow unless it has room.
        room = imgui.get_content_region_avail().x
        words = imgui.calc_text_size(_LONGEST).x + imgui.get_style().item_inner_spacing.x
        imgui.set_next_item_width(max(min(0.55 * room, room - words), 0.25 * room))
        if imgui.begin_combo(label, value):
            for choice in choices:
                if imgui.selectable(choice, choice == value)[0] and choice != value:
                    chosen = choice
            imgui.end_combo()
        return chosen


def _teaching_button(view: ViewState) -> list[Action]:
    words = (
        "Draw points of two or more classes and watch a small network learn them, in place of the "
        "one shown."
    )
    clicked = button("Draw your own points", words, enabled=view.job is None)
    return [Teach(True)] if clicked else []


def map_plot(
    view: ViewState, training: Training, found: Mapped, size: imgui.ImVec2
) -> list[Action]:
    """The map with the samples on top; a click selects the nearest."""
    actions: list[Action] = []
    if not implot.begin_plot("##map", size, implot.Flags_.canvas_only | implot.Flags_.equal):
        return actions
    plane, em = found.maps.plane, imgui.get_font_size()
    u0, u1, v0, v1 = plane.extent
    lock = implot.AxisFlags_.lock
    across, up = (label.translate(_PLAIN) for label in plane.labels)
    implot.setup_axes(across, up, lock, lock)
    left, right, bottom, top = fitted(plane.extent, size.x - 5 * em, size.y - 4 * em)
    implot.setup_axes_limits(left, right, bottom, top, imgui.Cond_.always)
    texture = view.textures.get(PICTURE)
    if texture is not None:
        implot.plot_image(
            "map", imgui.ImTextureRef(texture), implot.Point(u0, v0), implot.Point(u1, v1)
        )
    samples = found.maps.samples
    if samples is not None:
        _draw_samples(view, found)
        if implot.is_plot_hovered():
            actions += _pointed_at(training, found)
    implot.end_plot()
    return actions


def fitted(
    extent: tuple[float, float, float, float], width: float, height: float
) -> tuple[float, float, float, float]:
    """The extent, wider or higher so that it has the shape of ``width`` × ``height`` pixels."""
    u0, u1, v0, v1 = extent
    across, up = u1 - u0, v1 - v0
    shape = max(width, 1.0) / max(height, 1.0)
    more_u = max(up * shape - across, 0.0) / 2
    more_v = max(across / shape - up, 0.0) / 2
    return u0 - more_u, u1 + more_u, v0 - more_v, v1 + more_v


def _draw_samples(view: ViewState, found: Mapped) -> None:
    """All samples in the colours of their classes, and rings around those selected."""
    samples = found.maps.samples
    assert samples is not None
    colours = () if view.shown is None else view.shown.scene.class_colour
    paper = (1.0, 1.0, 1.0) if not view.is_dark else (0.1, 0.1, 0.1)
    for at, each in enumerate(marks(found, view.mode)):
        rgb = colours[each.number] if 0 <= each.number < len(colours) else (0.5, 0.5, 0.5)
        red, green, blue = (float(part) for part in rgb)
        spec = implot.Spec(
            marker=implot.Marker_.circle, marker_size=each.size,
            marker_fill_color=imgui.ImVec4(red, green, blue, each.alpha),
            # Else the edge is most of what a small faint mark shows.
            marker_line_color=imgui.ImVec4(*paper, 0.9 * each.alpha**2),
        )  # fmt: skip
        place = samples.place[each.rows].astype(np.float64)
        implot.plot_scatter(f"##{at}", *map(np.ascontiguousarray, place.T), spec=spec)
    chosen = np.asarray(view.samples, np.int64) if found.is_of_probe else np.empty(0, np.int64)
    if len(chosen):
        accent = imgui.get_style_color_vec4(imgui.Col_.check_mark)
        # Many broad rings would hide what they are around.
        size, weight = (6.0, 2.0) if len(chosen) <= _FEW else (4.0, 1.0)
        spec = implot.Spec(
            marker=implot.Marker_.circle, marker_size=size, line_weight=weight,
            marker_fill_color=imgui.ImVec4(0, 0, 0, 0), marker_line_color=accent,
        )  # fmt: skip
        place = samples.place[chosen].astype(np.float64)
        implot.plot_scatter("##chosen", *map(np.ascontiguousarray, place.T), spec=spec)


def _pointed_at(training: Training, found: Mapped) -> list[Action]:
    """What is under the mouse; the nearest sample is selected by a click."""
    samples = found.maps.samples
    assert samples is not None
    mouse = implot.get_plot_mouse_pos()
    corner, one = implot.plot_to_pixels(0.0, 0.0), implot.plot_to_pixels(1.0, 1.0)
    scale = np.array([one.x - corner.x, one.y - corner.y])
    apart = np.linalg.norm((samples.place - [mouse.x, mouse.y]) * scale, axis=1)
    at = int(apart.argmin()) if len(apart) else -1
    if at < 0 or apart[at] > _NEAR:
        return []
    words = described(training, at) if found.is_of_probe else f"sample {at:,}"
    off = float(samples.distance[at])
    tip_text = words if off < 1e-6 else f"{words}, {off:.2f} off the plane"
    imgui.set_tooltip(tip_text)
    if found.is_of_probe and imgui.is_mouse_clicked(imgui.MouseButton_.left):
        return [SelectSamples((at,))]
    return []
