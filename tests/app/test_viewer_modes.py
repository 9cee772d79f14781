"""What the window shows: every way of drawing, every class visibility, words in the picture."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
from app.driving import Driver, in_window
from app.saved import saved_network, saved_run
from networks import synthetic_network


def ink(picture: np.ndarray) -> int:
    """How many pixels are not the background, whose colour is in a corner."""
    return int((np.abs(picture.astype(int) - picture[0, 0]).max(axis=2) > 6).sum())


def has_colour(picture: np.ndarray, colour: np.ndarray, most: float = 0.16) -> bool:
    away = np.linalg.norm(picture / 255 - np.asarray(colour, float), axis=2)
    return bool((away < most).sum() >= 4)


@in_window
def test_a_run_given_at_the_start_is_shown(folder: Path) -> None:
    run = saved_run(folder)
    drive = Driver(folder, run)
    drive.until(lambda: drive.state.shown is not None, "the run given at the start")
    drive.rest()
    shown, picture = drive.state.shown, drive.picture()
    assert shown.origin == str(run), "the run's folder is where the network came from"
    assert shown.is_saved, "a network as it is in its file is not changed"
    assert drive.state.preferences.recent[0] == str(run), "the run is not in the recent list"
    height, width = picture.shape[:2]
    assert (width, height) == drive.viewer.view_size, "the picture does not fill the view"
    assert ink(picture) > 2000, "the view is blank"
    for number, colour in enumerate(shown.scene.class_colour):
        assert has_colour(picture, colour), f"the colour of class {number} is nowhere"
    from nnvis.render.overlay import make_frame

    frame = make_frame(shown.scene, drive.state.drawn_rendering, width, height)
    said = " ".join(label.text for label in (*frame.legend, *frame.share))
    for name in shown.scene.class_names:
        assert name in said, f"the legend does not name class {name}: {said}"
    assert "edges" in said, f"what share of the edges is drawn is not said: {said}"
    bounds = np.argwhere(np.abs(picture.astype(int) - picture[0, 0]).max(axis=2) > 6)
    assert bounds.min() >= 1, "the network is cut off at the picture's border"
    used = np.ptp(bounds, axis=0) / (height, width)
    assert used.max() > 0.7, f"the network fills only {used} of the view: it is not framed"


@in_window
def test_every_way_of_drawing(folder: Path) -> None:
    from nnvis.app.actions import SetRendering
    from nnvis.config.rendering import RenderingConfig

    drive = Driver(folder)
    drive.open(saved_network(folder))
    kinds: dict[str, dict[str, np.ndarray]] = {}
    for part, other in (("edge", "node"), ("node", "edge"), ("grid", "")):
        field = RenderingConfig.model_fields[f"{part}_render_mode"]
        before = getattr(drive.state.rendering, f"{part}_render_mode")
        if other:
            kept = getattr(drive.state.rendering, f"{other}_render_mode")
            drive.do(SetRendering(f"{other}_render_mode", "none"))
        kinds[part] = {}
        for mode in get_args(field.annotation):
            drive.do(SetRendering(f"{part}_render_mode", mode))
            assert not drive.said, f"{part} as {mode}: {drive.said}"
            kinds[part][mode] = drive.picture()
        drive.do(SetRendering(f"{part}_render_mode", before))
        if other:
            drive.do(SetRendering(f"{other}_render_mode", kept))
    for part, pictures in kinds.items():
        none = pictures.pop("none")
        for mode, picture in pictures.items():
            changed = int((picture != none).any(axis=2).sum())
            assert changed > 50, f"{part} drawn as {mode} looks as when not drawn at all"
        modes = list(pictures)
        for number, mode in enumerate(modes):
            for other in modes[:number]:
                assert (pictures[mode] != pictures[other]).any(), (
                    f"{part}s drawn as {mode} and as {other} look the same"
                )
    assert drive.state.frames.grid_cells == 0, "grid cells are counted when none are drawn"


@in_window
def test_every_class_visibility(folder: Path) -> None:
    from nnvis.app.actions import SetMode

    drive = Driver(folder)
    names = ("cats", "dogs", "birds")
    path = saved_network(folder, network=synthetic_network((12, 8, 3), 3, class_names=names))
    drive.open(path)
    pictures = {"all": drive.picture()}
    for mode in ("importance", *names):
        drive.do(SetMode(mode))
        assert drive.state.mode == drive.state.shown.scene.mode == mode
        pictures[mode] = drive.picture()
        assert (pictures[mode] != pictures["all"]).any(), f"{mode} looks as all classes do"
    grey = pictures["importance"].astype(int)
    height, width = grey.shape[:2]
    middle = grey[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    assert np.ptp(middle, axis=2).max() < 40, "importance only is not grey"
    drive.do(SetMode("no such class"))
    assert drive.state.mode == "all", "an unknown class should show all classes"
    assert (drive.picture() == pictures["all"]).all(), "all classes look different on return"


@in_window
def test_classes_chosen_while_another_is_being_arranged(folder: Path) -> None:
    from nnvis.app.actions import SetMode

    drive = Driver(folder)
    drive.open(saved_network(folder))
    for mode in ("0", "1", "2"):
        drive.viewer.apply(SetMode(mode))
    drive.rest()
    assert drive.state.mode == "2", "a click during the work was lost"
    drive.until(lambda: drive.state.shown.scene.mode == "2", "the class chosen last")


@in_window
def test_night_and_palettes(folder: Path) -> None:
    from nnvis.app.actions import SetPreference, SetRendering

    drive = Driver(folder, theme="light")
    drive.open(saved_network(folder))
    day = drive.picture()
    drive.do(SetPreference("theme", "dark"))
    night = drive.picture()
    assert day[0, 0].min() > 200, "the light background is not light"
    assert night[0, 0].max() < 60, "the dark background is not dark"
    drive.do(SetRendering("background", "light"))
    assert (drive.picture() == day).all(), "back by day the picture is another"
    assert drive.state.preferences.theme == "light"
    from nnvis.config.rendering import RenderingConfig

    seen = [day]
    for name in get_args(RenderingConfig.model_fields["palette"].annotation):
        if name == drive.state.rendering.palette:
            continue
        drive.do(SetRendering("palette", name))
        assert all((drive.picture() != other).any() for other in seen), f"palette {name}"
        seen.append(drive.picture())
