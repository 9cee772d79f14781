"""Mouse and keys: sliders, the camera, picking, dialogs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from app.driving import Driver, in_window
from app.saved import saved_network


def screen_place(drive: Driver, unit: int) -> tuple[float, float]:
    """Where a unit is on the screen, points."""
    panel = drive.viewer.view
    size = (round(panel.size[0]), round(panel.size[1]))
    view = drive.viewer.stage.view(drive.state.camera, size)
    at = view.project(drive.state.shown.network.unit_position[[unit]])[0]
    return (
        panel.place[0] + (at[0] + 1) / 2 * size[0],
        panel.place[1] + (1 - at[1]) / 2 * size[1],
    )


@in_window
def test_sliders_are_dragged(folder: Path) -> None:
    drive = Driver(folder)
    drive.open(saved_network(folder))
    before, size = drive.picture(), drive.state.rendering.edge_size
    uploads = []
    upload = drive.viewer.stage.renderer.upload
    drive.viewer.stage.renderer.upload = lambda scene: (uploads.append(scene), upload(scene))
    left, top, _, bottom = drive.place_of("Size", "slider_float")
    drive.drag((left + 8, (top + bottom) / 2), (left + 40, (top + bottom) / 2))
    drive.step(2)
    assert drive.state.rendering.edge_size > size, "the slider for the size of edges did nothing"
    assert (drive.picture() != before).any(), "wider edges look the same"
    left, top, right, bottom = drive.place_of("Prune share", "slider_float")
    drive.drag((left + 4, (top + bottom) / 2), (left + 0.3 * (right - left), (top + bottom) / 2))
    drive.step(2)
    share, shown = drive.state.processing.prune_percentage, drive.state.shown
    assert share > 0.1, f"the prune slider stands at {share} after it was dragged"
    kept = drive.state.frames.drawn_edges
    assert kept <= drive.state.kept_edges < shown.network.edge_count, "nothing was pruned"
    assert not uploads, "a slider uploaded the scene anew: it should cost a frame"


@in_window
def test_a_button_of_the_mouse_turns_moves_and_zooms(folder: Path) -> None:
    from nnvis.app.actions import GoTo

    drive = Driver(folder)
    drive.open(saved_network(folder))
    x, y = drive.viewer.view.centre
    first = drive.state.camera
    drive.drag((x, y), (x + 60, y + 30))
    turned = drive.state.camera
    assert turned.azimuth != first.azimuth, "dragging does not turn the view"
    assert turned.target == first.target, "turning moved the target"
    drive.drag((x, y), (x + 60, y), number=1)
    moved = drive.state.camera
    assert moved.target != turned.target, "dragging with the right button does not move the view"
    assert (moved.azimuth, moved.distance) == (turned.azimuth, turned.distance)
    drive.wheel(2)
    drive.step(2)
    assert drive.state.camera.distance < moved.distance, "the wheel does not come closer"
    drive.do(GoTo("default"))
    assert drive.state.camera == first, "framing all does not lead back"


@in_window
def test_keys(folder: Path) -> None:
    from nnvis.app.controls import KEY_POSITIONS

    drive = Driver(folder)
    drive.open(saved_network(folder))
    drive.mouse(*drive.viewer.view.centre)
    cameras = {}
    for digit, position in KEY_POSITIONS.items():
        drive.key(f"_{digit}")
        drive.step(2)
        cameras[position] = drive.state.camera
        expected = drive.viewer.effects.looking.framed(position)
        assert drive.state.camera == expected, f"key {digit} does not lead to {position}"
    assert len(set(cameras.values())) > 5, "different keys lead to the same camera"
    drive.key("f")
    home = drive.state.camera
    assert home == cameras["default"], "F does not frame all"
    for name in "wasd":
        drive.key(name)
        assert drive.state.camera.target != home.target, f"key {name} does not move the camera"
        drive.key("f")
    drive.key("h")
    azimuth = drive.state.camera.azimuth
    drive.until(lambda: drive.state.camera.azimuth != azimuth, "the turn after the key H")
    drive.key("h")
    drive.step()
    azimuth = drive.state.camera.azimuth
    drive.step(3)
    assert drive.state.camera.azimuth == azimuth, "a second H does not end the turn"


@in_window
def test_pointing_and_pinning(folder: Path) -> None:
    from nnvis.app.actions import SetRendering

    drive = Driver(folder)
    drive.open(saved_network(folder))
    drive.do(SetRendering("node_importance_threshold", 0.0), SetRendering("node_size", 0.08))
    drive.mouse(drive.viewer.view.place[0] + 3, drive.viewer.view.place[1] + 3)
    drive.step(2)
    assert drive.state.hovered is None, "a unit is under the mouse in an empty corner"
    free = drive.picture()
    for unit in (0, 5, 13, 20, 23):
        drive.mouse(*screen_place(drive, unit))
        drive.step()
        found = drive.state.hovered
        assert found is not None, f"the mouse is on unit {unit} and none is found"
        away = np.subtract(screen_place(drive, found), screen_place(drive, unit))
        assert np.hypot(*away) < 40, f"the mouse is on unit {unit}, found {found} far from it"
    assert (drive.picture() == free).all(), "pointing at a unit changed the picture of the scene"
    drive.button(True)
    drive.button(False)
    drive.step(2)
    assert drive.state.pinned == found, "a click on a unit does not pin it"
    pinned = drive.picture()
    back = free[0, 0].astype(float)
    contrast = [np.abs(p.astype(float) - back).sum() for p in (free, pinned)]
    assert contrast[1] < 0.9 * contrast[0], "the rest is not dimmed while a unit is pinned"
    drive.key("escape")
    drive.step(2)
    assert drive.state.pinned is None, "Esc does not let the unit go"
    assert (drive.picture() == free).all(), "the picture before pinning does not come back"
    drive.click(next(text for text, kind, _ in drive.items if " unit " in text))
    drive.step(2)
    assert drive.state.pinned is not None, "a click in the list of units does not pin one"
    drive.mouse(*screen_place(drive, drive.state.pinned))
    target = drive.state.camera.target
    for down in (True, False, True, False):
        drive.button(down)
    drive.step(2)
    assert drive.state.camera.target != target, "a double click does not turn about the unit"


@in_window
def test_menus_and_dialogs(folder: Path) -> None:
    from nnvis.app.actions import ShowWindow
    from nnvis.app.changes import DIALOGS

    drive = Driver(folder, size=(1100, 760))
    drive.open(saved_network(folder))
    for menu in ("File", "View", "Run", "Help"):
        drive.click(menu, "begin_menu")
        drive.step(2)
        assert any(kind == "menu_item" for _, kind, _ in drive.items), f"menu {menu} is empty"
        drive.key("escape")
        drive.step(3)
        left = [text for text, kind, _ in drive.items if kind == "menu_item"]
        assert not left, f"Esc leaves the menu {menu} open: {left}"
    drive.click("Help", "begin_menu")
    drive.step(2)
    drive.click("Keys and mouse", "menu_item")
    drive.step(2)
    assert "Keys and mouse" in drive.state.windows, "the menu item does not open its window"
    for name in DIALOGS:
        drive.do(ShowWindow(name, True))
        drive.step(2)
        assert not drive.said, f"{name}: {drive.said}"
        drive.key("escape")
        drive.step()
        assert name not in drive.state.windows, f"Esc does not close {name}"
    drive.do(ShowWindow("Load Processed Network", True))
    drive.step(3)
    drive.click("network.safetensors", "selectable")
    drive.step(2)
    drive.click("Load", "button")
    drive.rest()
    assert drive.state.shown.origin == str(folder / "network.safetensors"), drive.said
    assert not drive.state.windows, "the file dialog stays open after loading"
