"""The one thread for long work; what it says is waited for, never timed."""

from __future__ import annotations

import threading
import time

import pytest

from nnvis.app.worker import Worker
from nnvis.errors import StoreError

PATIENCE = 60.0


def outcome_of(worker: Worker):
    deadline = time.monotonic() + PATIENCE
    while (outcome := worker.take_outcome()) is None:
        assert time.monotonic() < deadline, f"no outcome within {PATIENCE:.0f} s"
        time.sleep(0.001)
    return outcome


def test_the_result_once():
    woken = threading.Event()
    worker = Worker(woken.set)
    assert worker.report() is None
    worker.start("Adding", lambda *_: 3)
    assert worker.is_busy
    outcome = outcome_of(worker)
    assert (outcome.name, outcome.result, outcome.error) == ("Adding", 3, None)
    assert woken.is_set(), "the window is not woken when the work ends"
    assert not worker.is_busy
    assert worker.take_outcome() is None, "the same outcome twice"
    worker.start("Again", lambda *_: 4)
    assert outcome_of(worker).result == 4


def test_one_at_a_time():
    worker, gate = Worker(), threading.Event()
    worker.start("First", lambda *_: gate.wait(PATIENCE))
    with pytest.raises(RuntimeError, match="First still runs"):
        worker.start("Second", lambda *_: None)
    gate.set()
    assert outcome_of(worker).result is True


def test_the_newest_that_was_published_wins():
    worker, said, gate = Worker(), threading.Event(), threading.Event()

    def task(_, publish):
        for number in range(5):
            publish(number)
        said.set()
        gate.wait(PATIENCE)
        publish("late")
        return "done"

    worker.start("Counting", task)
    assert said.wait(PATIENCE)
    assert worker.take_published() == 4, "an older picture than the newest"
    assert worker.take_published() is None, "the same thing twice"
    gate.set()
    assert outcome_of(worker).result == "done"
    assert worker.take_published() is None, "what was published replaces the result"


def test_stop_ends_at_the_next_step():
    worker, begun = Worker(), threading.Event()

    def task(progress, _):
        for number in range(10**9):
            begun.set()
            progress.step("counting", number, 10**9)
            time.sleep(0.001)

    worker.start("Counting", task)
    assert begun.wait(PATIENCE)
    worker.stop()
    report = worker.report()
    assert report is None or report.is_stopping
    outcome = outcome_of(worker)
    assert outcome.was_stopped
    assert (outcome.error, outcome.result) == (None, None)
    worker.start("Another", lambda progress, _: progress.check() or "well")
    assert outcome_of(worker).result == "well", "a stop reaches into the next work"


def test_the_report_follows_the_steps():
    worker, said, gate = Worker(), threading.Event(), threading.Event()

    def task(progress, _):
        progress.step("first", 1, 2)
        progress.step("second", 3, 8)
        said.set()
        gate.wait(PATIENCE)

    worker.start("Two stages", task)
    assert said.wait(PATIENCE)
    report = worker.report()
    assert report is not None
    assert (report.name, report.step.stage, report.step.done, report.step.total) == (
        "Two stages", "second", 3, 8,
    )  # fmt: skip
    assert report.seconds_left is None or report.seconds_left >= 0
    gate.set()
    outcome_of(worker)
    assert worker.report() is None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (StoreError("The file is broken."), "The file is broken."),
        (MemoryError(), "needs more memory than there is; prune"),
        (ZeroDivisionError("oh"), r"Working failed (ZeroDivisionError: oh); this is a fault"),
    ],
)
def test_errors_become_sentences(error, words):
    def task(*_):
        raise error

    worker = Worker()
    worker.start("Working", task)
    outcome = outcome_of(worker)
    assert words in outcome.error
    assert outcome.result is None
    assert not outcome.was_stopped
    assert ("Traceback" in outcome.trace) == isinstance(error, ZeroDivisionError)
    worker.start("More", lambda *_: 1)
    assert outcome_of(worker).result == 1, "after an error no more work can be done"


def test_closing_while_it_runs():
    worker, begun, ended = Worker(), threading.Event(), threading.Event()

    def task(progress, _):
        begun.set()
        try:
            while True:
                progress.check()
                time.sleep(0.001)
        finally:
            ended.set()

    worker.close()  # nothing runs
    worker.start("Forever", task)
    assert begun.wait(PATIENCE)
    worker.close(PATIENCE)
    assert ended.is_set(), "the work runs on after closing"
