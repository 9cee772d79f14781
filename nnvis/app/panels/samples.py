"""Samples as small pictures, or by number where the data has none; any number of them."""

from __future__ import annotations

import numpy as np
from imgui_bundle import imgui

from nnvis.app.actions import Action, SelectSamples
from nnvis.app.atlas import Atlas
from nnvis.app.panels.widgets import colour_of, wrapped
from nnvis.app.state import ViewState
from nnvis.app.training import Training

# Of a picture's side, in letters' heights, and of what frames it, in points.
_SIDE = 2.4
_CLASS_LINE, _CHOSEN_LINE = 2.0, 3.0
# Opacity of samples of other classes than the one shown.
_FAINT = 0.25


def sample_grid(
    view: ViewState, training: Training, rows: np.ndarray, empty: str = "None at this step."
) -> list[Action]:
    """The samples ``rows`` of the probe, as many in a line as fit; the rest by scrolling.

    A click selects one, with Ctrl or Shift more, a drag those in a rectangle, Ctrl+A all. A
    coloured edge says what a sample truly is; its tip has the number. Only what is visible is
    drawn, so thousands cost no more than a screenful.
    """
    if not len(rows):
        wrapped(empty, faint=True)
        return []
    side = imgui.get_font_size() * _SIDE
    gap = imgui.get_style().item_spacing.x * 0.6
    in_line = max(int(imgui.get_content_region_avail().x / (side + gap)), 1)
    chosen = set(view.samples)
    before = frozenset(chosen)
    flags = imgui.MultiSelectFlags_.box_select2d | imgui.MultiSelectFlags_.clear_on_click_void
    asked = imgui.begin_multi_select(flags, len(chosen), len(rows))
    _follow(asked, chosen, rows)
    clipper = imgui.ListClipper()
    clipper.begin(-(-len(rows) // in_line), side + gap)
    if asked.range_src_item >= 0:
        clipper.include_item_by_index(int(asked.range_src_item) // in_line)
    corner = imgui.get_cursor_screen_pos()
    while clipper.step():
        for number in range(
            clipper.display_start * in_line, min(clipper.display_end * in_line, len(rows))
        ):
            line, column = divmod(number, in_line)
            place = imgui.ImVec2(corner.x + column * (side + gap), corner.y + line * (side + gap))
            imgui.set_cursor_screen_pos(place)
            imgui.push_id(number)
            imgui.set_next_item_selection_user_data(number)
            sample = int(rows[number])
            imgui.selectable("##sample", sample in chosen, 0, imgui.ImVec2(side, side))
            draw_sample(view, training, sample, place, side)
            if imgui.is_item_hovered():
                imgui.set_tooltip(described(training, sample))
            imgui.pop_id()
    _follow(imgui.end_multi_select(), chosen, rows)
    return [] if chosen == before else [SelectSamples(tuple(sorted(chosen)))]


def draw_sample(
    view: ViewState,
    training: Training,
    sample: int,
    place: imgui.ImVec2,
    side: float,
    *,
    mark: bool = True,
) -> None:
    """One sample's picture, or its number, with an edge of its class's colour, and around a
    selected one another when ``mark`` is true. While one class is shown in the network, samples
    of others that are not selected are faint."""
    paint = imgui.get_window_draw_list()
    end = imgui.ImVec2(place.x + side, place.y + side)
    corners = _corners(training, sample)
    texture = view.textures.get("probe")
    alpha = _FAINT if stands_back(view, training, sample) else 1.0
    if corners is not None and texture is not None:
        u0, v0, u1, v1 = corners
        paint.add_image(
            imgui.ImTextureRef(texture), place, end, imgui.ImVec2(u0, v0), imgui.ImVec2(u1, v1),
            colour_of((1.0, 1.0, 1.0), alpha),
        )  # fmt: skip
    else:
        paint.add_rect_filled(place, end, imgui.get_color_u32(imgui.Col_.frame_bg, alpha), 2.0)
        text = str(sample)
        size = imgui.calc_text_size(text)
        middle = imgui.ImVec2(place.x + (side - size.x) / 2, place.y + (side - size.y) / 2)
        paint.add_text(middle, imgui.get_color_u32(imgui.Col_.text, alpha), text)
    truth = _truth(training, sample)
    if truth is not None and view.shown is not None:
        colours = view.shown.scene.class_colour
        if truth < len(colours):
            paint.add_rect(place, end, colour_of(colours[truth], alpha), 2.0, _CLASS_LINE)
    if mark and view.is_selected(sample):
        accent = imgui.get_color_u32(imgui.Col_.check_mark)
        low = imgui.ImVec2(place.x - 1, place.y - 1)
        high = imgui.ImVec2(end.x + 1, end.y + 1)
        paint.add_rect(low, high, accent, 3.0, _CHOSEN_LINE)


def stands_back(view: ViewState, training: Training, sample: int) -> bool:
    """Whether one class is shown in the network and the sample is of another."""
    truth = _truth(training, sample)
    if truth is None or view.mode not in training.class_names:
        return False
    return training.class_names[truth] != view.mode and not view.is_selected(sample)


def described(training: Training, sample: int) -> str:
    """``sample 1,234, truly 3``."""
    truth = _truth(training, sample)
    known = "" if truth is None else f", truly {training.class_names[truth]}"
    return f"sample {sample:,}{known}"


def _truth(training: Training, sample: int) -> int | None:
    probe = training.probe
    return None if probe is None or probe.label is None else int(probe.label[sample])


def _corners(training: Training, sample: int) -> tuple[float, float, float, float] | None:
    """Where the sample's picture lies in the texture of all; ``None`` when it has none."""
    probe = training.probe
    if probe is None or probe.picture is None or probe.picture_sample is None:
        return None
    at = int(np.searchsorted(probe.picture_sample, sample))
    if at == len(probe.picture_sample) or probe.picture_sample[at] != sample:
        return None
    atlas = Atlas.of(probe.picture)
    return atlas.corners(at) if at < atlas.count else None


def _follow(asked: imgui.MultiSelectIO, chosen: set[int], rows: np.ndarray) -> None:
    """Do to ``chosen`` what ImGui's requests ask for; they count places in ``rows``."""
    kinds = imgui.SelectionRequestType
    for request in asked.requests:
        if request.type == kinds.set_all:
            chosen.clear()
            if request.selected:
                chosen.update(int(row) for row in rows)
        elif request.type == kinds.set_range:
            first, last = int(request.range_first_item), int(request.range_last_item)
            samples = {int(row) for row in rows[first : last + 1]}
            if request.selected:
                chosen |= samples
            else:
                chosen -= samples
