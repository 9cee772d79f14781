"""Files: dropped, saved, pictures, films, settings; and the list of actions played again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from app import driving
from app.driving import Driver, in_window
from app.saved import QUICK, saved_network, saved_run
from networks import synthetic_network
from PIL import Image


def one_sentence(text: str) -> bool:
    return bool(text) and "\n" not in text and text.rstrip().endswith((".", ")"))


@in_window
def test_dropped_files(folder: Path) -> None:
    drive = Driver(folder)
    good = saved_network(folder)
    drive.viewer.window.dropped.append(good)
    drive.until(lambda: drive.state.shown is not None, "the network that was dropped")
    drive.rest()
    shown, picture = drive.state.shown, drive.picture()
    broken, foreign = folder / "broken.safetensors", folder / "picture.png"
    broken.write_bytes(good.read_bytes()[:-200])
    Image.new("RGB", (4, 4)).save(foreign)
    (folder / "empty").mkdir()
    run = saved_run(folder)
    newer = saved_run(folder, "newer")
    about = json.loads((newer / "run.json").read_text())
    (newer / "run.json").write_text(json.dumps({**about, "version": about["version"] + 9}))
    (newer / "network.safetensors").unlink()
    strange = (broken, foreign, folder / "empty", folder / "gone.safetensors", newer)
    for path in strange:
        drive.viewer.window.dropped.append(path)
        drive.step()
        drive.rest()
        assert drive.state.notice is not None, f"nothing is said about {path.name}"
        assert drive.state.notice.is_error, f"{path.name}: {drive.said}"
        assert one_sentence(drive.said), f"{path.name} gives no sentence: {drive.said!r}"
        assert path.name in drive.said, f"the sentence does not name {path.name}: {drive.said}"
        assert "fault of nnvis" not in drive.said, drive.said
        assert drive.state.shown is shown, f"{path.name} replaced what was shown"
        assert (drive.picture() == picture).all(), f"{path.name} changed the picture"
    drive.viewer.window.dropped.append(run)
    drive.step()
    drive.rest()
    assert drive.state.shown.origin == str(run), f"a run that was dropped: {drive.said}"


@in_window
def test_pictures_of_any_size(folder: Path) -> None:
    from nnvis.app.actions import SetPreference, TakePicture

    drive = Driver(folder)
    drive.do(TakePicture())
    assert "no network" in drive.said, f"a picture of nothing: {drive.said!r}"
    drive.open(saved_network(folder))
    before = drive.picture()
    wanted = [None, (1, 1), (333, 777), (2500, 1400)]
    for size in wanted:
        old = set(folder.glob("*.png"))
        drive.do(TakePicture(size))
        (path,) = set(folder.glob("*.png")) - old
        assert str(path) in drive.said, f"where the picture is is not said: {drive.said!r}"
        with Image.open(path) as image:
            assert image.size == (size or drive.viewer.view_size), f"a picture of {size}"
            pixels = np.asarray(image.convert("RGB"))
        if size != (1, 1):
            assert pixels.std() > 3, f"the picture of {size} is blank"
    for size in ((0, 5), (-1, 5), (40000, 5)):
        drive.do(TakePicture(size))
        assert "1 to 32768 pixels" in drive.said, f"a picture of {size}: {drive.said!r}"
    assert len(list(folder.glob("*.png"))) == len(wanted), "a refused picture left a file"
    drive.step(2)
    assert (drive.picture() == before).all(), "taking pictures changed the view"
    drive.do(SetPreference("antialiasing", 2), TakePicture())
    assert "Picture: " in drive.said


@in_window
def test_a_film_of_the_work(folder: Path) -> None:
    from nnvis.app.actions import Orbit, ToggleRecording

    drive = Driver(folder)
    drive.do(ToggleRecording())
    assert "no network" in drive.said, f"a film of nothing: {drive.said!r}"
    drive.open(saved_network(folder))
    drive.mouse(*drive.viewer.view.centre)
    drive.key("r")
    assert drive.state.recording is not None, f"R does not begin a film: {drive.said}"
    film = drive.viewer.effects.looking._film

    def frames() -> int:
        return film._writer.frames

    for number in range(3):
        drive.do(Orbit(10, 0))
        drive.until(lambda n=number: frames() > n, f"frame {number} of the film")
    drive.key("r")
    drive.step()
    assert drive.state.recording is None, "a second R does not end the film"
    (path,) = [*folder.glob("*.mp4"), *folder.glob("*.gif")]
    assert str(path) in drive.said, f"where the film is is not said: {drive.said!r}"
    assert path.stat().st_size > 500, "the film is empty"
    # A film that is still recorded when the window closes is finished.
    drive.key("r")
    drive.do(Orbit(10, 0))
    film = drive.viewer.effects.looking._film
    drive.until(frames, "the first frame of the second film")
    drive.viewer.release()
    driving.drivers.clear()
    films = [*folder.glob("*.mp4"), *folder.glob("*.gif")]
    assert len(films) == 2, f"closing the window lost the film: {films}"
    assert all(one.stat().st_size > 500 for one in films)


@in_window
def test_a_film_that_cannot_go_on(folder: Path) -> None:
    from nnvis.app.actions import Orbit, ToggleRecording
    from nnvis.errors import StoreError

    drive = Driver(folder)
    drive.open(saved_network(folder))
    drive.do(ToggleRecording())

    def full(*_: object) -> None:
        raise StoreError("Cannot write the film: No space left on device.")

    drive.viewer.effects.looking._film._writer.add = full
    drive.viewer.apply(Orbit(5, 5))
    drive.until(lambda: drive.state.recording is None, "the end of a film on a full disk")
    assert "No space left on device. The film has ended" in drive.said, drive.said
    left = {path.name for path in folder.iterdir()}
    assert left == {"network.safetensors", "settings"}, f"parts of the film are left: {left}"
    drive.do(Orbit(5, 5), ToggleRecording())
    assert drive.state.recording is not None, "no other film can be recorded"


@in_window
def test_saving_keeps_what_the_prune_slider_leaves(folder: Path) -> None:
    from nnvis.app.actions import Open, Save, SetProcessing
    from nnvis.store import load_network

    drive = Driver(folder)
    drive.do(Save(folder / "x.safetensors"))
    assert "no network to save" in drive.said
    drive.open(saved_network(folder))
    total = drive.state.shown.network.edges_total
    drive.do(SetProcessing("prune_percentage", 0.75))
    kept = drive.state.kept_edges
    assert kept == total // 4
    assert drive.state.frames.drawn_edges <= kept
    path = folder / "pruned.safetensors"
    drive.do(Save(path))
    assert f"Saved {kept:,} edges" in drive.said, drive.said
    stored = load_network(path)
    assert (stored.edge_count, stored.edges_total) == (kept, total)
    drive.do(Open(path))
    assert drive.state.kept_edges == kept, "opened again it keeps another number of edges"
    assert abs(drive.state.processing.prune_percentage - 0.75) < 0.01
    drive.do(Save(folder / "no" / "where.safetensors"))
    assert one_sentence(drive.said)
    assert "there is no folder" in drive.said, drive.said


@in_window
def test_settings_are_found_again(folder: Path) -> None:
    from nnvis.app.actions import Quit, SetPreference, SetRendering, ShowWindow

    drive = Driver(folder)
    drive.open(saved_network(folder))
    drive.do(SetRendering("edge_size", 0.07), ShowWindow("Shaders", True))
    drive.do(SetPreference("font_size", 19.0))
    drive.viewer.apply(Quit())
    assert not drive.viewer.step(), "the loop goes on after Quit"
    drive.viewer.release()
    driving.drivers.clear()
    drive = Driver(folder)
    assert drive.state.rendering.edge_size == 0.07, "a slider's value is lost at the next start"
    assert drive.state.preferences.font_size == 19.0, "what was set last is lost on closing"
    assert "Shaders" in drive.state.windows, "an open panel is closed at the next start"
    assert drive.state.preferences.recent == (str(folder / "network.safetensors"),)
    drive.step(3)


@in_window
def test_panels_stay_where_they_were_moved_to(folder: Path) -> None:
    from imgui_bundle import imgui

    drive = Driver(folder)
    imgui.get_io().ini_saving_rate = 0.05
    drive.step(4)
    panel = drive.viewer.view
    wide = panel.size[0]
    edge, middle = panel.place[0] + wide + 1, panel.place[1] + panel.size[1] / 2
    drive.drag((edge, middle), (edge - 80, middle))
    drive.step(2)
    assert panel.size[0] < wide - 40, "dragging the line between two panels does not move it"
    kept = folder / "settings" / "layout.ini"
    drive.until(kept.exists, "the file that remembers where panels are")
    drive.until(lambda: not imgui.get_io().want_save_ini_settings, "the last change of layout")
    moved = panel.size[0]
    drive.viewer.release()
    for text in (None, "[Docking][Data]\nDockNode \x00 nonsense ==\n"):
        driving.drivers.clear()
        if text is not None:
            kept.write_text(text)
        drive = Driver(folder)
        drive.step(5)
        if text is None:
            assert drive.viewer.view.size[0] == moved, "the panels are not where they were"
        assert not drive.said, f"a layout of {text!r}: {drive.said}"
        drive.viewer.release()
    driving.drivers.clear()


@in_window
def test_settings_of_a_newer_version_stay_until_something_is_set(folder: Path) -> None:
    from nnvis.app.actions import Quit, SetRendering

    kept = folder / "settings" / "viewer.json"
    kept.parent.mkdir()
    for number, text in enumerate(('{"version": 99, "new": 1}', "{ broken", "[1, 2]", "\x00")):
        kept.write_text(text)
        drive = Driver(folder)
        drive.step()
        assert drive.state.notice.is_error, f"{text!r}: nothing is said"
        assert str(kept) in drive.said, f"{text!r}: {drive.said}"
        drive.open(saved_network(folder))
        drive.viewer.apply(Quit())
        drive.viewer.step()
        assert kept.read_text() == text, f"opening a network replaced {text!r}"
        if number == 3:
            drive.do(SetRendering("edge_size", 0.05))
            drive.viewer.apply(Quit())
            drive.viewer.step()
            assert json.loads(kept.read_text())["rendering"]["edge_size"] == 0.05
        drive.viewer.release()
        driving.drivers.clear()


@in_window
def test_a_list_of_actions_gives_the_same_again(folder: Path) -> None:
    from nnvis.app import actions as act

    path = saved_network(folder, network=synthetic_network((16, 9, 5), 5))
    text = "#version 330 core\nnot GLSL\n"
    log = [
        *(act.SetProcessing(name, value) for name, value in QUICK.items()),
        act.Generate((9, 6, 4), 4), act.Start("node_advect"), act.Start("edge_noise"),
        act.Open(path), act.SetMode("2"), act.SetRendering("edge_size", 0.05),
        act.SetRendering("node_render_mode", "sphere"), act.SetRendering("edge_size", 5.0),
        act.GoTo("left"), act.Orbit(35, -20), act.Zoom(2), act.Pan(12, 5, 400), act.Pin(17),
        act.Start("process"), act.Start("node_noise"), act.Undo(), act.Undo(), act.Redo(),
        act.EditShader("edge/tube.frag", text), act.SetProcessing("prune_percentage", 0.4),
        act.PointAt((200.0, 150.0)), act.ShowWindow("Shaders", True), act.TurnAbout(3),
        act.SetPreference("theme", "dark"), act.Fly(0.5, 0.25, 0.1), act.Dismiss(),
    ]  # fmt: skip
    ends = []
    for number in range(2):
        place = folder / str(number)
        place.mkdir()
        drive = Driver(place)
        drive.step(3)
        drive.do(*log)
        state = drive.state
        ends.append((state, drive.picture()))
        drive.viewer.release()
        driving.drivers.clear()
    (one, picture), (other, again) = ends
    for name in ("camera", "mode", "rendering", "processing", "pinned", "hovered", "windows",
                 "notice", "is_rotating"):  # fmt: skip
        assert getattr(one, name) == getattr(other, name), f"{name} differs when played again"
    assert one.preferences == other.preferences
    first, second = one.shown.network, other.shown.network
    for name in ("unit_position", "point_position", "edge_source", "edge_weight"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), name
    steps = [[step for step, _ in state.history.past] for state in (one, other)]
    assert steps[0] == steps[1] == ["Process"], f"the steps of undo: {steps}"
    assert (picture == again).all(), "the same actions end in another picture"
