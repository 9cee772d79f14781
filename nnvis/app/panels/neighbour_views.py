"""The three views of the Neighbours panel: distance of transitions, confidence, who is near."""

from __future__ import annotations

import numpy as np
from imgui_bundle import imgui, implot

from nnvis.app.actions import Action, CompareWith, GoToEpoch, SelectSamples
from nnvis.app.neighbourhood import PICTURE, Neighbours, spread
from nnvis.app.panels.samples import described, draw_sample, stands_back
from nnvis.app.panels.widgets import tip, wrapped
from nnvis.app.state import ViewState
from nnvis.app.training import Training

# Pictures in the confidence plot; more would lie on each other.
MOST_PICTURES = 400
_SMALL, _NEAR = 1.1, 1.9


def distance_map(
    view: ViewState, training: Training, found: Neighbours, size: imgui.ImVec2
) -> list[Action]:
    """Distance between transitions; a click chooses the two moments."""
    actions: list[Action] = []
    flags = implot.Flags_.canvas_only | implot.Flags_.equal
    if not implot.begin_plot("##neighbour distance", size, flags):
        return actions
    distance = found.distance(view.samples)
    epochs = found.found.epochs
    steps = len(distance)
    # Locked, but with inputs: a plot without does not know that the mouse is over it.
    plain = implot.AxisFlags_.no_tick_labels | implot.AxisFlags_.no_tick_marks
    plain |= implot.AxisFlags_.lock
    implot.setup_axes("transition", "transition", plain, plain)
    implot.setup_axes_limits(0, steps, 0, steps, imgui.Cond_.always)
    texture = view.textures.get(PICTURE)
    if texture is not None:
        implot.plot_image(
            "distance", imgui.ImTextureRef(texture), implot.Point(0, 0),
            implot.Point(steps, steps), imgui.ImVec2(0, 1), imgui.ImVec2(1, 0),
        )  # fmt: skip
    accent = imgui.get_style_color_vec4(imgui.Col_.plot_lines)
    first, second = moments(view, training, found)
    fixed = implot.DragToolFlags_.no_inputs
    implot.drag_line_x(1, min(first, steps - 1) + 0.5, accent, 1, fixed)
    implot.drag_line_y(2, min(second, steps - 1) + 0.5, accent, 1, fixed)
    if implot.is_plot_hovered():
        mouse = implot.get_plot_mouse_pos()
        s, t = int(mouse.x), int(mouse.y)
        if 0 <= s < steps and 0 <= t < steps:
            imgui.set_tooltip(
                f"after epochs {epochs[s]} and {epochs[t]}: distance {distance[s, t]:.3f}. "
                "Click to compare these two moments."
            )
            if imgui.is_mouse_clicked(imgui.MouseButton_.left):
                actions += [
                    GoToEpoch(float(np.searchsorted(training.epochs, epochs[s]))),
                    CompareWith(int(np.searchsorted(training.epochs, epochs[t]))),
                ]
    implot.end_plot()
    return actions


def moments(view: ViewState, training: Training, found: Neighbours) -> tuple[int, int]:
    """Rows of ``found`` for the place on the time line and the epoch to compare with.

    Until the user has chosen, the time line stands at the end, and nothing changes from an
    epoch to itself: then the second row is compared, for before training all is chance.
    """
    first = found.row(int(training.epochs[view.epoch_row]))
    second = found.row(int(training.epochs[view.other_row]))
    if first == second and view.other is None:
        first = min(1, max(second - 1, 0))
    return first, second


def confidence_plot(
    view: ViewState, training: Training, found: Neighbours, size: imgui.ImVec2
) -> list[Action]:
    """Each selected sample by how sure the network is at the two moments, as its picture."""
    actions: list[Action] = []
    first, second = moments(view, training, found)
    epochs, confidence = found.found.epochs, found.found.confidence
    every = np.asarray(view.samples) if view.samples else np.arange(confidence.shape[1])
    drawn = spread(every, MOST_PICTURES)
    if not implot.begin_plot("##confidence", size, implot.Flags_.canvas_only):
        return actions
    # The plot is higher than wide where there is little room.
    implot.setup_axes(f"epoch {epochs[first]}", f"confidence, epoch {epochs[second]}")
    implot.setup_axes_limits(-0.05, 1.08, -0.05, 1.08)
    side = imgui.get_font_size() * _SMALL
    mouse = imgui.get_io().mouse_pos
    nearest: int | None = None
    implot.push_plot_clip_rect()
    # Those of the class shown in the network lie above the others.
    for sample in sorted(drawn.tolist(), key=lambda one: not stands_back(view, training, one)):
        at = implot.plot_to_pixels(
            float(confidence[first, sample]), float(confidence[second, sample])
        )
        corner = imgui.ImVec2(at.x - side / 2, at.y - side / 2)
        draw_sample(view, training, sample, corner, side, mark=False)
        if abs(mouse.x - at.x) < side / 2 and abs(mouse.y - at.y) < side / 2:
            nearest = sample
    implot.pop_plot_clip_rect()
    if nearest is not None and implot.is_plot_hovered():
        before, after = confidence[first, nearest], confidence[second, nearest]
        imgui.set_tooltip(
            f"{described(training, nearest)}: confidence {before:.2f} at epoch {epochs[first]}, "
            f"{after:.2f} at epoch {epochs[second]}"
        )
        if imgui.is_mouse_clicked(imgui.MouseButton_.left):
            actions.append(SelectSamples((nearest,)))
    implot.end_plot()
    if len(drawn) < len(every):
        tip(f"{len(drawn):,} of {len(every):,} samples are drawn, evenly chosen.")
    return actions


def two_moments(view: ViewState, training: Training, found: Neighbours) -> list[Action]:
    """The nearest of one sample at the two moments, side by side; a click goes on to another."""
    first, second = moments(view, training, found)
    dynamics = found.found
    chosen = view.samples[0] if view.samples else None
    near = dynamics.neighbourhood(chosen, int(dynamics.epochs[first]), int(dynamics.epochs[second]))
    kept = int(near.kept[0].sum())
    why = "" if chosen is not None else ", which keeps the fewest"
    wrapped(f"{described(training, near.sample)}{why}: {kept} of {dynamics.k} neighbours kept")
    actions: list[Action] = []
    room = imgui.get_content_region_avail()
    half = imgui.ImVec2((room.x - imgui.get_style().item_spacing.x) / 2, room.y)
    for moment in (0, 1):
        if moment:
            imgui.same_line()
        if imgui.begin_child(f"moment {moment}", half):
            sure = near.confidence[moment]
            wrapped(f"epoch {near.epochs[moment]}, confidence {sure:.2f}", faint=True)
            actions += _row_of(view, training, near.neighbours[moment], near.kept[moment])
        imgui.end_child()
    return actions


def _row_of(
    view: ViewState, training: Training, samples: np.ndarray, kept: np.ndarray
) -> list[Action]:
    """Neighbours, nearest first; those of the other moment too with a line below."""
    actions: list[Action] = []
    side, gap = imgui.get_font_size() * _NEAR, imgui.get_style().item_spacing.x * 0.6
    in_line = max(int((imgui.get_content_region_avail().x + gap) / (side + gap)), 1)
    paint = imgui.get_window_draw_list()
    for number, (sample, stays) in enumerate(zip(samples.tolist(), kept.tolist(), strict=True)):
        if number % in_line:
            imgui.same_line(0, gap)
        place = imgui.get_cursor_screen_pos()
        imgui.push_id(number)
        if imgui.invisible_button("near", imgui.ImVec2(side, side)):
            actions.append(SelectSamples((sample,)))
        imgui.pop_id()
        draw_sample(view, training, sample, place, side)
        if stays:
            accent = imgui.get_color_u32(imgui.Col_.check_mark)
            low = imgui.ImVec2(place.x, place.y + side + 1)
            paint.add_rect_filled(low, imgui.ImVec2(place.x + side, low.y + 3), accent)
        if imgui.is_item_hovered():
            also = "; near at both moments" if stays else ""
            imgui.set_tooltip(f"{described(training, sample)}{also}")
    return actions
