"""Report how far long work is, and let it be cancelled, without knowing who listens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from nnvis.errors import Cancelled


@dataclass(frozen=True)
class Step:
    """One report: ``done`` of ``total`` steps of ``stage`` are complete."""

    stage: str
    done: int
    total: int
    numbers: dict[str, float] = field(default_factory=dict)


class Progress:
    """Handed to every long operation.

    The operation calls :meth:`step` after each complete iteration. ``listener`` is called in
    the working thread. :meth:`cancel` may be called from any thread (a signal handler, the
    viewer's Stop button); the next :meth:`step` or :meth:`check` then raises
    :class:`~nnvis.errors.Cancelled`.
    """

    def __init__(self, listener: Callable[[Step], None] | None = None) -> None:
        self._listener = listener
        self._stop = threading.Event()

    def cancel(self) -> None:
        """Ask the work to end at its next complete iteration."""
        self._stop.set()

    @property
    def is_cancelled(self) -> bool:
        return self._stop.is_set()

    def check(self, stage: str = "the work") -> None:
        """Raise :class:`Cancelled` when somebody asked to stop."""
        if self._stop.is_set():
            raise Cancelled(f"Stopped during {stage}; what was complete before is unchanged.")

    def step(self, stage: str, done: int, total: int, **numbers: float) -> None:
        """Report, then raise :class:`Cancelled` when somebody asked to stop."""
        if self._listener is not None:
            self._listener(Step(stage, done, total, numbers))
        self.check(stage)


def quiet(progress: Progress | None) -> Progress:
    """The given progress, or one that nobody listens to."""
    return progress if progress is not None else Progress()
