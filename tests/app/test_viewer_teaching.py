"""The teaching mode in its window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from app.driving import Driver, in_window
from app.mapped import mapped_run

SIZE = (1500, 900)


def begun(folder: Path) -> tuple[Driver, list[Any]]:
    """The mode from the first screen, and where the middle and the upper right corner of its
    plane are on the screen."""
    from imgui_bundle import implot

    corners: list[Any] = []
    image = implot.plot_image

    def noted(label: str, *rest: Any, **more: Any) -> None:
        found = [implot.plot_to_pixels(*place) for place in ((0.0, 0.0), (1.0, 1.0))]
        corners[:] = [(pixel.x, pixel.y) for pixel in found]
        image(label, *rest, **more)

    implot.plot_image = noted
    drive = Driver(folder, size=SIZE)
    drive.step(3)
    drive.click("Draw your own points", "button")
    drive.until(lambda: drive.state.lesson and drive.state.lesson.learnt, "the network")
    drive.until(lambda: corners, "the plane")
    drive.step(3)
    return drive, corners


@in_window
def test_points_are_drawn_with_the_left_button_and_erased_with_the_right(folder: Path) -> None:
    from nnvis.app.lesson import SetLesson

    drive, corners = begun(folder)
    assert drive.state.shown is not None, "the network is shown before it has learnt"
    middle, corner = corners

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            middle[0] + x * (corner[0] - middle[0]),
            middle[1] + y * (corner[1] - middle[1]),
        )

    drive.mouse(*at(0.5, 0.5))
    drive.button(True)
    drive.button(False)
    lesson = drive.state.lesson
    np.testing.assert_allclose(lesson.place, [[0.5, 0.5]], atol=0.03)
    drive.do(SetLesson("pen", 1))
    drive.drag(at(-0.8, -0.5), at(0.4, -0.5))
    lesson = drive.state.lesson
    assert lesson.label[0] == 0
    sprayed = lesson.place[lesson.label == 1]
    assert len(sprayed) > 10
    assert (np.abs(sprayed[:, 1] + 0.5) < 0.15).all(), "within the brush"
    drive.drag(at(-0.8, -0.5), at(0.4, -0.5), number=1)
    assert len(drive.state.lesson.place) < len(lesson.place) / 2
    assert not drive.said, f"the panel failed: {drive.said}"


@in_window
def test_map_network_and_curve_follow_while_it_learns_and_stay_when_paused(folder: Path) -> None:
    drive, _ = begun(folder)
    drive.click("Moons", "button")
    drive.rest()
    before, camera = drive.state.shown.network, drive.state.camera
    picture = drive.state.lesson.learnt.picture
    drive.click("Start", "button")
    drive.until(lambda: drive.state.lesson.learnt.steps > 60, "sixty steps")
    assert drive.state.job is not None
    learning = drive.state.shown.network
    assert learning.unit_position is before.unit_position, "the layout stays"
    assert not np.array_equal(learning.unit_importance, before.unit_importance)
    assert drive.state.camera == camera
    assert not np.array_equal(drive.state.lesson.learnt.picture, picture)
    drive.click("Pause", "button")
    drive.rest()
    steps = drive.state.lesson.learnt.steps
    curve = drive.state.lesson.learnt.curve
    assert (np.diff(curve[:, 0]) > 0).all()
    assert curve[-1, 1] < curve[0, 1]
    drive.step(20)
    assert drive.state.lesson.learnt.steps == steps
    picture = drive.state.lesson.learnt.picture
    drive.click("Boundaries", "checkbox")
    drive.rest()
    assert not np.array_equal(drive.state.lesson.learnt.picture, picture), "painted anew"
    drive.click("Start", "button")
    drive.until(lambda: drive.state.lesson.learnt.steps > steps, "more steps")
    drive.viewer.worker.stop()
    drive.until(lambda: not drive.state.lesson.is_training, "the end after Stop")
    drive.rest()
    assert drive.state.lesson.learnt.steps > steps, "what was learnt is kept"
    assert not drive.said, f"the mode failed: {drive.said}"


@in_window
def test_other_layers_are_another_network_also_while_it_learns(folder: Path) -> None:
    from nnvis.app.lesson import DrawPreset, ResetLesson, SetLesson, TrainLesson

    drive, _ = begun(folder)
    drive.viewer.apply(DrawPreset("xor"))
    drive.viewer.apply(TrainLesson(True))
    drive.until(lambda: drive.state.lesson.learnt.steps > 20, "steps")

    def sizes() -> list[int]:
        return [layer.size for layer in drive.state.shown.network.layers]

    drive.viewer.apply(SetLesson("hidden", (5, 3)))
    drive.until(lambda: sizes() == [2, 5, 3, 2], "the other network")
    drive.viewer.apply(SetLesson("classes", 4))
    drive.until(lambda: sizes() == [2, 5, 3, 4], "the other classes")
    drive.viewer.apply(TrainLesson(False))
    drive.rest()
    drive.do(ResetLesson())
    drive.until(lambda: drive.state.lesson.learnt.steps == 0, "other first weights")
    assert not drive.said, f"the mode failed: {drive.said}"


@in_window
def test_what_cannot_be_learnt_is_one_sentence(folder: Path) -> None:
    from nnvis.app.lesson import ClearPoints, DrawPreset, SetLesson, TrainLesson

    drive, _ = begun(folder)
    drive.click("Start", "button")
    assert drive.said == "Draw points of at least two classes; there are none yet."
    drive.viewer.apply(DrawPreset("moons"))
    drive.viewer.apply(TrainLesson(True))
    assert not drive.said, "said no more"
    drive.until(lambda: drive.state.lesson.learnt.steps > 0, "steps")
    drive.viewer.apply(ClearPoints())
    drive.until(lambda: drive.said, "the sentence")
    assert not drive.state.lesson.is_training
    drive.viewer.apply(DrawPreset("moons"))
    drive.viewer.apply(SetLesson("hidden", (2, 2, 2, 2)))
    drive.viewer.apply(SetLesson("learning_rate", 3.0))
    drive.viewer.apply(TrainLesson(True))
    drive.until(lambda: drive.said, "the sentence")
    assert "lower the learning rate (now 3) and reset" in drive.said
    assert not drive.state.lesson.is_training
    drive.rest()
    assert np.isfinite(drive.state.lesson.learnt.loss)


@in_window
def test_a_run_that_is_opened_while_it_learns_ends_the_mode(folder: Path) -> None:
    from nnvis.app.actions import Open
    from nnvis.app.lesson import DrawPreset, TrainLesson

    drive, _ = begun(folder)
    drive.viewer.apply(DrawPreset("moons"))
    drive.viewer.apply(TrainLesson(True))
    drive.until(lambda: drive.state.lesson.learnt.steps > 0, "steps")
    run = mapped_run(folder)
    drive.viewer.apply(Open(run))
    drive.until(lambda: drive.state.run == run, "the run")
    assert drive.state.lesson is None
    assert "lesson" not in drive.state.textures
    drive.until(lambda: drive.state.training is not None, "its history")
    assert not drive.said, f"the mode failed: {drive.said}"


@in_window
def test_leaving_goes_back_to_the_run_that_was_shown(folder: Path) -> None:
    from imgui_bundle import imgui

    from nnvis.app.lesson import DrawPreset, TrainLesson

    drive = Driver(folder, size=SIZE)
    run = mapped_run(folder)
    drive.open(run)
    drive.until(lambda: drive.state.training is not None, "the run's history")
    imgui.set_window_focus("Class map")
    drive.until(lambda: "class map" in drive.state.analyses, "the map")
    drive.rest()
    drive.click("Draw your own points", "button")
    drive.until(lambda: drive.state.lesson and drive.state.lesson.learnt, "the network")
    assert drive.state.run is None
    drive.viewer.apply(DrawPreset("rings"))
    drive.viewer.apply(TrainLesson(True))
    drive.until(lambda: drive.state.lesson.learnt.steps > 0, "steps")
    drive.click("Leave", "button")
    drive.until(lambda: drive.state.run == run, "the run again")
    assert drive.state.lesson is None
    drive.until(lambda: drive.state.training is not None, "its history")
    assert not drive.said, f"the mode failed: {drive.said}"


@in_window
def test_the_mode_waits_for_other_work(folder: Path) -> None:
    from nnvis.app.lesson import Teach

    drive = Driver(folder, size=SIZE)
    drive.step(2)
    drive.viewer.worker.start("Something", lambda progress, _: _forever(progress))
    drive.viewer.apply(Teach(True))
    assert drive.state.lesson is None
    assert drive.said.startswith("Something is still running")
    drive.viewer.worker.stop()
    drive.rest()


def _forever(progress: Any) -> None:
    import time

    while True:
        progress.check()
        time.sleep(0.01)


@in_window
def test_processing_pauses_it_and_its_layout_is_kept(folder: Path) -> None:
    from nnvis.app.actions import Start
    from nnvis.app.lesson import DrawPreset, TrainLesson

    drive, _ = begun(folder)
    drive.viewer.apply(DrawPreset("moons"))
    drive.viewer.apply(TrainLesson(True))
    drive.until(lambda: drive.state.lesson.learnt.steps > 0, "steps")
    points = drive.state.shown.network.point_count
    drive.viewer.apply(Start("process"))
    drive.until(lambda: drive.state.history.undo_name, "the bundled network")
    drive.rest()
    assert not drive.state.lesson.is_training
    bundled = drive.state.shown.network
    assert bundled.point_count > points
    steps = drive.state.lesson.learnt.steps
    drive.viewer.apply(TrainLesson(True))
    drive.until(lambda: drive.state.lesson.learnt.steps > steps, "more steps")
    assert drive.state.shown.network.point_count == bundled.point_count
    assert drive.state.shown.network.unit_position is bundled.unit_position
    assert not drive.said, f"the mode failed: {drive.said}"
