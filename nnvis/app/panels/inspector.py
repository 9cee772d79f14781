"""Inspector: the unit under the mouse or pinned, and the most important units and edges."""

from __future__ import annotations

import numpy as np
from imgui_bundle import imgui

from nnvis.app.actions import Action, Pin
from nnvis.app.panels.widgets import colour_of, section, shortened, tip, title, wrapped
from nnvis.app.state import Shown, ViewState
from nnvis.model import Network
from nnvis.render.picked import unit_name

HELP = (
    "Rest the mouse on a unit to see its layer, its number and how much each class needs it. "
    "Click it to pin it: its edges are drawn in full and the rest is dimmed; click into the empty "
    "view, or press Esc, to let go. Double-click a unit to turn the view about it."
)
MOST_ROWS = 40
_MOST_BARS = 30


class InspectorPanel:
    """Keeps the lists of the network shown, which are sorted once."""

    name = "Inspector"

    def __init__(self) -> None:
        self._of: Network | None = None
        self._units = np.empty(0, np.int64)

    def draw(self, view: ViewState) -> list[Action]:
        title("Units and edges", HELP)
        if view.shown is None:
            wrapped("No network yet.", faint=True)
            return []
        network = view.shown.network
        if self._of is not network:
            self._of = network
            best = np.nan_to_num(network.unit_importance).max(axis=1, initial=0.0)
            hidden = network.unit_layer < max(len(network.layers) - 1, 1)
            # Output units are one-hot by definition: listing them first says nothing.
            self._units = np.argsort(-np.where(hidden, best, -1), kind="stable")[:MOST_ROWS]
        actions: list[Action] = []
        unit = view.pinned if view.pinned is not None else view.hovered
        if unit is None or not unit < network.unit_count:
            wrapped("Rest the mouse on a unit, or choose one below.", faint=True)
        else:
            actions += self._unit(view, view.shown, unit)
        actions += self._lists(network)
        return actions

    def _unit(self, view: ViewState, shown: Shown, unit: int) -> list[Action]:
        actions: list[Action] = []
        network = shown.network
        wrapped(full_name(network, unit))
        if view.pinned == unit:
            imgui.same_line()
            if imgui.small_button("Let go"):
                actions.append(Pin(None))
            tip("Show the whole network again.")
        bars(shown, unit)
        section("Its strongest edges")
        incoming = np.flatnonzero(network.edge_target == unit)
        outgoing = np.flatnonzero(network.edge_source == unit)
        wrapped(f"{len(incoming):,} in, {len(outgoing):,} out", faint=True)
        # Edges are sorted by importance: the first ones are the strongest.
        ends = [(row, int(network.edge_source[row]), "from") for row in incoming[:5]]
        ends += [(row, int(network.edge_target[row]), "to") for row in outgoing[:5]]
        for row, other, way in ends:
            text = f"{way} {full_name(network, other)}, weight {network.edge_weight[row]:+.3f}"
            clicked, _ = imgui.selectable(f"{text}##{row}", False)
            tip(f"Importance {network.edge_importance[row]:.3g}. Click to pin that unit.")
            if clicked:
                actions.append(Pin(other))
        return actions

    def _lists(self, network: Network) -> list[Action]:
        actions: list[Action] = []
        section("Most important")
        chosen = imgui.get_style_color_vec4(imgui.Col_.header)
        for part in (imgui.Col_.tab_selected, imgui.Col_.tab_dimmed_selected):
            imgui.push_style_color(part, chosen)
        if imgui.begin_tab_bar("lists"):
            actions += self._tabs(network)
            imgui.end_tab_bar()
        imgui.pop_style_color(2)
        return actions

    def _tabs(self, network: Network) -> list[Action]:
        actions: list[Action] = []
        if imgui.begin_tab_item_simple("Units"):
            for row in self._units:
                best = int(np.argmax(network.unit_importance[row]))
                value = float(network.unit_importance[row, best])
                text = (
                    f"{full_name(network, int(row))}, {value:.2f} for {network.class_names[best]}"
                )
                clicked, _ = imgui.selectable(f"{text}##u{row}", False)
                tip(f"{text}. Click to pin it.")
                if clicked:
                    actions.append(Pin(int(row)))
            imgui.end_tab_item()
        if imgui.begin_tab_item_simple("Edges"):
            for row in range(min(MOST_ROWS, network.edge_count)):
                source, target = int(network.edge_source[row]), int(network.edge_target[row])
                text = (
                    f"{full_name(network, source)} to {full_name(network, target)}, "
                    f"{network.edge_weight[row]:+.3f}"
                )
                clicked, _ = imgui.selectable(f"{text}##e{row}", False)
                tip(f"Importance {network.edge_importance[row]:.3g}. Click to pin the source unit.")
                if clicked:
                    actions.append(Pin(source))
            imgui.end_tab_item()
        return actions


def full_name(network: Network, unit: int) -> str:
    """``fc1 unit 12``; an output unit also by its class."""
    last = len(network.layers) - 1
    name = unit_name(network, unit)
    if network.unit_layer[unit] != last or network.layers[last].size != len(network.class_names):
        return name
    return f"{name} ({network.class_names[unit - network.unit_slice(last).start]})"


def bars(shown: Shown, unit: int) -> None:
    """Importance for each class, as bars in the class colours; the strongest of many."""
    values = np.nan_to_num(shown.seen.unit_importance[unit])
    order = np.arange(len(values))
    if len(values) > _MOST_BARS:
        order = np.argsort(-values, kind="stable")[:_MOST_BARS]
        wrapped(f"the {_MOST_BARS} strongest of {len(values):,} classes", faint=True)
    height = imgui.get_text_line_height()
    label = max(imgui.calc_text_size(shown.network.class_names[k]).x for k in order) + height * 0.5
    label = min(label, imgui.get_content_region_avail().x * 0.4)
    paint = imgui.get_window_draw_list()
    for k in order:
        place = imgui.get_cursor_screen_pos()
        width = imgui.get_content_region_avail().x - label - height * 3
        full = max(width, 1.0)
        left = place.x + label
        bottom = place.y + height * 0.85
        name = shortened(shown.network.class_names[k], label - height * 0.4)
        paint.add_text(place, imgui.get_color_u32(imgui.Col_.text), name)
        top = place.y + height * 0.2
        paint.add_rect_filled(
            imgui.ImVec2(left, top), imgui.ImVec2(left + full, bottom),
            imgui.get_color_u32(imgui.Col_.frame_bg), 2.0,
        )  # fmt: skip
        paint.add_rect_filled(
            imgui.ImVec2(left, top), imgui.ImVec2(left + full * float(values[k]), bottom),
            colour_of(shown.scene.class_colour[k]), 2.0,
        )  # fmt: skip
        paint.add_text(
            imgui.ImVec2(left + full + height * 0.4, place.y),
            imgui.get_color_u32(imgui.Col_.text),
            f"{values[k]:.2f}",
        )
        imgui.dummy(imgui.ImVec2(label + full + height * 2.5, height))


def hover_card(shown: Shown, unit: int) -> None:
    """What a tooltip beside the mouse says of a unit."""
    imgui.begin_tooltip()
    imgui.text_unformatted(full_name(shown.network, unit))
    imgui.dummy(imgui.ImVec2(imgui.get_font_size() * 13, 1))
    bars(shown, unit)
    imgui.end_tooltip()
