"""Neighbours: which samples keep their neighbours while the network learns, and which do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from imgui_bundle import imgui

from nnvis.app.actions import Action, Compute, SelectSamples
from nnvis.app.neighbourhood import KEY, Neighbours
from nnvis.app.panels.neighbour_views import confidence_plot, distance_map, two_moments
from nnvis.app.panels.samples import sample_grid
from nnvis.app.panels.single_epoch import why_no_time_line
from nnvis.app.panels.widgets import button, is_looked_at, tip, title, wrapped
from nnvis.app.state import ViewState
from nnvis.app.training import Training

HELP = (
    "Who is near whom in a layer, and how that changes. Choose samples on the left (click, drag a "
    "rectangle, by class). The map compares transitions between epochs: dark where both treat the "
    "samples alike; click it to compare two moments. In a healthy training it is dark towards the "
    "end, when samples keep their neighbours. The picture beside it puts each sample by how sure "
    "the network is at the two moments; on the right are one sample's nearest at both, underlined "
    "when they are near at both."
)
# The class probabilities, in the words of a user.
_OUTPUT = "class probabilities"
_METRICS = ("euclidean", "cosine")


class NeighboursPanel:
    """Asks for the neighbours of a run when it is first seen; keeps the settings of its row."""

    name = "Neighbours"

    def __init__(self) -> None:
        self._asked: Path | None = None
        self._k = 15
        self._layer = ""
        self._metric = _METRICS[0]

    def draw(self, view: ViewState) -> list[Action]:
        training = view.training
        if training is None or view.run is None:
            title("Who is near whom", HELP)
            wrapped(why_no_time_line(view), faint=True)
            return []
        found = view.analyses.get(KEY)
        actions = self._settings(view, training, found)
        if found is None:
            wrapped(
                "Looking for neighbours…" if view.job is not None else
                "Nothing to show yet; Find looks for the neighbours.", faint=True,
            )  # fmt: skip
            return actions
        return actions + self._views(view, training, found)

    def _settings(
        self, view: ViewState, training: Training, found: Neighbours | None
    ) -> list[Action]:
        em = imgui.get_font_size()
        idle = view.job is None
        imgui.set_next_item_width(10 * em)
        if imgui.begin_combo("##layer", self._layer or _OUTPUT):
            for layer in ("", *(found.layers if found is not None else ())):
                if imgui.selectable(layer or _OUTPUT, layer == self._layer)[0]:
                    self._layer = layer
            imgui.end_combo()
        tip("The representation: a layer that was recorded (Recorder(layers=…)), or the output.")
        imgui.same_line()
        imgui.set_next_item_width(6 * em)
        if imgui.begin_combo("##metric", self._metric):
            for metric in _METRICS:
                if imgui.selectable(metric, metric == self._metric)[0]:
                    self._metric = metric
            imgui.end_combo()
        tip("What near means.")
        imgui.same_line()
        imgui.set_next_item_width(5 * em)
        most = max(training.prediction.shape[1] - 1, 1)
        _, k = imgui.input_int("##k", self._k, 1, 5)
        self._k = min(max(k, 1), most)
        tip("k: how many neighbours count.")
        imgui.same_line()
        wanted = button("Find", "Look for the neighbours with these settings.", enabled=idle)
        actions = self._choices(view, training)
        imgui.same_line()
        imgui.text_disabled("?")
        tip(HELP)
        if found is not None and found.found.notes:
            imgui.same_line()
            imgui.text_disabled("!")
            tip(" ".join(found.found.notes))
        if idle and found is None and self._asked != view.run and is_looked_at():
            self._layer = ""  # another run need not have recorded it
            wanted = True
        if wanted and view.run is not None:
            self._asked = view.run
            settings = (("layer", self._layer or None), ("k", self._k), ("metric", self._metric))
            actions.append(Compute(KEY, settings))
        return actions

    def _choices(self, view: ViewState, training: Training) -> list[Action]:
        """Samples by class, all, none."""
        actions: list[Action] = []
        imgui.same_line()
        imgui.set_next_item_width(7 * imgui.get_font_size())
        chosen = f"{len(view.samples):,} selected" if view.samples else "all samples"
        if imgui.begin_combo("##select", chosen):
            if imgui.selectable("All", False)[0]:
                count = training.prediction.shape[1]
                actions.append(SelectSamples(tuple(range(count))))
            if imgui.selectable("None, so all count", False)[0]:
                actions.append(SelectSamples(()))
            label = None if training.probe is None else training.probe.label
            for number, name in enumerate(training.class_names if label is not None else ()):
                if imgui.selectable(f"Class {name}##{number}", False)[0]:
                    rows = np.flatnonzero(label == number)
                    actions.append(SelectSamples(tuple(rows.tolist())))
            imgui.end_combo()
        tip("Which samples the map and the picture are about.")
        return actions

    def _views(self, view: ViewState, training: Training, found: Neighbours) -> list[Action]:
        actions: list[Action] = []
        room = imgui.get_content_region_avail()
        height = max(room.y, 8 * imgui.get_font_size())
        gap = imgui.get_style().item_spacing.x
        side = min(height, 0.24 * room.x)
        left = 0.23 * room.x
        if imgui.begin_child("all samples", imgui.ImVec2(left, height)):
            every = np.arange(training.prediction.shape[1])
            actions += sample_grid(view, training, every, "The probe has no samples.")
        imgui.end_child()
        imgui.same_line()
        actions += distance_map(view, training, found, imgui.ImVec2(side, height))
        imgui.same_line()
        wide = max(0.46 * (room.x - left - side - 3 * gap), 6 * imgui.get_font_size())
        actions += confidence_plot(view, training, found, imgui.ImVec2(wide, height))
        imgui.same_line()
        if imgui.begin_child("near", imgui.ImVec2(0, height)):
            actions += two_moments(view, training, found)
        imgui.end_child()
        return actions
