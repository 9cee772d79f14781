"""What the user sees while work runs and when it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

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
    """A progress whose stages show as bars with the time left; silent when piped."""
    if not console.is_terminal:
        yield Progress()
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

    with bars:
        yield Progress(show)


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
