"""``nnvis evaluate``: what pruning by importance keeps, against other ways to prune."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.table import Table

from nnvis.cli.terminal import console, reporting, say

if TYPE_CHECKING:
    from nnvis.store import Run

PERCENT = (0, 50, 60, 70, 80, 90, 95)
SCORES = ("combined", "unit", "edge", "magnitude", "random")


def evaluate(
    run: Path,
    *,
    data: str | None = None,
    model: str | None = None,
    architecture: str | None = None,
    percent: Annotated[tuple[int, ...], Parameter(consume_multiple=True, negative="")] = PERCENT,
    csv: Path | None = None,
) -> None:
    """Accuracy on the test samples after removing the least important edges.

    Parameters
    ----------
    run
        The run's folder.
    data
        Another data source than the run's own.
    model
        The model, when it is not one that nnvis built: as for nnvis process.
    architecture
        For a file of weights: package.module:function, or sizes such as 784-81-49-10.
    percent
        Shares of the edges to remove.
    csv
        Also write the table, with recall and precision of each class, to this file.
    """
    from nnvis.importance import prune_curve
    from nnvis.reopening import samples_of
    from nnvis.store import Run

    opened = Run.open(run)
    importance = opened.load_importance()
    scored = model_of_run(opened, model, architecture)
    with reporting() as progress:
        _, samples = samples_of(opened, data, progress, "name them with --data")
        curves = {}
        for done, score in enumerate(SCORES, start=1):
            curves[score] = prune_curve(
                scored, importance, samples.x_test, samples.y_test, score, percent
            )
            progress.step("pruning", done, len(SCORES))
    table = Table(title="Test accuracy by share of edges removed", box=None, title_justify="left")
    table.add_column("removed", justify="right")
    for score in SCORES:
        table.add_column(score, justify="right")
    for row, share in enumerate(percent):
        values = [f"{curves[score].accuracy[row]:.3f}" for score in SCORES]
        table.add_row(f"{share} %", *values)
    console.print(table)
    if csv is not None:
        _write_csv(csv, curves, opened.class_names)
        say(f"table: {csv}")
    say(f"Show only the important edges: nnvis bundle {run} --processing.prune-percentage 0.9")


def model_of_run(run: Run, model: str | None, architecture: str | None) -> Any:
    """The scored model: given, or rebuilt when nnvis built it.

    A run file may name a function of the user's, but nnvis runs only code that the command
    line names.
    """
    from nnvis.learning import load_model
    from nnvis.reopening import model_of

    if model is not None:
        return load_model(model, architecture)
    return model_of(run, "name it with --model, as for nnvis process")


def _write_csv(path: Path, curves: Mapping[str, Any], class_names: tuple[str, ...]) -> None:
    import csv
    import io

    from nnvis.store.atomic import write_atomically

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [f"{kind} {name}" for kind in ("recall", "precision") for name in class_names]
    writer.writerow(["score", "percent", "accuracy", *names])
    for score, curve in curves.items():
        for row, share in enumerate(curve.percent):
            writer.writerow(
                [score, share, curve.accuracy[row], *curve.recall[row], *curve.precision[row]]
            )
    write_atomically(path, [text.getvalue().encode("utf-8")])
