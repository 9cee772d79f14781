"""Measurements as rows of a table: median, spread, target, and a named alternative."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

_COLUMNS = ("median", "min–max", "runs", "target", "")


@dataclass(frozen=True)
class Row:
    """One thing that was measured.

    Attributes
    ----------
    values
        One a run, in ``unit``; empty when nothing was measured, and ``note`` says why.
    target
        What the issue asks for: at most this, or at least this with ``at_least``; ``None``
        where it asks for nothing.
    note
        A comparison with a named alternative of the same run, or a remark.
    """

    what: str
    values: tuple[float, ...] = ()
    unit: str = "s"
    target: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def median(self) -> float:
        """Of the runs; there must be one."""
        return statistics.median(self.values)

    @property
    def verdict(self) -> str:
        """``met``, ``missed``, or nothing where there is no target or no measurement."""
        if self.target is None or not self.values:
            return ""
        met = self.median >= self.target if self.at_least else self.median <= self.target
        return "met" if met else "missed"

    def cells(self) -> tuple[str, ...]:
        """The row as words, in the order of the table's columns."""
        if not self.values:
            return (self.what, "–", "", "", self._goal(), "", self.note)
        spread = ""
        if len(self.values) > 1:
            spread = f"{number(min(self.values))}–{number(max(self.values))}"
        median = f"{number(self.median)} {self.unit}".strip()
        runs = str(len(self.values))
        return (self.what, median, spread, runs, self._goal(), self.verdict, self.note)

    def _goal(self) -> str:
        if self.target is None:
            return ""
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {number(self.target)} {self.unit}".strip()


@dataclass(frozen=True)
class Part:
    """A table of the benchmark: a title, its rows, and remarks below them."""

    title: str
    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()


def number(value: float) -> str:
    """Three digits, without an exponent.

    >>> number(0.01234), number(2.5), number(1234567.0)
    ('0.0123', '2.5', '1,234,567')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def times_as_fast(name: str, theirs: Sequence[float], ours: Sequence[float]) -> str:
    """``4.2 times as fast as NAME``, from the medians of runs of both."""
    return f"{number(statistics.median(theirs) / statistics.median(ours))} times as fast as {name}"


def show_part(part: Part, console: Console) -> None:
    """Print a part's table and remarks."""
    table = Table(title=part.title, title_justify="left", box=None, pad_edge=False)
    table.add_column("what", overflow="fold")
    for name in _COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("compared", style="dim", overflow="fold")
    for row in part.rows:
        # As text: an extra such as kdedge[perf] is no mark-up.
        table.add_row(*map(Text, row.cells()))
    console.print(table)
    for remark in part.remarks:
        console.print(remark, markup=False)
    console.print()
