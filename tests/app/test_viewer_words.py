"""What the window says and how: words in coarse pictures, messages, panels that fail."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from app.driving import Driver, in_window
from app.saved import saved_network
from networks import synthetic_network


def inked(picture: np.ndarray) -> tuple[int, int, int, int]:
    """First and last row and column that are not background."""
    away = np.abs(picture.astype(int) - picture[0, 0].astype(int)).max(axis=2) > 60
    rows, columns = np.flatnonzero(away.any(axis=1)), np.flatnonzero(away.any(axis=0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


@in_window
def test_words_are_the_same_in_a_coarse_picture(folder: Path) -> None:
    """A slow machine draws half the resolution while the view moves; words must not jump."""
    from nnvis.app import detail
    from nnvis.app.actions import SetRendering

    drive = Driver(folder)
    drive.open(saved_network(folder))
    for kind in ("edge", "node"):
        drive.do(SetRendering(f"{kind}_render_mode", "none"))
    fine = drive.picture()
    detail.SMOOTH_STILL = detail.LONGEST_STILL = 0.0
    drive.viewer.stage.refresh()
    drive.step()
    coarse = drive.picture()
    assert drive.viewer.stage._picture is drive.viewer.stage._sheet, "the picture is not coarse"
    assert coarse.shape == fine.shape, f"{coarse.shape} pixels for a view of {fine.shape}"
    assert inked(coarse) == inked(fine), f"words are at {inked(coarse)}, not {inked(fine)}"
    assert (coarse == fine).all(), "words look otherwise in a coarse picture"
    drive.do(*(SetRendering(f"{kind}_render_mode", "line") for kind in ("edge",)))
    assert drive.picture().std() > fine.std(), "the coarse picture shows no edges"


@in_window
def test_what_cannot_be_done_is_said_while_work_runs(folder: Path) -> None:
    from nnvis.app.actions import Generate, Open, Start, Stop

    drive = Driver(folder)
    drive.do(Generate((64, 48, 10), 10))
    assert "not processed" in drive.said
    drive.viewer.apply(Start("edge_advect"))
    assert drive.said == "", f"{drive.said!r} is still said of a network being processed"
    drive.until(lambda: any(text == "Cancel" for text, _, _ in drive.items), "the progress")
    assert not any(text == "Close" for text, _, _ in drive.items), "there is no message to close"
    drive.viewer.apply(Open(folder / "other.safetensors"))
    assert "still running" in drive.said
    drive.step()
    assert any(text == "Close" for text, _, _ in drive.items), "the message is not on the screen"
    drive.do(Stop())


@in_window
def test_a_panel_that_fails_takes_nothing_along(folder: Path) -> None:
    from imgui_bundle import imgui

    from nnvis.app.panels import statistics

    drive = Driver(folder)
    drive.open(saved_network(folder))

    def broken(*_: object) -> None:
        imgui.begin_table("left open", 2)
        imgui.push_id("left open")
        raise ValueError("a number was no number")

    draw, statistics.StatisticsPanel.draw = statistics.StatisticsPanel.draw, broken
    drive.step(4)
    assert "a number was no number" in drive.said, f"what failed is not said: {drive.said!r}"
    there = {text for text, _, _ in drive.items}
    assert {"Process", "Importance", "All classes"} <= there, f"only {there} is on the screen"
    statistics.StatisticsPanel.draw = draw
    drive.click("Close")
    drive.step(2)
    assert drive.said == "", "the window does not recover"


@in_window
def test_a_layout_that_cannot_be_read(folder: Path) -> None:
    (folder / "settings").mkdir()
    (folder / "settings" / "viewer.json").write_text(json.dumps({"version": 99}))
    nonsense = "[Docking][Data]\nDockNode ID=0x1 garbage\nDockSpace ID=0xffff Window=0x1 Pos=a\n"
    (folder / "settings" / "layout.ini").write_text(nonsense)
    drive = Driver(folder, saved_network(folder))
    assert "version 99" in drive.said, "that settings are newer is not said when a file is opened"
    drive.rest()
    width, height = drive.viewer.view.size
    assert width > 300, f"the view is {width} wide"
    assert height > 300, f"the view is {height} high"


@in_window
def test_narrow_panels_cut_nothing(folder: Path) -> None:
    """Long names of classes, and large letters: what can be clicked is inside its panel."""
    names = tuple(f"a long name of a class that goes on, number {k}" for k in range(12))
    network = synthetic_network((5, 4, 12), 12, class_names=names)
    drive = Driver(folder, size=(900, 640), font_size=22.0)
    drive.open(saved_network(folder, network=network))
    drive.step(3)
    edge = drive.viewer.window.size[0]
    for label in ("Importance", "All classes", *names[:3]):
        left, _, right, _ = drive.place_of(label)
        assert left < edge - 20, f"{label} begins outside the window"
        assert right - left > 0
    for label in ("All classes", "?"):
        assert drive.place_of(label)[2] <= edge, f"{label} is cut"
