"""Processing live: pictures between iterations, stop, undo, and closing meanwhile."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from app.driving import Driver, in_window
from app.saved import QUICK, saved_network, saved_run
from networks import synthetic_network


def same_network(one: object, other: object) -> bool:
    names = ("unit_position", "point_position", "point_offset", "edge_source", "edge_importance")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def settings() -> list[object]:
    from nnvis.app.actions import SetProcessing

    return [SetProcessing(name, value) for name, value in QUICK.items()]


class Gate:
    """Lets an operation take one iteration at a time, so that no test depends on its speed."""

    def __init__(self) -> None:
        self.steps = threading.Semaphore(0)
        self.done = 0

    def open(self, drive: Driver) -> object:
        """One more iteration; the network that is shown now."""
        if not self.steps._value:
            self.steps.release()
        return drive.state.shown.network

    def operation(self) -> object:
        """Moves every point by a hair at each of 100,000 iterations, and publishes it."""
        from nnvis.app.processing import Operation

        def work(network, _, __, progress, watch):
            for number in range(100_000):
                while not self.steps.acquire(timeout=0.05):
                    progress.check("gated work")
                moved = network.point_position + np.float32(0.01)
                network = replace(network, point_position=moved)
                watch(network)
                self.done = number + 1
                progress.step("gated work", number + 1, 100_000)
            return network

        return Operation("Gated", "for tests", work)


@in_window
def test_generate_then_process_undo_and_redo(folder: Path) -> None:
    from nnvis.app.actions import Generate, Redo, Start, Undo

    drive = Driver(folder)
    drive.do(*settings(), Generate((10, 6, 4), 4))
    straight = drive.state.shown.network
    assert [layer.size for layer in straight.layers] == [10, 6, 4]
    assert drive.state.shown.origin == "random 10-6-4"
    assert not drive.state.shown.is_saved, "a generated network is in no file"
    before = drive.picture()
    drive.do(Start("process"))
    bundled = drive.state.shown.network
    assert not drive.state.notice or not drive.state.notice.is_error, drive.said
    assert not same_network(bundled, straight), "processing changed nothing"
    after = drive.picture()
    assert (after != before).any(), "the processed network looks as the straight one"
    drive.do(Undo())
    assert same_network(drive.state.shown.network, straight), "undo is not the state before"
    assert (drive.picture() == before).all(), "the picture after undo is not the one before"
    drive.do(Redo())
    assert same_network(drive.state.shown.network, bundled), "redo is not the state after"
    assert (drive.picture() == after).all()
    drive.do(Redo())
    assert same_network(drive.state.shown.network, bundled), "a redo too many changed something"


@in_window
def test_every_operation_changes_the_network_and_can_be_undone(folder: Path) -> None:
    from nnvis.app.actions import Start, Undo
    from nnvis.app.processing import OPERATIONS

    drive = Driver(folder)
    drive.open(saved_network(folder))
    drive.do(*settings())
    first = drive.state.shown.network
    for key, operation in OPERATIONS.items():
        drive.do(Start(key))
        assert not drive.said, f"{operation.label}: {drive.said}"
        assert drive.state.history.undo_name == operation.label
        assert not same_network(drive.state.shown.network, first), f"{key} changed nothing"
        drive.do(Undo())
        assert same_network(drive.state.shown.network, first), f"{key} cannot be undone"
    assert drive.state.shown.is_saved, "back at the file's network it is not changed any more"


@in_window
def test_the_picture_follows_the_work_and_stop_keeps_what_is_complete(folder: Path) -> None:
    from nnvis.app import processing
    from nnvis.app.actions import SetMode, Start, Stop, Undo

    gate = Gate()
    processing.OPERATIONS["gated"] = gate.operation()
    drive = Driver(folder)
    drive.open(saved_network(folder))
    first, pictures = drive.state.shown.network, [drive.picture()]
    drive.viewer.apply(Start("gated"))
    seen = first
    for number in (1, 2, 3):
        # Pictures may leave out iterations when these are quicker than drawing.
        drive.until(lambda s=seen: gate.open(drive) is not s, f"picture {number} of the work")
        drive.step(2)
        seen = drive.state.shown.network
        moved = (seen.point_position - first.point_position) / np.float32(0.01)
        assert np.ptp(moved) < 0.01, "what is shown is not one complete iteration"
        assert all((drive.picture() != other).any() for other in pictures), (
            f"the picture did not change during the work ({number})"
        )
        pictures.append(drive.picture())
    drive.until(lambda: drive.state.job.step.done == gate.done, "the progress of the work")
    drive.viewer.apply(SetMode("1"))
    drive.until(
        lambda: gate.open(drive) and drive.state.shown.scene.mode == "1",
        "a class chosen during the work",
    )
    drive.viewer.apply(SetMode("all"))
    drive.viewer.apply(Stop())
    drive.rest()
    kept = drive.state.shown.network
    expected = first.point_position + np.float32(0.01) * gate.done
    assert np.allclose(kept.point_position, expected, atol=1e-4), "not the last complete iteration"
    assert "stopped" in drive.said, f"that the work was stopped is not said: {drive.said!r}"
    drive.do(Undo())
    assert same_network(drive.state.shown.network, first), "undo is not the state before"
    assert (drive.picture() == pictures[0]).all(), "the picture before the work does not return"


@in_window
def test_stop_of_real_work(folder: Path) -> None:
    from nnvis.app.actions import SetProcessing, Start, Stop, Undo

    drive = Driver(folder)
    drive.open(saved_network(folder, network=synthetic_network((60, 30, 10))))
    drive.do(SetProcessing("edge_bandwidth_reduction", 0.98))
    first = drive.state.shown.network
    drive.viewer.apply(Start("edge_advect"))
    drive.until(lambda: drive.state.shown.network is not first, "the first iteration")
    drive.viewer.apply(Stop())
    drive.rest()
    kept = drive.state.shown.network
    assert np.isfinite(kept.point_position).all(), "a stopped work left points that are no numbers"
    ends = kept.point_offset[1:] - 1
    assert np.array_equal(kept.point_position[ends], kept.unit_position[kept.edge_target]), (
        "the edges of a stopped work do not end at their units"
    )
    drive.do(Undo())
    assert same_network(drive.state.shown.network, first), "undo is not the state before"


@in_window
def test_work_that_fails_is_a_sentence_and_changes_nothing(folder: Path) -> None:
    from nnvis.app import processing
    from nnvis.app.actions import Start

    def work(network, _, __, ___, watch):
        watch(replace(network, point_position=network.point_position * 2))
        raise ZeroDivisionError("for the test")

    processing.OPERATIONS["failing"] = processing.Operation("Failing", "for tests", work)
    drive = Driver(folder)
    drive.open(saved_network(folder))
    first, before = drive.state.shown.network, drive.picture()
    drive.do(Start("failing"))
    assert drive.state.notice.is_error, "a fault is not marked as one"
    assert "Failing failed (ZeroDivisionError: for the test)" in drive.said, drive.said
    drive.step(3)
    assert same_network(drive.state.shown.network, first), "failed work changed the network"
    assert (drive.picture() == before).all(), "failed work changed the picture"
    assert drive.state.history.undo_name is None, "failed work is a step of undo"


@in_window
def test_one_work_at_a_time(folder: Path) -> None:
    from nnvis.app import processing
    from nnvis.app.actions import Generate, Open, Save, Start, Stop, Undo

    gate = Gate()
    processing.OPERATIONS["gated"] = gate.operation()
    drive = Driver(folder)
    path = saved_network(folder)
    drive.open(path)
    drive.viewer.apply(Start("gated"))
    before = path.read_bytes()
    for action in (Open(path), Start("smooth"), Undo(), Generate((3, 2), 2), Save(path)):
        drive.viewer.apply(action)
        drive.step()
        assert "Gated is still running" in drive.said, f"{action}: {drive.said!r}"
    assert path.read_bytes() == before, "a network was saved while it was worked on"
    drive.do(Stop())
    assert "nothing has changed" in drive.said, f"stopped before an iteration: {drive.said!r}"
    drive.open(path)


@in_window
def test_closing_while_processing(folder: Path) -> None:
    from nnvis.app.actions import Quit, SetProcessing, Start

    drive = Driver(folder)
    drive.open(saved_network(folder, network=synthetic_network((80, 40, 10))))
    drive.do(SetProcessing("edge_bandwidth_reduction", 0.98))
    drive.viewer.apply(Start("process"))
    drive.until(lambda: drive.state.job is not None and drive.state.job.step, "the first step")
    drive.viewer.apply(Quit())
    assert not drive.viewer.step(), "the loop goes on after Quit"
    thread = drive.viewer.worker._thread
    begin = time.monotonic()
    drive.viewer.release()
    from app import driving

    driving.drivers.clear()
    # An iteration takes a few milliseconds; waiting gives up after ten seconds.
    assert not thread.is_alive(), f"the work runs on {time.monotonic() - begin:.1f} s after closing"


@in_window
def test_importance_alone(folder: Path) -> None:
    from nnvis.app.actions import OpenImportance, Start

    drive = Driver(folder)
    run = saved_run(folder)
    drive.do(*settings(), OpenImportance(run))
    shown = drive.state.shown
    assert shown is not None, f"a run's importance is not shown: {drive.said}"
    assert not shown.is_saved, "what was laid out anew is not what the run holds"
    assert shown.network.edge_count == 12 * 8 + 8 * 4, "edges of the model are missing"
    drive.do(Start("process"))
    assert drive.state.history.undo_name == "Process", drive.said
