"""Network: where it comes from, and what else could be shown."""

from __future__ import annotations

from pathlib import Path

from imgui_bundle import imgui

from nnvis.app.actions import Action, Generate, Open, RunDemo, ShowWindow
from nnvis.app.panels.widgets import button, section, tip, title, wrapped
from nnvis.app.state import Shown, ViewState

HELP = (
    "Load a processed network (a run's folder or a network.safetensors; you can also drop one on "
    "the window), save what is shown, load a run's importance to lay it out anew, or generate a "
    "random network to try things with."
)
MOST_LAYERS = 12
MOST_UNITS = 20_000
# More edges than this ask for more memory than a laptop has.
MOST_EDGES = 4_000_000


class NetworkPanel:
    """Keeps the layer list of the generator between frames."""

    name = "Network"

    def __init__(self) -> None:
        self.layers = [64, 32, 16, 10]
        self.classes = 10

    def draw(self, view: ViewState) -> list[Action]:
        actions: list[Action] = []
        title("What is shown", HELP)
        self._origin(view)
        section("Files")
        idle = view.job is None
        if button("Load Processed Network", "Open a run or a network.safetensors.", width=-1):
            actions.append(ShowWindow("Load Processed Network", True))
        if button(
            "Save Processed Network",
            "Save what is shown as a network.safetensors.",
            width=-1,
            enabled=view.shown is not None and idle,
        ):
            actions.append(ShowWindow("Save Processed Network", True))
        if button(
            "Load Network",
            "Open a run's importance alone: units on their lattice, straight edges, ready to be "
            "processed.",
            width=-1,
        ):
            actions.append(ShowWindow("Load Network", True))
        actions += self._recent(view)
        section("Generate Network")
        actions += self._generator(idle)
        if button(
            "Process the digits demo",
            "Train on the bundled digits, score, bundle and open the result: half a minute.",
            width=-1,
            enabled=idle,
        ):
            actions.append(RunDemo())
        return actions

    def _origin(self, view: ViewState) -> None:
        if view.shown is None:
            wrapped("No network yet.", faint=True)
            return
        network = view.shown.network
        wrapped(view.shown.origin + _how_kept(view.shown))
        drawn = view.shown.scene.caption(view.drawn_rendering.edge_importance_threshold)
        wrapped(drawn, faint=True)
        sizes = "-".join(str(layer.size) for layer in network.layers)
        wrapped(f"{sizes}, {network.class_count} classes", faint=True)

    def _recent(self, view: ViewState) -> list[Action]:
        actions: list[Action] = []
        recent = view.preferences.recent
        if not recent:
            return actions
        imgui.text_disabled("Recent")
        for path in recent[:5]:
            clicked, _ = imgui.selectable(f"{_short(path)}##{path}", False)
            tip(path)
            if clicked:
                actions.append(Open(Path(path)))
        return actions

    def _generator(self, idle: bool) -> list[Action]:
        actions: list[Action] = []
        removed = None
        for number, size in enumerate(self.layers):
            imgui.push_id(number)
            imgui.set_next_item_width(imgui.get_font_size() * 7)
            changed, value = imgui.input_int("##size", size, 1, 16)
            tip(f"Units of layer {number + 1}, 1 to {MOST_UNITS:,}.")
            if changed:
                self.layers[number] = min(max(value, 1), MOST_UNITS)
            imgui.same_line()
            if button("Remove", "Remove this layer.", enabled=len(self.layers) > 1):
                removed = number
            imgui.pop_id()
        if removed is not None:
            del self.layers[removed]
        if button(
            "Add layer", "One more layer at the end.", enabled=len(self.layers) < MOST_LAYERS
        ):
            self.layers.append(self.layers[-1] if self.layers else 10)
        imgui.same_line()
        if button("Clear", "Back to a single layer."):
            self.layers = self.layers[:1]
        imgui.set_next_item_width(imgui.get_font_size() * 7)
        changed, value = imgui.input_int("classes", self.classes, 1, 10)
        tip("Classes that the units are important for, 1 to 1,000.")
        if changed:
            self.classes = min(max(value, 1), 1000)
        edges = sum(a * b for a, b in zip(self.layers, self.layers[1:], strict=False))
        too_many = edges > MOST_EDGES
        wrapped(
            f"{edges:,} edges" + (f", more than {MOST_EDGES:,}" if too_many else ""), faint=True
        )
        if button(
            "Generate Network",
            "A random network of these layers, fully connected, in place of the one shown.",
            width=-1,
            enabled=idle and not too_many,
        ):
            actions.append(Generate(tuple(self.layers), self.classes))
        return actions


def _how_kept(shown: Shown) -> str:
    if shown.is_saved:
        return ""
    return "  (not saved)" if shown.saved is None else "  (changed, not saved)"


def _short(path: str, most: int = 34) -> str:
    return path if len(path) <= most else "…" + path[-most + 1 :]
