"""``nnvis fingerprint``: how a training went, as a table, figures and files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from nnvis.cli.files import brief, write_csv, write_json
from nnvis.cli.terminal import console, counted, reporting, say

if TYPE_CHECKING:
    from nnvis.fingerprint import Fingerprint

_WIDEST = 120
FIGURES = ("distance", "raw_distance", "recurrence", "transitions", "measures")
# Columns of the printed table: the measure, its short name, its form.
COLUMNS = (
    ("recurrence_rate", "RR", "{:.1%}"),
    ("determinism", "DET", "{:.1%}"),
    ("diagonal_mean", "L", "{:.2f}"),
    ("diagonal_max", "L_max", "{:d}"),
    ("divergence", "DIV", "{:.3f}"),
    ("diagonal_entropy", "ENTR", "{:.2f}"),
    ("laminarity", "LAM", "{:.1%}"),
    ("trapping_time", "TT", "{:.2f}"),
    ("vertical_max", "V_max", "{:d}"),
    ("vertical_entropy", "V_ENTR", "{:.2f}"),
    ("recurrence_time", "T_rec", "{:.1f}"),
    ("trend", "TREND", "{:+.4f}"),
)


def fingerprint(
    run: Path,
    *,
    csv: Annotated[bool, Parameter(negative="")] = False,
    out: Path | None = None,
    width: float = 0.05,
    l_min: int = 2,
    v_min: int = 2,
    theiler: int = 0,
    window: int | None = None,
    pictures: bool = True,
) -> None:
    """How a training went: transitions between epochs, recurrence, phases.

    Parameters
    ----------
    run
        The run's folder, with at least two recorded epochs; of one, its numbers are shown.
    csv
        Also write the measures, the measures over time, the distances and the transitions as
        CSV.
    out
        Folder for the files; the run's figures folder unless given.
    width
        Width of a band of distances, 0.001 to 1.
    l_min
        Shortest diagonal line that counts.
    v_min
        Shortest vertical line that counts.
    theiler
        Leave out cells nearer than this to the main diagonal from the recurrence rate and the
        diagonal measures; 1 leaves out the main diagonal alone.
    window
        Transitions in the window that moves along time; a fifth of the training unless given.
    pictures
        Draw the figures, each as PNG, SVG and PDF.
    """
    from nnvis.fingerprint import fingerprint_of, read_history, single_of
    from nnvis.fingerprint.tables import TABLES
    from nnvis.store import Run
    from nnvis.store.atomic import make_folder

    opened = Run.open(run)
    history = read_history(opened, least=1)
    if len(history.epochs) == 1:
        from nnvis.cli.single import show_single

        single = single_of(history, opened)
        show_single(single, opened.figures_folder if out is None else out, csv)
        return
    found = fingerprint_of(history, width, l_min, v_min, theiler, window)
    # The run makes its folder when asked for it, so not before the settings are known to be good.
    folder = opened.figures_folder if out is None else out
    make_folder(folder)
    _print(found)
    files = [write_json(folder / "fingerprint.json", found.to_dict())]
    if csv:
        tables = {name: rows_of(found) for name, rows_of in TABLES.items()}
        files += write_csv(folder, "fingerprint", tables)
    if pictures:
        files += _draw(folder, found)
    say(f"{counted(len(files), 'file')} in {folder}: {brief(files)}")
    say("What the measures mean: docs/fingerprint.md")


def _print(found: Fingerprint) -> None:
    history = found.history
    say(
        f"{len(history.epochs)} epochs ({history.epochs[0]} to {history.epochs[-1]}), "
        f"{counted(history.predictions.shape[1], 'probe sample')}, "
        f"{counted(len(history.class_names), 'class', 'classes')}"
    )
    for note in history.notes:
        say(f"Note: {note}")
    table = Table(
        title="Recurrence of transitions by band of distance",
        box=None,
        title_justify="left",
        pad_edge=False,
    )
    table.add_column("band", no_wrap=True)
    for _, name, _ in COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    empty = []
    for band in found.bands:
        if not band.points:
            empty.append(band.band)
            continue
        table.add_row(unmarked(band.band), *_cells(band))
    # Rather lines that run over than numbers cut short where the output is narrow or piped.
    wide = Console(file=console.file, width=max(console.width, _WIDEST), highlight=False)
    wide.print(table, soft_wrap=False)
    if empty:
        say(f"No two transitions are as far apart as {_several(empty)}.")
    if not found.phases:
        say("Phases: none that is settled, oscillating or forgetting.")
    for phase in found.phases:
        say(f"{phase.kind}, epochs {phase.first} to {phase.last}: {phase.reason}.")
    if history.accuracy is None:
        say("No accuracy is recorded, so forgetting cannot be told; log it with record().")


def _cells(band: Any) -> list[str]:
    cells = []
    for name, _, form in COLUMNS:
        value = getattr(band, name)
        finite = not isinstance(value, float) or math.isfinite(value)
        cells.append(form.format(value) if finite else "∞")
    return cells


def unmarked(text: str) -> str:
    """``text`` whose brackets are no markup."""
    return text.replace("[", r"\[")


def _several(bands: Sequence[str]) -> str:
    return ", ".join(bands) if len(bands) <= 4 else f"{', '.join(bands[:3])} … {bands[-1]}"


def _draw(folder: Path, found: Fingerprint) -> list[Path]:
    from nnvis.render.plots import save_figure

    files: list[Path] = []
    with reporting() as progress:
        for done, name in enumerate(FIGURES, start=1):
            figure = found.plot(name, caption=found.caption)
            files += save_figure(figure, folder / f"fingerprint_{name}")
            progress.step("drawing", done, len(FIGURES))
    return files
