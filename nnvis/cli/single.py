"""``nnvis fingerprint`` of a run with one recorded epoch: what there is instead of transitions."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nnvis.cli.files import brief, write_csv, write_json
from nnvis.cli.terminal import console, counted, say

if TYPE_CHECKING:
    from nnvis.fingerprint import SingleEpoch

# Of more classes, a table of all pairs is wider than any terminal; the CSV holds it.
_MOST_PAIRED = 12
_MOST_ROWS = 40
_WIDEST = 120


def show_single(found: SingleEpoch, folder: Path, csv: bool) -> None:
    """Print the epoch's numbers and classes, and write fingerprint.json (and CSV) to ``folder``."""
    from nnvis.fingerprint.single import single_classes, single_confusion, single_epochs
    from nnvis.store.atomic import make_folder

    say(
        f"1 epoch ({found.epoch}), {counted(found.samples, 'probe sample')}, "
        f"{counted(len(found.class_names), 'class', 'classes')}"
    )
    for note in (*found.notes, found.sentence):
        say(f"Note: {note}")
    for name, value in found.numbers.items():
        say(f"{name}: {value:.4g}")
    # Rather lines that run over than numbers cut short where the output is narrow or piped.
    wide = Console(file=console.file, width=max(console.width, _WIDEST), highlight=False)
    wide.print(_classes(found))
    if len(found.class_names) > _MOST_ROWS:
        say(f"{_MOST_ROWS} of {len(found.class_names)} classes; --csv writes all of them.")
    if found.confusion is None:
        say("True classes are not known, so nothing is right or wrong; record with probe=(x, y).")
    make_folder(folder)
    files = [write_json(folder / "fingerprint.json", found.to_dict())]
    if csv:
        tables = {"epochs": single_epochs(found), "classes": single_classes(found)}
        if found.confusion is not None:
            tables["confusion"] = single_confusion(found)
        files += write_csv(folder, "fingerprint", tables)
    say(f"{counted(len(files), 'file')} in {folder}: {brief(files)}")


def _classes(found: SingleEpoch) -> Table:
    """A row for each true class: its samples, how many are right, and as what they are predicted;
    without true classes, how many samples are predicted as each."""
    table = Table(box=None, title_justify="left", pad_edge=False)
    table.add_column("class", no_wrap=True)
    names = found.class_names
    recall, precision, pairs = found.recall, found.precision, found.confusion
    if pairs is None or recall is None or precision is None:
        table.title = "Predictions"
        table.add_column("predicted", justify="right")
        for name, count in zip(names[:_MOST_ROWS], found.predicted, strict=False):
            table.add_row(Text(name), f"{count:,}")
        return table
    table.title = "Predictions by true class"
    every = len(names) <= _MOST_PAIRED
    heads = [Text(name) for name in names] if every else ["mostly taken for"]
    for head in ("samples", "right", "precision", *heads):
        table.add_column(head, justify="right", no_wrap=True)
    for row, name in enumerate(names[:_MOST_ROWS]):
        shares = [_percent(recall[row]), _percent(precision[row])]
        if every:
            cells = [f"{count:,}" for count in pairs[row]]
        else:
            others = pairs[row].copy()
            others[row] = 0
            most = int(others.argmax())
            cells = [f"{names[most]} ({others[most]:,})" if others[most] else ""]
        table.add_row(Text(name), f"{pairs[row].sum():,}", *shares, *(Text(cell) for cell in cells))
    return table


def _percent(share: float) -> str:
    return f"{share:.1%}" if math.isfinite(share) else "–"
