"""The Class map panel in its window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.driving import Driver, in_window
from app.mapped import mapped_run
from app.saved import saved_run

SIZE = (1500, 900)


def opened(folder: Path, size: tuple[int, int] = SIZE) -> Driver:
    """The panel with its map."""
    from imgui_bundle import imgui

    drive = Driver(folder, size=size)
    drive.open(mapped_run(folder))
    drive.until(lambda: drive.state.training is not None, "the run's history")
    drive.rest()
    imgui.set_window_focus("Class map")
    drive.until(lambda: "class map" in drive.state.analyses, "the map")
    drive.rest()
    return drive


@in_window
def test_the_map_is_there_when_the_panel_is_first_seen_and_follows_the_time(folder: Path) -> None:
    from nnvis.app.actions import GoToEpoch, SetMap
    from nnvis.app.analysing import ANALYSES

    drive = opened(folder)
    assert "class map" in drive.state.textures
    looks: list[Any] = []
    analysis = ANALYSES["class map"]
    for action in (GoToEpoch(0.5), GoToEpoch(1.0), SetMap("boundary", "geometric")):
        drive.do(action)
        looks.append(analysis.view(drive.state.analyses["class map"], drive.state))
        assert "class map" in drive.state.textures
    assert len(set(looks)) == 3
    assert not drive.said, f"the panel failed: {drive.said}"


@in_window
def test_a_click_on_a_sample_of_the_map_selects_it(folder: Path) -> None:
    from imgui_bundle import implot

    places: list[tuple[float, float]] = []
    scatter = implot.plot_scatter

    def noted(label: str, across: Any, up: Any, **more: Any) -> None:
        corner = implot.plot_to_pixels(float(across[0]), float(up[0]))
        places.append((corner.x, corner.y))
        scatter(label, across, up, **more)

    implot.plot_scatter = noted
    drive = opened(folder)
    assert len(places) >= 4, "the samples of four classes are not drawn"
    first = places[-4]
    drive.mouse(*first)
    drive.button(True)
    drive.button(False)
    assert len(drive.state.samples) == 1
    label = drive.state.training.probe.label
    assert label[drive.state.samples[0]] == 0, "the first scatter drawn is that of class 0"
    assert not drive.said, f"the panel failed: {drive.said}"


@in_window
def test_a_run_without_epochs_says_why_there_is_no_map(folder: Path) -> None:
    from imgui_bundle import imgui

    drive = Driver(folder, size=SIZE)
    drive.open(saved_run(folder))
    imgui.set_window_focus("Class map")
    drive.step(5)
    assert not drive.state.analyses
    assert not drive.said, f"the panel failed: {drive.said}"


@in_window
def test_what_cannot_be_mapped_is_said_once_and_another_plane_can_be_tried(folder: Path) -> None:
    from app.test_viewer_training import ready
    from imgui_bundle import imgui

    drive = ready(folder, size=SIZE)
    imgui.set_window_focus("Class map")
    drive.until(lambda: drive.said, "the sentence")
    assert "does not say where its samples come from" in drive.said
    drive.key("escape")
    drive.rest()
    drive.step(5)
    assert not drive.said, "the panel asks again and again"
    drive.click("Map", "button")
    drive.until(lambda: drive.said, "the sentence again")


@in_window
def test_no_label_beside_a_choice_is_cut_in_a_small_window(folder: Path) -> None:
    from imgui_bundle import imgui

    edges: list[float] = []
    begin = imgui.begin_combo

    def noted(*args: Any, **more: Any) -> Any:
        left = imgui.get_cursor_screen_pos().x
        edges.append(left + imgui.get_content_region_avail().x)
        return begin(*args, **more)

    imgui.begin_combo = noted
    drive = opened(folder, size=(1280, 800))
    edges.clear()
    drive.step()
    for label in ("Map", "Shows", "Between epochs"):
        box = drive.place_of(label, "begin_combo")  # the panel's are drawn last
        assert box[2] <= edges[-1] + 1, f"{label} ends at {box[2]:.0f}, the panel at {edges[-1]}"
    assert not drive.said, f"the panel failed: {drive.said}"
