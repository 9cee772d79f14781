"""Processing: every setting and every action, live."""

from __future__ import annotations

from imgui_bundle import imgui

from nnvis.app.actions import (
    Action,
    Redo,
    ResetProcessing,
    SetProcessing,
    Start,
    Stop,
    Undo,
)
from nnvis.app.panels.widgets import button, section, setting, title, words, wrapped
from nnvis.app.processing import OPERATIONS
from nnvis.app.state import ViewState

HELP = (
    "Each button changes the network from what it is now; you see every iteration, can stop at "
    "any of them and undo. Pruning answers at once: edges are sorted by importance, so it only "
    "draws fewer, and the next action leaves the rest out for good (undo brings them back)."
)
_EDGES = (
    "edge_bandwidth_reduction",
    "edge_importance_type",
    "sampling_rate",
    "smoothing",
    "smoothing_iterations",
    "class_separation",
)
_NODES = ("node_bandwidth_reduction", "layer_distance", "layer_width")


class ProcessingPanel:
    name = "Processing"

    def draw(self, view: ViewState) -> list[Action]:
        actions: list[Action] = []
        title("From lattice to bundles", HELP)
        ready = view.shown is not None and view.job is None
        value = setting(view.processing, "prune_percentage", "Prune share")
        if value is not None:
            actions.append(SetProcessing("prune_percentage", value))
        if view.shown is not None:
            total = view.shown.network.edges_total
            wrapped(f"keeps {view.kept_edges:,} of {total:,} edges", faint=True)
        if button("Process", OPERATIONS["process"].tip, width=-1, enabled=ready):
            actions.append(Start("process"))
        actions += self._progress(view)
        section("Nodes")
        actions += self._buttons(("node_advect", "node_diverge", "node_noise"), ready)
        actions += self._settings(view, _NODES)
        section("Edges")
        actions += self._buttons(("edge_advect", "edge_diverge", "edge_noise"), ready)
        actions += self._buttons(("resample", "smooth", "straighten"), ready)
        actions += self._settings(view, _EDGES)
        imgui.spacing()
        if button("Reset settings", "All processing settings back to their defaults."):
            actions.append(ResetProcessing())
        return actions

    def _progress(self, view: ViewState) -> list[Action]:
        actions: list[Action] = []
        job = view.job
        imgui.begin_disabled(job is None)
        if imgui.button("Stop", imgui.ImVec2(imgui.get_font_size() * 4.5, 0)) and job is not None:
            actions.append(Stop())
        imgui.end_disabled()
        imgui.same_line()
        undo, redo = view.history.undo_name, view.history.redo_name
        if button(
            "Undo", f"Undo: {undo}." if undo else "Nothing to undo.",
            enabled=undo is not None and job is None,
        ):  # fmt: skip
            actions.append(Undo())
        imgui.same_line()
        if button(
            "Redo", f"Redo: {redo}." if redo else "Nothing to redo.",
            enabled=redo is not None and job is None,
        ):  # fmt: skip
            actions.append(Redo())
        if job is not None and job.step is not None:
            share = job.step.done / max(job.step.total, 1)
            imgui.progress_bar(share, imgui.ImVec2(-1, 0), f"{job.step.done} of {job.step.total}")
        return actions

    def _buttons(self, keys: tuple[str, ...], ready: bool) -> list[Action]:
        actions: list[Action] = []
        gap = imgui.get_style().item_spacing.x
        width = (imgui.get_content_region_avail().x - gap * (len(keys) - 1)) / len(keys)
        for number, key in enumerate(keys):
            if number:
                imgui.same_line()
            operation = OPERATIONS[key]
            label = operation.label.removeprefix("Node ").removeprefix("Edge ")
            if button(f"{label}##{key}", operation.tip, width=width, enabled=ready):
                actions.append(Start(key))
        return actions

    def _settings(self, view: ViewState, names: tuple[str, ...]) -> list[Action]:
        actions: list[Action] = []
        for name in names:
            label = words(name.removeprefix("edge_").removeprefix("node_"))
            value = setting(view.processing, name, label)
            if value is not None:
                actions.append(SetProcessing(name, value))
        return actions
