"""What panels show of a run without a time line: why there is none, and its only epoch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from imgui_bundle import imgui

from nnvis.app.panels.widgets import wrapped
from nnvis.app.state import ViewState
from nnvis.app.training import is_measure

if TYPE_CHECKING:
    from nnvis.fingerprint import SingleEpoch


def why_no_time_line(view: ViewState) -> str:
    """How many epochs the run has instead of two, and what writes more."""
    if view.shown is None and view.single is None:
        return "No network yet; open a run to see how it was trained."
    if view.single is None:
        return (
            "This network's run has no recorded epochs. A Recorder in your training loop writes "
            "them; nnvis demo does so too."
        )
    usable = " that can be used" if view.single.notes else ""
    return (
        f"This network's run has one recorded epoch{usable}, epoch {view.single.epoch}; a time "
        "line needs two. A Recorder in your training loop writes more."
    )


def single_epoch(found: SingleEpoch) -> None:
    """The epoch's numbers, and for each class what its samples are predicted as."""
    for note in found.notes:
        wrapped(note, faint=True)
    for name, value in found.numbers.items():
        if is_measure(name):
            wrapped(f"{name.replace('_', ' ')}: {value:.4g}")
    flags = imgui.TableFlags_.sizing_fixed_fit | imgui.TableFlags_.row_bg
    heads, rows = class_rows(found)
    if not imgui.begin_table("classes", len(heads), flags):
        return
    for head in heads:
        imgui.table_setup_column(head)
    imgui.table_headers_row()
    for row in rows:
        imgui.table_next_row()
        for cell in row:
            imgui.table_next_column()
            imgui.text_unformatted(cell)
    imgui.end_table()


def class_rows(found: SingleEpoch) -> tuple[list[str], list[list[str]]]:
    """Heads and cells of the table of classes."""
    names, recall, pairs = found.class_names, found.recall, found.confusion
    if pairs is None or recall is None:
        counts = zip(names, found.predicted, strict=True)
        return ["class", "predicted"], [[name, f"{count:,}"] for name, count in counts]
    others = np.where(np.eye(len(names), dtype=bool), 0, pairs)
    rows = []
    for row, name in enumerate(names):
        most = int(others[row].argmax())
        mistake = f"{names[most]} ({others[row, most]:,})" if others[row, most] else ""
        right = f"{recall[row]:.1%}" if math.isfinite(recall[row]) else "–"
        rows.append([name, f"{pairs[row].sum():,}", right, mistake])
    return ["class", "samples", "right", "mostly taken for"], rows
