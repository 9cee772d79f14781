"""What the user sees while work runs and when it is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as Bars,
)
from rich.table import Table

from nnvis.progress import Progress, Step

console = Console(highlight=False)


@contextmanager
def reporting() -> Iterator[Progress]:
    """A progress whose stages show as bars with the time left; silent when piped.

    Ctrl-C cancels it too.
    """
    if not console.is_terminal:
        with _cancelled_by_interrupt(Progress()) as progress:
            yield progress
        return
    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=console,
    )
    tasks: dict[str, TaskID] = {}

    def show(step: Step) -> None:
        if step.stage not in tasks:
            tasks[step.stage] = bars.add_task(step.stage, total=step.total)
        bars.update(tasks[step.stage], completed=step.done, total=step.total)

    with bars, _cancelled_by_interrupt(Progress(show)) as progress:
        yield progress


@contextmanager
def _cancelled_by_interrupt(progress: Progress) -> Iterator[Progress]:
    """Ctrl-C raises as ever, and cancels as well: an interrupt that comes while an object is
    taken down, or inside a callback, is printed and lost."""
    if threading.current_thread() is not threading.main_thread():
        yield progress  # signals go elsewhere
        return
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: Any) -> None:
        progress.cancel()
        if callable(before):
            before(number, frame)

    # Where Ctrl-C is ignored, as by nohup, it stays so.
    if callable(before):
        signal.signal(signal.SIGINT, note)
    try:
        yield progress
    finally:
        if callable(before):
            signal.signal(signal.SIGINT, before)


def show_table(title: str, rows: Sequence[tuple[str, str]]) -> None:
    """Names and values in two columns."""
    table = Table(title=title, show_header=False, title_justify="left", box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    console.print(table)


def say(text: str) -> None:
    """A line of plain text; never wrapped, so that paths can be copied."""
    console.print(text, soft_wrap=True, markup=False)


def counted(count: int, one: str, several: str | None = None) -> str:
    """``1 file`` or ``2 files``."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
