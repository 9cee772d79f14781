"""Signatures: the clusters of activations that samples pass, as a table and a diagram."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from imgui_bundle import imgui

from nnvis.app.actions import Action, ChoosePath, Compute
from nnvis.app.panels.sankey import sankey
from nnvis.app.panels.widgets import button, is_looked_at, tip, title, wrapped
from nnvis.app.signing import KEY, Signed, path_of, rows, selected, way_of, ways
from nnvis.app.state import ViewState

HELP = (
    "In each layer the activations of samples fall into clusters; a sample's signature is the "
    "clusters it passes. Ribbons go from the input class through them to the predicted class. In "
    "a healthy network classes part early and one broad ribbon leads from each to itself; thin "
    "ones that cross over are where it confuses classes, and at which layer. Click a ribbon, a "
    "cluster or a row of the table: its samples are selected, and the units that its clusters "
    "raise most are lit in the network. Samples selected elsewhere have their ways marked."
)
_GROUPS = {"no group": None, "input and signature": "input", "predicted class": "predicted",
           "signature": "signature"}  # fmt: skip
_SORTS = ("input", "signature", "predicted", "occurrences")
_HEADS = ("input", "signature", "predicted", "samples")


class SignaturesPanel:
    """Keeps the settings of its row and the order of its table."""

    name = "Signatures"

    def __init__(self) -> None:
        self._clusters = 10
        self._bins = 0
        self._samples: Literal["test", "train"] = "test"
        self._group = "no group"
        self._sort, self._reverse = "occurrences", False
        self._asked: Path | None = None

    def draw(self, view: ViewState) -> list[Action]:
        if view.run is None:
            title("Paths through clusters", HELP)
            wrapped(
                "Signatures need a run with its model and its data, and this network is of none.",
                faint=True,
            )
            return []
        signed = view.analyses.get(KEY)
        actions = self._settings(view, signed)
        if signed is None:
            wrapped(
                "Finding clusters…" if view.job is not None else
                "Find runs the model over its data and finds the clusters.", faint=True,
            )  # fmt: skip
            return actions
        room = imgui.get_content_region_avail()
        if imgui.begin_child("table", imgui.ImVec2(0.34 * room.x, room.y)):
            actions += self._table(view, signed)
        imgui.end_child()
        imgui.same_line()
        if imgui.begin_child("sankey", imgui.ImVec2(0, room.y)):
            actions += sankey(view, signed, self._samples)
        imgui.end_child()
        return actions

    def _settings(self, view: ViewState, signed: Signed | None) -> list[Action]:
        actions: list[Action] = []
        em = imgui.get_font_size()
        imgui.set_next_item_width(6 * em)
        _, clusters = imgui.input_int("clusters", self._clusters, 1, 5)
        self._clusters = min(max(clusters, 2), 200)
        tip("In each layer, found among the training samples that the network gets right.")
        imgui.same_line()
        imgui.set_next_item_width(6 * em)
        _, bins = imgui.input_int("bins", self._bins, 1, 5)
        self._bins = min(max(bins, 0), 200)
        tip("Put activations into so many bins of equal width first; 0 or 1 leaves them.")
        imgui.same_line()
        ready = view.job is None
        wanted = button("Find", "Run the model and find the clusters.", enabled=ready)
        # Like the other panels at first sight; later the user says when.
        if ready and signed is None and self._asked != view.run and is_looked_at():
            wanted = True
        if wanted:
            self._asked = view.run
            bins_wanted = self._bins if self._bins > 1 else None
            actions.append(Compute(KEY, (("clusters", self._clusters), ("bins", bins_wanted))))
        imgui.same_line()
        for which in ("test", "train"):
            if imgui.radio_button(which, self._samples == which) and self._samples != which:
                self._samples = which
                actions.append(ChoosePath(None, which))
            imgui.same_line()
        imgui.set_next_item_width(9 * em)
        if imgui.begin_combo("##group", self._group):
            for group in _GROUPS:
                if imgui.selectable(group, group == self._group)[0]:
                    self._group = group
            imgui.end_combo()
        tip("Rows of the table that belong together stand together.")
        imgui.same_line()
        imgui.text_disabled("?")
        tip(HELP)
        if signed is not None and signed.found.notes:
            imgui.same_line()
            imgui.text_disabled("!")
            tip(" ".join(signed.found.notes))
        return actions

    def _table(self, view: ViewState, signed: Signed) -> list[Action]:
        actions: list[Action] = []
        flags = imgui.TableFlags_
        if not imgui.begin_table(
            "paths", 4,
            flags.sortable | flags.scroll_y | flags.row_bg | flags.borders_inner_v
            | flags.sizing_stretch_prop,
        ):  # fmt: skip
            return actions
        imgui.table_setup_scroll_freeze(0, 1)
        for number, name in enumerate(_HEADS):
            first = imgui.TableColumnFlags_.default_sort if number == 3 else 0
            down = imgui.TableColumnFlags_.prefer_sort_descending if number == 3 else 0
            imgui.table_setup_column(name, first | down, 1.4 if number == 1 else 1.0)
        imgui.table_headers_row()
        self._order()
        shown = rows(signed, self._samples, _GROUPS[self._group], self._sort, self._reverse)
        paths = signed.found.paths(self._samples)
        marked = ways(signed, selected(signed, view, self._samples))
        clipper = imgui.ListClipper()
        clipper.begin(len(shown))
        while clipper.step():
            for at in range(clipper.display_start, clipper.display_end):
                row = shown[at]
                path = path_of(paths, row)
                imgui.table_next_row()
                imgui.table_next_column()
                imgui.push_id(at)
                span = imgui.SelectableFlags_.span_all_columns
                entry = paths.entry_names[row.entry]
                is_marked = view.path == path or way_of(row) in marked
                if imgui.selectable(entry, is_marked, span)[0]:
                    chosen = None if view.path == path else path
                    actions.append(ChoosePath(chosen, self._samples))
                imgui.pop_id()
                for text in (
                    " > ".join(map(str, row.signature)),
                    paths.class_names[row.predicted],
                    f"{row.occurrences:,}",
                ):
                    imgui.table_next_column()
                    imgui.text_unformatted(text)
        imgui.end_table()
        return actions

    def _order(self) -> None:
        """Sort as the heads of the table say."""
        specs = imgui.table_get_sort_specs()
        if specs is None or not specs.specs_count:
            return
        first = specs.get_specs(0)
        self._sort = _SORTS[int(first.column_index)]
        down = first.sort_direction == imgui.SortDirection.descending
        # As they come, most occurrences stand first and classes and clusters rise.
        self._reverse = down != (self._sort == "occurrences")
