"""``nnvis sweep``: a whole parameter study, in parallel, that can be stopped and gone on with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.table import Table

from nnvis.cli.terminal import console, reporting, say
from nnvis.config import SweepConfig, read_config
from nnvis.errors import NnvisError, UsageError

if TYPE_CHECKING:
    from nnvis.sweep import Job
    from nnvis.sweep.comparing import Comparison

_COLUMNS = {
    "name": "run",
    "state": "state",
    "test_accuracy": "test",
    "best_accuracy": "best",
    "changed": "moved",
    "distance": "D",
    "determinism": "DET",
    "laminarity": "LAM",
    "phases": "phases",
}


def sweep(
    config: Path,
    *,
    out: Path | None = None,
    data: str | None = None,
    epochs: int | None = None,
    workers: int | None = None,
    figure: bool = True,
    dry: Annotated[bool, Parameter(name="--dry-run", negative="")] = False,
) -> None:
    """Train once for each value of each setting that a study varies, and compare.

    Runs that are finished are skipped and others go on where they stopped, so the same command
    may be given again at any time, also after Ctrl-C.

    Parameters
    ----------
    config
        A JSON file such as configs/sweep_lenet.json.
    out
        The folder of the runs; runs/NAME of the file NAME.json unless given.
    data
        Other samples than the file names.
    epochs
        Another number of epochs than the file names.
    workers
        Runs at a time; one for each core unless given.
    figure
        Draw the comparison.
    dry
        Only list the runs.
    """
    settings = read_config(SweepConfig, config)
    changed = {"data": data} if data is not None else {}
    training = {**settings.training, **({} if epochs is None else {"epochs": epochs})}
    settings = read_config(SweepConfig, {**settings.model_dump(), **changed, "training": training})
    if workers is not None and workers < 1:
        raise UsageError(f"--workers must be at least 1, got {workers}.")
    folder = out or Path("runs") / config.stem
    jobs = _jobs(settings, folder)
    if dry:
        for job in jobs:
            say(f"{job.place}")
        return
    from nnvis.datasets import load_samples
    from nnvis.store.atomic import make_folder
    from nnvis.sweep import run_sweep
    from nnvis.sweep.comparing import compare, write_comparison
    from nnvis.sweep.one import state_of

    def ended(job: Job, fault: str) -> None:
        say(f"{job.name}: {fault or state_of(job)}")

    todo = [job for job in jobs if state_of(job) in ("new", "begun")]
    if len(todo) < len(jobs):
        say(f"{len(jobs) - len(todo)} of {len(jobs)} runs in {folder} are done already.")
    make_folder(folder)
    with reporting() as progress:
        if todo:
            # Fetched and checked once, before many processes want it at the same time.
            load_samples(settings.data, progress=progress)
        faults = run_sweep(jobs, workers, progress, ended)
    comparison = compare(jobs)
    _show(comparison, folder)
    written = write_comparison(comparison, folder)
    if figure:
        written += _draw(jobs, folder)
    for path in written:
        say(f"comparison: {path}")
    if faults:
        name, fault = next(iter(faults.items()))
        raise NnvisError(
            f"{len(faults)} of {len(jobs)} runs did not finish, the first is {name}: "
            f"{fault.rstrip('.')}; the same command tries them again."
        )
    say(f"Look at one of them: nnvis fingerprint {jobs[0].place}")


def _jobs(settings: SweepConfig, folder: Path) -> list[Job]:
    from nnvis.sweep import Job

    return [
        Job(
            name,
            str(folder / name),
            training.model_dump(mode="json"),
            settings.data,
            settings.probe,
            settings.budget_mb,
            settings.device,
        )
        for name, training in settings.runs().items()
    ]


def _show(comparison: Comparison, folder: Path) -> None:
    table = Table(title=str(folder), title_justify="left", box=None, pad_edge=False)
    for key, word in _COLUMNS.items():
        is_text = key in ("name", "state", "phases")
        side = "left" if is_text else "right"
        table.add_column(word, justify=side, overflow="fold", no_wrap=key in ("name", "state"))
    for row in comparison.rows:
        table.add_row(*(_cell(row.get(key)) for key in _COLUMNS))
    console.print(table)
    for row in comparison.rows:
        if row["note"]:
            say(f"{row['name']}: {row['note']}")


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _draw(jobs: list[Job], folder: Path) -> list[Path]:
    from nnvis.render.plots import save_figure
    from nnvis.sweep.figure import draw_sweep

    drawn = draw_sweep(jobs, folder.name)
    return [] if drawn is None else save_figure(drawn, folder / "comparison")
