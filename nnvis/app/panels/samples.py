"""Samples as small pictures, or by number where the data has none."""

from __future__ import annotations

import numpy as np
from imgui_bundle import imgui

from nnvis.app.atlas import Atlas
from nnvis.app.panels.widgets import colour_of, wrapped
from nnvis.app.state import ViewState
from nnvis.app.training import Training


def sample_grid(view: ViewState, training: Training, rows: np.ndarray) -> None:
    """The samples ``rows`` of the probe, as many in a line as fit; the rest by scrolling.

    A coloured edge says what a sample truly is; its tip has the number.
    """
    if not len(rows):
        wrapped("None at this step.", faint=True)
        return
    probe = training.probe
    texture = view.textures.get("probe")
    atlas = None if probe is None or probe.picture is None else Atlas.of(probe.picture)
    side = imgui.get_font_size() * 2.4
    gap = imgui.get_style().item_spacing.x * 0.6
    room = imgui.get_content_region_avail().x
    in_line = max(int(room / (side + gap)), 1)
    paint = imgui.get_window_draw_list()
    for number, sample in enumerate(rows):
        if number % in_line:
            imgui.same_line(0, gap)
        place = imgui.get_cursor_screen_pos()
        end = imgui.ImVec2(place.x + side, place.y + side)
        imgui.dummy(imgui.ImVec2(side, side))
        if not imgui.is_item_visible():
            continue
        picture = None
        if probe is not None and probe.picture_sample is not None and atlas is not None:
            at = int(np.searchsorted(probe.picture_sample, sample))
            if at < len(probe.picture_sample) and probe.picture_sample[at] == sample:
                picture = at
        if picture is not None and texture is not None and atlas is not None:
            u0, v0, u1, v1 = atlas.corners(picture)
            paint.add_image(
                imgui.ImTextureRef(texture), place, end, imgui.ImVec2(u0, v0), imgui.ImVec2(u1, v1)
            )
        else:
            paint.add_rect_filled(place, end, imgui.get_color_u32(imgui.Col_.frame_bg), 2.0)
            text = str(int(sample))
            half = imgui.calc_text_size(text)
            middle = imgui.ImVec2(place.x + (side - half.x) / 2, place.y + (side - half.y) / 2)
            paint.add_text(middle, imgui.get_color_u32(imgui.Col_.text), text)
        truth = None if probe is None or probe.label is None else int(probe.label[sample])
        if truth is not None and view.shown is not None:
            colours = view.shown.scene.class_colour
            if truth < len(colours):
                paint.add_rect(place, end, colour_of(colours[truth]), 2.0, 2.0)
        if imgui.is_item_hovered():
            known = "" if truth is None else f", truly {training.class_names[truth]}"
            imgui.set_tooltip(f"sample {int(sample):,}{known}")
