"""The Neighbours panel in its window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from app.driving import Driver, in_window
from app.test_viewer_training import ready

SIZE = (1500, 900)


def opened(folder: Path) -> Driver:
    """The panel, once the neighbours are found."""
    from imgui_bundle import imgui

    drive = ready(folder, size=SIZE)
    imgui.set_window_focus("Neighbours")
    drive.until(lambda: "neighbours" in drive.state.analyses, "the neighbours")
    drive.rest()
    return drive


@in_window
def test_the_panel_finds_the_neighbours_when_it_is_first_seen(folder: Path) -> None:
    from imgui_bundle import imgui

    drive = ready(folder, size=SIZE)
    drive.step(5)
    assert "neighbours" not in drive.state.analyses, "work that nobody asked for"
    imgui.set_window_focus("Neighbours")
    drive.until(lambda: "neighbours" in drive.state.analyses, "the neighbours")
    drive.rest()
    found = drive.state.analyses["neighbours"].found
    assert found.k == 15
    assert found.count == 40
    assert "neighbour distance" in drive.state.textures
    assert "probe" in drive.state.textures, "the pictures of the samples are gone"
    assert not drive.said, f"something was wrong: {drive.said}"


@in_window
def test_choosing_a_class_changes_the_map_and_other_settings_the_neighbours(folder: Path) -> None:
    from nnvis.app.analysing import ANALYSES

    drive = opened(folder)
    painted: list[tuple[int, ...]] = []
    paint = ANALYSES["neighbours"].paint

    def noted(found: Any, state: Any) -> Any:
        painted.append(state.samples)
        return paint(found, state)

    ANALYSES["neighbours"] = replace(ANALYSES["neighbours"], paint=noted)
    drive.click("##select", "begin_combo")
    drive.step(2)
    drive.click("Class 2", "selectable")
    label = drive.state.training.probe.label
    assert drive.state.samples == tuple(np.flatnonzero(label == 2).tolist())
    drive.step(2)
    assert painted == [drive.state.samples], "the map is not that of the class"
    drive.click("##metric", "begin_combo")
    drive.step(2)
    drive.click("cosine", "selectable")
    drive.click("Find", "button")
    drive.until(
        lambda: drive.state.analyses["neighbours"].found.metric == "cosine", "other neighbours"
    )
    assert not drive.said, f"something was wrong: {drive.said}"


@in_window
def test_a_click_in_the_map_moves_the_time_line_and_sets_what_to_compare_with(
    folder: Path,
) -> None:
    from nnvis.app.actions import CompareWith, GoToEpoch

    drive = opened(folder)
    drive.do(GoToEpoch(0.0), CompareWith(0))
    # Along the panel's middle there is the map, wherever its left edge lies.
    grid = [box for text, kind, box in drive.items if text == "##sample"]
    bottom = max(box[3] for box in grid)
    y = (min(box[1] for box in grid) + bottom) / 2
    right = max(box[2] for box in grid)
    moments = set()
    for x in range(int(right) + 30, int(right) + 220, 12):
        drive.mouse(x, y)
        drive.button(True)
        drive.button(False)
        moments.add((drive.state.moment, drive.state.other_row))
    others = {other for _, other in moments}
    assert others == {0, 1}, "clicks along the second row from below compare with its epoch"
    assert {moment for moment, _ in moments} == {0.0, 1.0, 2.0, 3.0, 4.0}
    assert not drive.said, f"something was wrong: {drive.said}"


@in_window
def test_a_network_without_epochs_says_why_there_is_nothing(folder: Path) -> None:
    from app.saved import saved_run
    from imgui_bundle import imgui

    drive = Driver(folder, size=SIZE)
    drive.open(saved_run(folder))
    imgui.set_window_focus("Neighbours")
    drive.step(5)
    assert not drive.state.analyses
    assert not drive.said, f"the panel failed: {drive.said}"


@in_window
def test_another_network_lets_go_of_what_was_found_and_selected(folder: Path) -> None:
    from app.saved import saved_network

    from nnvis.app.actions import SelectSamples

    drive = opened(folder)
    drive.do(SelectSamples((1, 2)))
    drive.open(saved_network(folder, "other.safetensors"))
    drive.rest()
    state = drive.state
    assert (dict(state.analyses), state.samples, dict(state.textures)) == ({}, (), {})
    assert not drive.said, f"something was wrong: {drive.said}"
