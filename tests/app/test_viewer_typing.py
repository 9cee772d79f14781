"""Words and keys typed into the window, and the small habits of its controls."""

from __future__ import annotations

from pathlib import Path

from app.driving import Driver, in_window
from app.saved import saved_network


def type_text(drive: Driver, text: str) -> None:
    """As a keyboard does: the key goes down, its letter comes, the key goes up."""
    from imgui_bundle import imgui

    io = imgui.get_io()
    for letter in text:
        io.add_key_event(getattr(imgui.Key, letter), True)
        io.add_input_character(ord(letter))
        drive.step()
        io.add_key_event(getattr(imgui.Key, letter), False)
        drive.step()


@in_window
def test_a_name_typed_to_save(folder: Path) -> None:
    from nnvis.app.actions import ShowWindow

    drive = Driver(folder, size=(1100, 800))
    drive.open(saved_network(folder))
    camera = drive.state.camera
    drive.do(ShowWindow("Save Processed Network", True))
    drive.step(3)
    drive.click("##name", "input_text")
    drive.step(2)
    drive.key("a", "mod_ctrl")
    type_text(drive, "wkrh")
    drive.key("enter")
    drive.rest()
    path = folder / "wkrh.safetensors"
    assert path.is_file(), f"Enter in the name does not save: {drive.said!r}"
    assert str(path) in drive.said
    assert drive.state.shown.origin == str(path)
    assert not drive.state.windows, "the dialog stays open after saving"
    assert drive.state.camera == camera, "typing a name flies the camera"
    assert drive.state.recording is None, "typing a name begins a film"
    assert not drive.state.is_rotating, "typing a name turns the view"
    assert not list(folder.glob("*.png")), "typing a name takes a picture"


@in_window
def test_undo_and_redo_by_keys(folder: Path) -> None:
    from nnvis.app.actions import Start

    drive = Driver(folder)
    drive.open(saved_network(folder))
    first = drive.state.shown.network
    drive.do(Start("node_noise"))
    changed = drive.state.shown.network
    drive.mouse(*drive.viewer.view.centre)
    for keys, expected in (
        (("z", "mod_ctrl"), first), (("y", "mod_ctrl"), changed), (("z", "mod_ctrl"), first),
        (("z", "mod_ctrl", "mod_shift"), changed),
    ):  # fmt: skip
        drive.key(*keys)
        drive.rest()
        assert drive.state.shown.network is expected, f"{keys} leads elsewhere"


@in_window
def test_a_double_click_resets_a_slider(folder: Path) -> None:
    from nnvis.app.actions import SetRendering
    from nnvis.config import RenderingConfig

    drive = Driver(folder)
    drive.open(saved_network(folder))
    drive.do(SetRendering("edge_size", 0.5))
    left, top, _, bottom = drive.place_of("Size", "slider_float")
    drive.mouse(left + 20, (top + bottom) / 2)
    for down in (True, False, True, False):
        drive.button(down)
    drive.step(2)
    assert drive.state.rendering.edge_size == RenderingConfig().edge_size


@in_window
def test_the_first_screen_says_what_to_do(folder: Path) -> None:
    drive = Driver(folder, size=(1000, 800))
    drive.step(4)
    labels = [text for text, kind, _ in drive.items if kind == "button"]
    for word in ("demo", "Load a processed network", "Generate a random network"):
        assert any(word in label for label in labels), f"nothing offers {word!r}: {labels}"
    drive.click("Generate a random network", "button")
    drive.rest()
    assert drive.state.shown is not None, f"the first screen generates nothing: {drive.said}"
    assert drive.state.shown.origin.startswith("random")
