"""Progress: what a listener hears, and how a cancel ends the work."""

from __future__ import annotations

import threading

import pytest

from nnvis.errors import Cancelled
from nnvis.progress import Progress, Step, quiet


def test_listener_hears_every_step() -> None:
    heard: list[Step] = []
    progress = Progress(heard.append)
    progress.step("bundling", 1, 2, bandwidth=0.5)
    progress.step("bundling", 2, 2)
    assert heard == [Step("bundling", 1, 2, {"bandwidth": 0.5}), Step("bundling", 2, 2)]


def test_without_listener_nothing_happens() -> None:
    progress = Progress()
    progress.step("bundling", 1, 2)
    progress.check()
    assert not progress.is_cancelled


def test_cancel_ends_the_next_step_after_reporting_it() -> None:
    heard: list[Step] = []
    progress = Progress(heard.append)
    progress.cancel()
    assert progress.is_cancelled
    with pytest.raises(Cancelled, match=r"Stopped during bundling; what was complete before is"):
        progress.step("bundling", 3, 9)
    assert len(heard) == 1, "the complete step was not reported before the work ended"
    with pytest.raises(Cancelled, match="Stopped during the work"):
        progress.check()
    assert Cancelled.exit_code == 130


def test_listener_may_cancel() -> None:
    progress = Progress(lambda step: progress.cancel() if step.done == 2 else None)
    progress.step("scoring", 1, 3)
    with pytest.raises(Cancelled, match="scoring"):
        progress.step("scoring", 2, 3)


def test_cancel_from_another_thread() -> None:
    started = threading.Event()
    progress = Progress(lambda step: started.set())

    def stop() -> None:
        started.wait(10)
        progress.cancel()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(Cancelled):  # noqa: PT012
        for turn in range(10**9):
            progress.step("scoring", turn, 10**9)
    thread.join()


def test_fault_of_the_listener_reaches_the_work() -> None:
    def fail(step: Step) -> None:
        raise RuntimeError("the window is gone")

    with pytest.raises(RuntimeError, match="the window is gone"):
        Progress(fail).step("scoring", 1, 2)


def test_quiet_keeps_a_given_progress() -> None:
    progress = Progress()
    assert quiet(progress) is progress
    assert isinstance(quiet(None), Progress)
    assert quiet(None) is not quiet(None), "a cancel would reach unrelated work"
