"""The Sankey diagram of signatures: ribbons to point at, one path to follow."""

from __future__ import annotations

import numpy as np
from imgui_bundle import imgui

from nnvis.app.actions import Action, ChoosePath
from nnvis.app.panels.widgets import colour_of, shortened
from nnvis.app.signing import Placement, Signed, clusters_that_raise, placed, selected
from nnvis.app.state import ViewState
from nnvis.render import palette
from nnvis.signature import OTHERS, Paths, SankeyLink, SankeyNode

_GREY = (0.62, 0.63, 0.64)
_BAR = 0.45
# Curves of a ribbon are drawn in so many straight pieces.
_PIECES = 14


def sankey(view: ViewState, signed: Signed, samples: str) -> list[Action]:
    """The diagram in the room there is; a click on a ribbon or a cluster chooses its path."""
    actions: list[Action] = []
    em = imgui.get_font_size()
    room = imgui.get_content_region_avail()
    place = imgui.get_cursor_screen_pos()
    height = max(room.y - 2.6 * em, 6 * em)
    paths = signed.found.paths(samples)
    chosen = selected(signed, view, samples)
    diagram = placed(signed, samples, view.path, round(height), 0.2 * em, 1.0 * em, chosen)
    name = max((imgui.calc_text_size(each).x for each in (*paths.entry_names, *paths.class_names)),
               default=0.0)  # fmt: skip
    side = min(name, 8 * em) + 1.2 * em
    left, right = place.x + side, place.x + max(room.x - side, side + em)
    last = len(diagram.columns) - 1
    across = np.linspace(left, right, last + 1)
    # Heights count from below.
    floor = place.y + 1.5 * em + height
    imgui.invisible_button("diagram", imgui.ImVec2(max(room.x, 1.0), max(room.y, 1.0)))
    pointed = (
        _pointed_at(diagram, across, floor, 0.5 * _BAR * em) if imgui.is_item_hovered() else None
    )
    _draw_ribbons(view, paths, diagram, across, floor, pointed, is_lit=bool(view.path or chosen))
    _draw_nodes(view, signed, paths, diagram, across, floor, side)
    _draw_heads(diagram, across, place, room.x)
    if pointed is not None:
        imgui.set_tooltip(_words(paths, diagram, pointed))
        if imgui.is_mouse_clicked(imgui.MouseButton_.left):
            path = _path_of(paths, diagram, pointed)
            if path is not None:
                actions.append(ChoosePath(None if path == view.path else path, samples))
    elif imgui.is_item_clicked() and view.path is not None:
        actions.append(ChoosePath(None, samples))
    return actions


def _draw_ribbons(
    view: ViewState,
    paths: Paths,
    diagram: Placement,
    across: np.ndarray,
    floor: float,
    pointed: SankeyLink | SankeyNode | None,
    *,
    is_lit: bool,
) -> None:
    """Grey ones first, thin ones over broad ones, above all those of the path or of the selected
    samples when ``is_lit``."""
    paint = imgui.get_window_draw_list()
    # Without those the class shown in the network stands out here too.
    shown = None
    if not is_lit and view.mode in paths.entry_names:
        shown = paths.entry_names.index(view.mode)
    colours = _entry_colours(paths)
    half = 0.5 * _BAR * imgui.get_font_size()
    ease = _ease(_PIECES)
    steps = np.linspace(0.0, 1.0, _PIECES + 1)

    def order(number: int) -> tuple[bool, bool, float]:
        ribbon = diagram.ribbons[number]
        link = ribbon.link
        above = (is_lit and link.chosen) or link.entry == shown
        return above, link.entry != OTHERS, -ribbon.height

    for number in sorted(range(len(diagram.ribbons)), key=order):
        ribbon = diagram.ribbons[number]
        link = ribbon.link
        is_grey = (is_lit and not link.chosen) or link.entry == OTHERS
        is_grey = is_grey or (shown is not None and link.entry != shown)
        alpha = 0.28 if is_grey else 0.9 if is_lit or shown is not None else 0.6
        if link is pointed:
            alpha = 1.0
        colour = colour_of(_GREY if is_grey and link is not pointed else _GREY
                           if link.entry == OTHERS else colours[link.entry], alpha)  # fmt: skip
        x = (
            across[link.column]
            + half
            + (across[link.column + 1] - across[link.column] - 2 * half) * steps
        )
        top = floor - (ribbon.left + (ribbon.right - ribbon.left) * ease)
        # The way of a single sample must be seen among thousands.
        thick = max(ribbon.height, 2.0 if is_lit and link.chosen else 0.7)
        paint.path_clear()
        for at in range(_PIECES + 1):
            paint.path_line_to(imgui.ImVec2(float(x[at]), float(top[at])))
        for at in range(_PIECES, -1, -1):
            paint.path_line_to(imgui.ImVec2(float(x[at]), float(top[at] + thick)))
        paint.path_fill_concave(colour)


def _draw_nodes(
    view: ViewState,
    signed: Signed,
    paths: Paths,
    diagram: Placement,
    across: np.ndarray,
    floor: float,
    side: float,
) -> None:
    """Bars with their names; clusters that raise the unit pinned in the network are outlined."""
    paint = imgui.get_window_draw_list()
    em = imgui.get_font_size()
    half = 0.5 * _BAR * em
    ink = imgui.get_color_u32(imgui.Col_.text)
    paper = imgui.get_color_u32(imgui.Col_.window_bg)
    accent = imgui.get_color_u32(imgui.Col_.check_mark)
    pinned = clusters_that_raise(signed, view)
    entries, last = _entry_colours(paths), len(diagram.columns) - 1
    classes = palette.class_colours(len(paths.class_names))
    for column, nodes in enumerate(diagram.columns):
        x = float(across[column])
        for each in nodes:
            number = each.node.number
            colour = ink
            if column == 0:
                colour = colour_of(entries[number])
            elif column == last:
                colour = colour_of(classes[number])
            low = imgui.ImVec2(x - half, floor - each.top)
            high = imgui.ImVec2(x + half, floor - min(each.bottom, each.top - 1))
            paint.add_rect_filled(low, high, colour)
            text = shortened(each.node.name, side - em) if column in (0, last) else each.node.name
            size = imgui.calc_text_size(text)
            y = floor - each.middle - size.y / 2
            if column in (0, last):
                start = x - half - 0.3 * em - size.x if column == 0 else x + half + 0.3 * em
                paint.add_text(imgui.ImVec2(start, y), ink, text)
                continue
            # On paper, so that it can be read on any ribbon.
            box = (
                imgui.ImVec2(x - size.x / 2 - 3, y + 1),
                imgui.ImVec2(x + size.x / 2 + 3, y + size.y - 1),
            )
            paint.add_rect_filled(*box, paper, 3.0)
            raises = number in pinned.get(column - 1, ())
            paint.add_rect(*box, accent if raises else ink, 3.0, 2.5 if raises else 1.0)
            paint.add_text(imgui.ImVec2(x - size.x / 2, y), ink, text)


def _draw_heads(diagram: Placement, across: np.ndarray, place: imgui.ImVec2, width: float) -> None:
    """The columns' names, none over another or beyond the edge."""
    paint = imgui.get_window_draw_list()
    faint = imgui.get_color_u32(imgui.Col_.text_disabled)
    step = float(across[1] - across[0]) * 0.94
    for name, x in zip(diagram.sankey.columns, across.tolist(), strict=True):
        text = shortened(name, step)
        wide = imgui.calc_text_size(text).x
        start = min(max(x - wide / 2, place.x), place.x + width - wide)
        paint.add_text(imgui.ImVec2(start, place.y), faint, text)


def _pointed_at(
    diagram: Placement, across: np.ndarray, floor: float, half: float
) -> SankeyLink | SankeyNode | None:
    """The ribbon or node under the mouse; of ribbons over each other the thinnest."""
    mouse = imgui.get_io().mouse_pos
    y = floor - mouse.y
    for column, nodes in enumerate(diagram.columns):
        if abs(mouse.x - across[column]) <= 2 * half:
            for each in nodes:
                if each.bottom - 4 <= y <= each.top + 4:
                    return each.node
    column = int(np.searchsorted(across, mouse.x)) - 1
    if not 0 <= column < len(across) - 1:
        return None
    share = (mouse.x - across[column]) / (across[column + 1] - across[column])
    ease = float(np.interp(share, np.linspace(0, 1, _PIECES + 1), _ease(_PIECES)))
    found = None
    for ribbon in diagram.ribbons:
        if ribbon.link.column != column:
            continue
        top = ribbon.left + (ribbon.right - ribbon.left) * ease
        is_in = top - max(ribbon.height, 2.0) <= y <= top
        if is_in and (found is None or ribbon.height < found.height):
            found = ribbon
    return None if found is None else found.link


def _path_of(paths: Paths, diagram: Placement, what: SankeyLink | SankeyNode) -> str | None:
    """What is pointed at as a path with ``*`` where any will do; ``None`` for gathered ones."""
    words = ["*"] * len(diagram.columns)
    if isinstance(what, SankeyNode):
        fixed = {what.column: what.number}
    else:
        fixed = {what.column: what.source, what.column + 1: what.target, 0: what.entry}
    if OTHERS in fixed.values():
        return None
    for column, number in fixed.items():
        if column == 0:
            words[column] = paths.entry_names[number]
        elif column == len(words) - 1:
            words[column] = paths.class_names[number]
        else:
            words[column] = str(number)
    return ">".join(words)


def _words(paths: Paths, diagram: Placement, what: SankeyLink | SankeyNode) -> str:
    columns = diagram.sankey.columns
    if isinstance(what, SankeyNode):
        place = columns[what.column]
        name = f"{place} {what.name}" if what.number != OTHERS else f"{place}: {what.name}"
        return f"{name}: {what.count:,} samples"
    entry = "samples of several classes, few of each"
    if what.entry != OTHERS:
        entry = f"samples of class {paths.entry_names[what.entry]}"
    names = {(node.column, node.number): node.name for node in diagram.sankey.nodes}
    start = f"{columns[what.column]} {names[what.column, what.source]}"
    end = f"{columns[what.column + 1]} {names[what.column + 1, what.target]}"
    return f"{what.count:,} {entry}: {start} to {end}"


def _entry_colours(paths: Paths) -> np.ndarray:
    """Those of the network's classes as everywhere, then those that follow for unknown ones."""
    known = len(paths.class_names)
    strange = [label for label in paths.entry_labels if label >= known]
    colours = palette.class_colours(known + len(strange))
    place = {label: known + at for at, label in enumerate(strange)}
    return colours[[place.get(label, label) for label in paths.entry_labels]]


def _ease(pieces: int) -> np.ndarray:
    """How far up a curve that begins and ends level is, at even steps across."""
    t = np.linspace(0.0, 1.0, pieces + 1)
    return t * t * (3 - 2 * t)
