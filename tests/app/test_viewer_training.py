"""The time line in its window: a run's history read, followed, played and left again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from app.driving import SIZE, Driver, in_window
from app.saved import saved_network, saved_run


def trained_run(folder: Path, with_importance: bool = False) -> Path:
    """A run with six epochs of forty probe samples, and pictures of them."""
    from nnvis.model import EpochRecord, Probe
    from nnvis.store import Run

    run = Run.open(saved_run(folder))
    network = run.load_network()
    rng = np.random.default_rng(3)
    label = rng.integers(0, 4, 40).astype(np.int32)
    for epoch in range(6):
        prediction = np.where(rng.random(40) < 0.15 * epoch + 0.2, label, rng.integers(0, 4, 40))
        importance = None
        if with_importance:
            share = np.float32((epoch + 1) / 6)
            importance = share * network.unit_importance + (1 - share) * np.roll(
                network.unit_importance, 1, axis=1
            )
        run.save_epoch(
            EpochRecord(
                epoch=epoch,
                prediction=prediction.astype(np.int32),
                probability=np.eye(4, dtype=np.float16)[prediction],
                unit_importance=importance,
                numbers={"test_accuracy": float((prediction == label).mean())},
            )
        )
    pictures = rng.integers(0, 255, (40, 8, 8)).astype(np.uint8)
    run.save_probe(Probe(40, label, pictures, np.arange(40, dtype=np.int32)))
    return run.path


def ready(folder: Path, size: tuple[int, int] = SIZE, **more: bool) -> Driver:
    drive = Driver(folder, size=size)
    drive.open(trained_run(folder, **more))
    drive.until(lambda: drive.state.training is not None, "the run's history")
    drive.rest()
    return drive


@in_window
def test_the_history_of_a_run_is_there_and_stands_at_its_end(folder: Path) -> None:
    drive = ready(folder)
    state = drive.state
    assert state.training.count == 6
    assert state.moment == 5.0
    assert not state.has_flows, "arcs cover the network before anybody asked for them"
    assert set(state.textures) == {"recurrence", "probe"}, "a picture of the panel is missing"
    assert not drive.said, f"something was wrong: {drive.said}"


@in_window
def test_going_along_the_time_line_draws_the_flows_of_each_step(folder: Path) -> None:
    from nnvis.app.actions import GoToEpoch, ShowFlows

    drive = ready(folder)
    plain = drive.picture().astype(int)
    pictures = []
    for epoch in (0.0, 3.0):
        drive.do(GoToEpoch(epoch))
        drive.rest()
        pictures.append(drive.picture().astype(int))
        assert np.abs(pictures[-1] - plain).max() > 60, f"no arcs at epoch {epoch}"
    assert np.abs(pictures[0] - pictures[1]).max() > 30, "two steps have the same flows"
    drive.do(ShowFlows(False))
    drive.rest()
    assert np.array_equal(drive.picture(), plain), "the arcs have left something behind"


@in_window
def test_playing_ends_at_the_last_epoch(folder: Path) -> None:
    from nnvis.app.actions import TogglePlay

    drive = ready(folder)
    drive.do(TogglePlay())
    drive.until(lambda: 0 < drive.state.moment < 5, "the time line to move")
    drive.until(lambda: not drive.state.is_playing, "the end of the training")
    assert drive.state.moment == 5.0


@in_window
def test_a_transition_lists_the_samples_behind_it(folder: Path) -> None:
    from nnvis.app.actions import ChooseTransition, GoToEpoch

    drive = ready(folder)
    training = drive.state.training
    step = 0
    off = np.where(np.eye(4, dtype=bool), 0, training.moved[step])
    source, target = np.unravel_index(int(off.argmax()), off.shape)
    drive.do(GoToEpoch(float(step)), ChooseTransition((int(source), int(target))))
    drive.rest()
    assert drive.state.transition == (source, target)
    assert len(training.samples(step, int(source), int(target))) == off.max()
    assert not drive.said, f"the panel failed: {drive.said}"


@in_window
def test_a_click_in_the_recurrence_plot_moves_the_time_line(folder: Path) -> None:
    from nnvis.app.actions import GoToEpoch

    drive = ready(folder, size=(1500, 900))
    drive.do(GoToEpoch(5.0))
    # The plot stands left of the transitions, in the panel's lower half.
    left, top, _, bottom = drive.place_of("transitions", "invisible_button")
    moments = set()
    for x in range(int(left) - 180, int(left), 12):
        drive.mouse(x, (top + bottom) / 2)
        drive.button(True)
        drive.button(False)
        moments.add(drive.state.moment)
    assert moments == {5.0, 0.0, 1.0, 2.0, 3.0, 4.0}, "not every step can be gone to"
    assert 0 < drive.state.other_row < 5, "the step along the other axis is not compared with"
    assert not drive.said, f"the panel failed: {drive.said}"


@in_window
def test_a_class_chosen_beside_the_transitions_is_shown_in_the_network(folder: Path) -> None:
    drive = ready(folder, size=(1500, 900))
    plain = drive.picture().astype(int)
    left, top, right, _ = drive.place_of("transitions", "invisible_button")
    cell = (right - left) / 5
    for _ in range(2):
        drive.mouse(left + 0.5 * cell, top + 2.5 * cell)
        drive.button(True)
        drive.button(False)
        drive.rest()
        if drive.state.mode == "1":
            assert np.abs(drive.picture().astype(int) - plain).max() > 30
    assert drive.state.mode == "all", "a second click shows all classes again"
    assert not drive.said, f"the panel failed: {drive.said}"


@in_window
def test_the_network_follows_the_time_where_its_importance_was_recorded(folder: Path) -> None:
    from nnvis.app.actions import GoToEpoch, SetMode, ShowFlows

    drive = ready(folder, with_importance=True)
    drive.do(SetMode("all"))
    pictures = []
    for moment in (0.0, 2.5, 5.0):
        drive.do(GoToEpoch(moment), ShowFlows(False))
        drive.until(lambda m=moment: drive.state.shown.moment == m, f"the network at {moment}")
        drive.rest()
        pictures.append(drive.picture().astype(int))
    assert np.abs(pictures[0] - pictures[2]).max() > 30, "the network stays as it was"
    assert np.abs(pictures[0] - pictures[1]).max() > 10, "between two epochs nothing changes"
    kept = drive.state.shown
    assert kept.is_saved, "looking back in time must not change the network"


@in_window
def test_the_only_epoch_of_a_run_is_shown_and_two_are_asked_for(folder: Path) -> None:
    from nnvis.app.panels import single_epoch, training

    path = trained_run(folder)
    for file in sorted((path / "epochs").iterdir())[1:]:
        file.unlink()
    said: list[str] = []
    plain = training.wrapped
    for module in (single_epoch, training):
        module.wrapped = lambda text, **more: (said.append(text), plain(text, **more))  # type: ignore[assignment]
    drive = Driver(folder)
    drive.open(path)
    drive.until(lambda: drive.state.single is not None, "the run's only epoch")
    said.clear()
    drive.step(3)
    assert any("one recorded epoch, epoch 0; a time line needs two" in each for each in said), said
    assert any(each.startswith("test accuracy: ") for each in said), said
    assert drive.state.training is None
    drive.open(saved_network(folder, "other.safetensors"))
    drive.rest()
    assert drive.state.single is None, "the epoch of the run before is kept"
    assert not drive.said, f"something was wrong: {drive.said}"


@in_window
def test_another_network_has_no_history_of_the_run_before(folder: Path) -> None:
    from nnvis.app.actions import GoToEpoch

    drive = ready(folder)
    drive.do(GoToEpoch(1.0))
    drive.open(saved_network(folder, "other.safetensors"))
    drive.rest()
    assert drive.state.training is None
    assert not drive.state.textures, "pictures of the run before are kept"
    assert not drive.said, f"something was wrong: {drive.said}"


@in_window
def test_samples_in_the_list_are_selected_by_click_by_rectangle_and_all_at_once(
    folder: Path,
) -> None:
    from nnvis.app.actions import ChooseTransition, GoToEpoch

    drive = ready(folder, size=(1500, 900))
    training = drive.state.training
    off = np.where(np.eye(4, dtype=bool), 0, training.moved[0])
    source, target = (int(one) for one in np.unravel_index(int(off.argmax()), off.shape))
    drive.do(GoToEpoch(0.0), ChooseTransition((source, target)))
    listed = tuple(training.samples(0, source, target).tolist())
    assert len(listed) > 2, "the case has too few samples to choose among"
    assert drive.state.samples == listed, "a transition chosen selects its samples"
    drive.step(3)
    boxes = [box for text, kind, box in drive.items if text == "##sample" and kind == "selectable"]
    drive.click("##sample", "selectable", 1)
    assert drive.state.samples == (listed[1],)
    drive.key("a", "mod_ctrl")
    assert drive.state.samples == listed
    left, top, right, bottom = boxes[-1]
    assert boxes[0][1] < top, "the case has one line, and no empty place in it"
    drive.click("##sample", "selectable", 0)
    middle = (top + bottom) / 2
    drive.drag((right + 0.5 * (right - left), middle), (right - 3, middle + 3))
    assert drive.state.samples == listed[-1:], "a rectangle from beside the last picture to it"
    drive.key("escape")
    assert drive.state.samples == ()
    assert not drive.said, f"the panel failed: {drive.said}"
