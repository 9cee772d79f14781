"""The one thread for long work. The window never waits for it: it takes what is newest."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from nnvis.errors import Cancelled, NnvisError
from nnvis.progress import Progress, Step

Publish = Callable[[Any], None]
Task = Callable[[Progress, Publish], Any]


@dataclass(frozen=True)
class Report:
    """Where a job stands.

    Attributes
    ----------
    name
        What the user started.
    step
        The newest step reported; ``None`` before the first.
    seconds
        Since the start.
    seconds_left
        From the share of the stage that is done; ``None`` while it cannot be told.
    is_stopping
        Asked to stop, not there yet.
    """

    name: str
    step: Step | None
    seconds: float
    seconds_left: float | None
    is_stopping: bool


@dataclass(frozen=True)
class Outcome:
    """How a job ended: with a result, a sentence why not, or stopped (neither).

    ``trace`` is there when the sentence is about a fault of nnvis.
    """

    name: str
    result: Any = None
    error: str | None = None
    was_stopped: bool = False
    trace: str = ""


class Pause:
    """Keeps something that is done now and then, such as arranging what is published, to a
    third of the time at most."""

    def __init__(self) -> None:
        self._until = 0.0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    @contextmanager
    def after(self) -> Iterator[None]:
        """Do it, then wait twice as long as it took."""
        begin = time.monotonic()
        yield
        end = time.monotonic()
        self._until = end + 2 * (end - begin)


class Worker:
    """Runs one task at a time in a thread of its own; all methods are for the window's thread."""

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        """``wake`` is called in the working thread whenever there is something new."""
        self._wake = wake
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._progress = Progress()
        self._name = ""
        self._begun = self._stage_begun = 0.0
        self._stage = ""
        self._step: Step | None = None
        self._published: Any = None
        self._outcome: Outcome | None = None

    @property
    def is_busy(self) -> bool:
        """From :meth:`start` until :meth:`take_outcome` gave the outcome."""
        return self._thread is not None

    def start(self, name: str, task: Task) -> None:
        """Run ``task(progress, publish)``; only when not busy."""
        if self.is_busy:
            raise RuntimeError(f"{self._name} still runs; stop it or wait before {name}.")
        self._name, self._step, self._published, self._outcome = name, None, None, None
        self._begun = self._stage_begun = time.monotonic()
        self._stage = ""
        self._progress = Progress(self._listen)
        self._thread = threading.Thread(
            target=self._run, args=(task, self._progress), name=f"nnvis: {name}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Ask the task to end at its next complete iteration."""
        self._progress.cancel()

    def report(self) -> Report | None:
        """Where the running job stands; ``None`` when there is none."""
        if not self.is_busy:
            return None
        with self._lock:
            step, since = self._step, time.monotonic() - self._stage_begun
        left = None
        if step is not None and step.done > 0 and since > 0.3:
            left = since * (step.total - step.done) / step.done
        seconds = time.monotonic() - self._begun
        return Report(self._name, step, seconds, left, self._progress.is_cancelled)

    def take_published(self) -> Any:
        """What the task published last, once; ``None`` when there is nothing new."""
        with self._lock:
            newest, self._published = self._published, None
        return newest

    def take_outcome(self) -> Outcome | None:
        """The outcome, once, when the task has ended; the worker is then free.

        What was published and not taken is older than the outcome, so it is dropped.
        """
        with self._lock:
            outcome, self._outcome = self._outcome, None
            if outcome is not None:
                self._published = None
        if outcome is not None and self._thread is not None:
            self._thread.join()
            self._thread = None
        return outcome

    def close(self, seconds: float = 10.0) -> None:
        """Stop what runs and wait for it, at most so long: the thread dies with the process."""
        self.stop()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self, task: Task, progress: Progress) -> None:
        try:
            outcome = Outcome(self._name, task(progress, self._publish))
        except Cancelled:
            outcome = Outcome(self._name, was_stopped=True)
        except NnvisError as error:
            outcome = Outcome(self._name, error=str(error))
        except MemoryError:
            outcome = Outcome(
                self._name,
                error=f"{self._name} needs more memory than there is; prune more edges, or lower "
                "the sampling rate.",
            )
        except Exception as error:  # a fault of nnvis: the window must live on and say so
            outcome = Outcome(
                self._name,
                error=f"{self._name} failed ({type(error).__name__}: {error}); this is a fault of "
                "nnvis, the network is unchanged.",
                trace=traceback.format_exc(),
            )
        with self._lock:
            self._outcome = outcome
        self._wake()

    def _listen(self, step: Step) -> None:
        with self._lock:
            if step.stage != self._stage:
                self._stage, self._stage_begun = step.stage, time.monotonic()
            self._step = step
        self._wake()

    def _publish(self, thing: Any) -> None:
        with self._lock:
            self._published = thing
        self._wake()
