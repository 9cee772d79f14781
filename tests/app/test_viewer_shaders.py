"""Shaders edited in the running viewer: wrong, right, from outside, with uniforms of one's own."""

from __future__ import annotations

from pathlib import Path

from app.driving import Driver, in_window
from app.saved import saved_network

FILE = "common/ball.frag"


def opened(folder: Path, **more: object) -> Driver:
    from nnvis.app.actions import ChooseShader, ShowWindow

    drive = Driver(folder, size=(1100, 800), **more)
    drive.open(saved_network(folder))
    drive.do(ShowWindow("Shaders", True), ChooseShader(FILE))
    drive.step(3)
    assert drive.state.shaders.chosen == FILE, f"{FILE} is not in the editor"
    assert drive.state.shaders.origins[FILE] == "shipped", "opening a file counts as an edit"
    return drive


def last_line_of_main(text: str) -> int:
    """Where a statement can be added at the end of a shader's last function."""
    return text.rstrip().rindex("}")


def with_statement(text: str, statement: str) -> str:
    at = last_line_of_main(text)
    return f"{text[:at]}{statement}\n{text[at:]}"


@in_window
def test_a_wrong_edit_leaves_the_picture_and_a_right_one_changes_it(folder: Path) -> None:
    from nnvis.app.actions import EditShader, RevertShader

    drive = opened(folder)
    good, text = drive.picture(), drive.state.shaders.text
    wrong = with_statement(text, "    this is no GLSL;")
    drive.do(EditShader(FILE, wrong))
    assert (drive.picture() == good).all(), "a shader that does not compile changed the picture"
    line = wrong[: wrong.index("this is no")].count("\n") + 1
    lines = [message.line for message in drive.state.shaders.messages[FILE]]
    assert line in lines, f"the error is on line {line}, the editor marks {lines}"
    drive.step(3)
    gone = with_statement(text, "    discard;")
    drive.do(EditShader(FILE, gone))
    assert not drive.state.shaders.messages, f"{drive.state.shaders.messages}"
    assert (drive.picture() != good).any(), "units that are discarded are still drawn"
    drive.do(EditShader(FILE, wrong.replace("is no", "is not")))
    drive.do(RevertShader(FILE))
    assert (drive.picture() == good).all(), "reverting does not bring the picture back"
    assert drive.state.shaders.origins[FILE] == "shipped"
    assert not drive.state.shaders.messages, "an error stays after its text has gone"


@in_window
def test_typing_in_the_editor_moves_nothing_else(folder: Path) -> None:
    from imgui_bundle import imgui

    drive = opened(folder)
    left, _, _, bottom = drive.place_of("Back to the original")
    drive.mouse(left, bottom + 60)
    drive.button(True)
    drive.button(False)
    drive.step(2)
    camera, text = drive.state.camera, drive.state.shaders.text
    io = imgui.get_io()
    for letter in "kwrhfasd7":
        key = getattr(imgui.Key, f"_{letter}" if letter.isdigit() else letter)
        io.add_key_event(key, True)
        io.add_input_character(ord(letter))
        drive.step()
        io.add_key_event(key, False)
        drive.step()
    typed = drive.state.shaders.text
    assert typed != text, "what was typed in the editor did not reach the shader"
    assert len(typed) == len(text) + 9, "what was typed is not what the shader has"
    assert drive.state.camera == camera, "typing in the editor flies the camera"
    assert not drive.state.is_rotating, "an h typed in the editor turns the view"
    assert drive.state.recording is None, "an r typed in the editor begins a film"
    assert not list(folder.glob("*.png")), "a k typed in the editor takes a picture"
    drive.click("Revert", "button")
    drive.step(2)
    assert drive.state.shaders.text == text, "Revert does not bring the text back"


@in_window
def test_a_uniform_of_ones_own_gets_a_slider(folder: Path) -> None:
    from nnvis.app.actions import EditShader, SetUniform

    drive = opened(folder)
    text = drive.state.shaders.text
    first, rest = text.split("\n", 1)
    mine = with_statement(
        f"{first}\nuniform float my_cut = 0.0; // 0..2\n{rest}", "    if (my_cut > 1.0) discard;"
    )
    drive.do(EditShader(FILE, mine))
    assert not drive.state.shaders.messages, f"{drive.state.shaders.messages}"
    drive.step(3)
    before = drive.picture()
    left, top, right, bottom = drive.place_of("my_cut", "slider_float")
    middle = (top + bottom) / 2
    drive.drag((left + 6, middle), (left + 0.5 * (right - left), middle))
    drive.step(2)
    assert drive.state.shaders.custom["my_cut"].value > 1.0, "the slider does not move the uniform"
    assert (drive.picture() != before).any(), "the uniform changes nothing in the picture"
    drive.do(SetUniform("my_cut", 0.0))
    assert (drive.picture() == before).all()
    drive.do(SetUniform("my_cot", 0.0))
    assert "my_cut" in drive.said, f"a misspelt uniform should be named: {drive.said}"


@in_window
def test_saved_shaders_and_edits_from_outside(folder: Path) -> None:
    from nnvis.app.actions import EditShader, RevertShader, SaveShader

    drive = opened(folder)
    good, text = drive.picture(), drive.state.shaders.text
    drive.do(EditShader(FILE, with_statement(text, "    discard;")), SaveShader(FILE))
    mine = folder / "settings" / "shaders" / FILE
    assert mine.is_file(), f"Save does not write {mine}: {drive.said}"
    assert drive.state.shaders.origins[FILE] == "yours"
    bare = drive.picture()
    mine.write_text(text + "// from outside\n", encoding="utf-8")
    drive.until(lambda: "from outside" in drive.state.shaders.text, "the text changed outside")
    drive.step(2)
    assert (drive.picture() == good).all(), "an edit from outside does not reach the picture"
    mine.write_bytes(b"\xff\xfe not text")
    drive.until(lambda: drive.state.shaders.messages, "the complaint about a broken file")
    drive.step(2)
    assert (drive.picture() == good).all(), "a file that is no text changed the picture"
    mine.unlink()
    drive.until(lambda: drive.state.shaders.origins[FILE] == "shipped", "the shipped text")
    drive.do(EditShader(FILE, with_statement(text, "    discard;")), SaveShader(FILE))
    assert (drive.picture() == bare).all()
    drive.do(RevertShader(FILE, fully=True))
    assert not mine.exists(), "back to the original leaves the saved copy"
    assert (drive.picture() == good).all()


@in_window
def test_a_saved_copy_that_does_not_compile_is_said_at_the_next_start(folder: Path) -> None:
    mine = folder / "settings" / "shaders" / FILE
    drive = Driver(folder)
    mine.parent.mkdir(parents=True)
    mine.write_text("#version 330 core\nnot GLSL\n")
    drive.viewer.release()
    from app import driving

    driving.drivers.clear()
    drive = Driver(folder, size=(1100, 800))
    drive.open(saved_network(folder))
    from test_viewer_modes import ink  # the folder of this file is on the path

    assert ink(drive.picture()) > 1000, "a broken copy of a shader leaves the view blank"
    assert FILE in drive.state.shaders.messages, "the broken copy is not marked in the editor"
    assert f"Your shader {FILE} cannot be used, line 2" in drive.said, drive.said
