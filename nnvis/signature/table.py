"""The table of paths: input class, signature, predicted class, occurrences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import ConfigError

if TYPE_CHECKING:
    from nnvis.signature.paths import Paths

GROUPS = ("input", "predicted", "signature")
Key = tuple[int | None, tuple[int, ...] | None, int | None]

SORTS = ("occurrences", "input", "signature", "predicted")


@dataclass(frozen=True)
class Row:
    """``occurrences`` samples of input class ``entry`` have this signature and prediction."""

    entry: int
    signature: tuple[int, ...]
    predicted: int
    occurrences: int


@dataclass(frozen=True)
class Group:
    """Rows that share what is not ``None``; ``occurrences`` is their sum."""

    entry: int | None
    signature: tuple[int, ...] | None
    predicted: int | None
    occurrences: int
    rows: tuple[Row, ...]


def table_of(
    paths: Paths, group: str | None = None, sort: str = "occurrences", reverse: bool = False
) -> tuple[Group, ...]:
    """Every path that occurs, once, with how often.

    Parameters
    ----------
    group
        ``input`` (by input class and signature: the same signature, predicted unlike),
        ``predicted`` (by predicted class), ``signature``, or ``None`` for one group of all.
    sort
        Rows within groups, and groups, by ``occurrences`` (most first), ``input``,
        ``signature`` or ``predicted`` (as numbered); equal ones by input class, signature,
        predicted class.
    reverse
        The other way round.

    Raises
    ------
    ConfigError
        For another ``group`` or ``sort``.
    """
    if group is not None and group not in GROUPS:
        raise ConfigError(f"group must be one of {', '.join(GROUPS)}, got {group!r}.")
    if sort not in SORTS:
        raise ConfigError(f"sort must be one of {', '.join(SORTS)}, got {sort!r}.")
    gathered: dict[Key, list[Row]] = {}
    for row in sorted(rows_of(paths), key=lambda row: _place(row, sort), reverse=reverse):
        gathered.setdefault(_key(row, group), []).append(row)
    groups = [Group(*key, _total(rows), tuple(rows)) for key, rows in gathered.items()]
    # Groups stand in the order of their first rows; only their sums can differ from that.
    if sort == "occurrences":
        groups.sort(key=lambda each: each.occurrences, reverse=not reverse)
    return tuple(groups)


def rows_of(paths: Paths) -> list[Row]:
    """Every path that occurs, by input class, signature and predicted class."""
    found, counts = np.unique(paths.steps, axis=0, return_counts=True)
    return [
        Row(steps[0], tuple(steps[1:-1]), steps[-1], count)
        for steps, count in zip(found.tolist(), counts.tolist(), strict=True)
    ]


def _total(rows: Iterable[Row]) -> int:
    return sum(row.occurrences for row in rows)


def _place(row: Row, sort: str) -> tuple[Any, ...]:
    first: Any = {
        "occurrences": -row.occurrences,
        "input": row.entry,
        "signature": row.signature,
        "predicted": row.predicted,
    }[sort]
    return (first, row.entry, row.signature, row.predicted)


def _key(row: Row, group: str | None) -> Key:
    if group == "input":
        return (row.entry, row.signature, None)
    if group == "predicted":
        return (None, None, row.predicted)
    if group == "signature":
        return (None, row.signature, None)
    return (None, None, None)
