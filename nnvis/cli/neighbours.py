"""``nnvis neighbours``: who is near whom while a network learns, as a table, figures and files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from rich.table import Table

from nnvis.cli.files import brief, write_csv, write_json
from nnvis.cli.terminal import console, reporting, say
from nnvis.errors import ConfigError, DatasetError

if TYPE_CHECKING:
    import numpy as np

    from nnvis.neighbours import NeighbourDynamics
    from nnvis.store import Run

FIGURES = ("distance", "overlap", "confidence", "pictures")
# Rows of the printed table; all of them are in the CSV.
_MOST_ROWS = 12


def neighbours(
    run: Path,
    *,
    layer: str | None = None,
    k: int = 15,
    metric: str = "euclidean",
    method: str | None = None,
    samples: str | None = None,
    class_: Annotated[list[str] | None, Parameter(name="--class")] = None,
    sample: int | None = None,
    first: int | None = None,
    second: int | None = None,
    csv: Annotated[bool, Parameter(negative="")] = False,
    out: Path | None = None,
    formats: Annotated[
        list[Literal["png", "svg", "pdf"]] | None, Parameter(consume_multiple=True)
    ] = None,
    pictures: bool = True,
) -> None:
    """Who is near whom in a layer, and how that changes while the network learns.

    Parameters
    ----------
    run
        The run's folder, with at least two recorded epochs.
    layer
        A layer that the recorder was told to keep, such as fc2; the class probabilities, which
        every run has, unless given.
    k
        Neighbours of each sample, sought among all probe samples.
    metric
        euclidean, or cosine.
    method
        exact, or approximate (needs pynndescent); exact up to 50,000 samples unless given.
    samples
        Follow these only, such as 0-99,150,171: numbers of probe samples.
    class_
        Follow samples of this true class only; may be given several times.
    sample
        Draw the neighbours of this one; the one that keeps the fewest unless given.
    first
        The earlier of the two epochs that are compared; unless given the first recorded one, and
        for the scatter the one where confidence has come half of its way.
    second
        The later one; the last unless given.
    csv
        Also write transitions, samples, distances and the nearest at the first and the last
        epoch as CSV.
    out
        Folder for the files; the run's figures folder unless given.
    formats
        Of the figures: some of png, svg, pdf; all of them unless given.
    pictures
        Draw the figures.
    """
    from nnvis.neighbours import neighbours_run
    from nnvis.neighbours.tables import TABLES
    from nnvis.store import Run
    from nnvis.store.atomic import make_folder

    opened = Run.open(run)
    chosen = _chosen(opened, samples, class_)
    with reporting() as progress:
        found = neighbours_run(opened, layer, k, metric, chosen, method, progress)
    near = found.neighbourhood(sample, first, second)
    folder = opened.figures_folder if out is None else out
    make_folder(folder)
    _print(found)
    files = [write_json(folder / "neighbours.json", found.to_dict())]
    if csv:
        tables = {name: rows_of(found) for name, rows_of in TABLES.items()}
        files += write_csv(folder, "neighbours", tables)
    if pictures:
        moments = {"first": first, "second": second}
        kinds = list(dict.fromkeys(formats or ("png", "svg", "pdf")))
        files += _draw(folder, found, near.sample, moments, kinds)
    say(f"{len(files)} files in {folder}: {brief(files)}")
    say("What it means: docs/neighbours.md")


def numbers_of(text: str) -> list[int]:
    """``[0, 1, 2, 7]`` from ``0-2,7``; each number once, in the order given."""
    found: dict[int, None] = {}
    for part in text.split(","):
        ends = part.strip().split("-")
        if len(ends) > 2 or not all(end.strip().isdecimal() for end in ends):
            raise ConfigError(
                f"samples must be numbers and ranges such as 0-99,150, got {part.strip()!r}."
            )
        low, high = int(ends[0]), int(ends[-1])
        if high < low or high - low > 10_000_000:
            raise ConfigError(
                f"samples has the range {part.strip()!r}; give the smaller end first."
            )
        found.update(dict.fromkeys(range(low, high + 1)))
    return list(found)


def _chosen(run: Run, samples: str | None, names: list[str] | None) -> np.ndarray | None:
    """Ids of the samples that both options leave, or ``None`` for all."""
    import numpy as np

    from nnvis.neighbours import samples_of_classes

    ids = None if samples is None else np.array(numbers_of(samples), np.int64)
    if names is None:
        return ids
    of_class = samples_of_classes(run, names)
    if ids is None:
        return of_class
    both = ids[np.isin(ids, of_class)]
    if not len(both):
        raise ConfigError(
            f"samples {samples} has none of class {', '.join(names)}; widen one of the two."
        )
    return both


def _print(found: NeighbourDynamics) -> None:
    say(
        f"{len(found.epochs)} epochs ({found.epochs[0]} to {found.epochs[-1]}), "
        f"{len(found.samples):,} of {found.count:,} probe samples, {found.k} neighbours of each "
        f"among all, {'class probabilities' if found.layer == 'probability' else found.layer}, "
        f"{found.metric}, {found.method}"
    )
    for note in found.notes:
        say(f"Note: {note}")
    from nnvis.neighbours.tables import transitions

    _, *rows = transitions(found)
    table = Table(title="Neighbours kept", box=None, title_justify="left", pad_edge=False)
    for name in ("epochs", "mean", "quarter below", "median", "quarter above", "confidence"):
        table.add_column(name, justify="left" if name == "epochs" else "right", no_wrap=True)
    count = len(rows)
    steps = max(min(count, _MOST_ROWS) - 1, 1)
    for at in sorted({round(step * (count - 1) / steps) for step in range(steps + 1)}):
        begin, end, *values = rows[at]
        cells = [f"{value:.1%}" for value in values[:4]]
        table.add_row(f"{begin} → {end}", *cells, f"{found.confidence[at + 1].mean():.3f}")
    console.print(table)
    if count > _MOST_ROWS:
        say(f"{_MOST_ROWS} of {count} transitions; --csv writes all of them.")


def _draw(
    folder: Path,
    found: NeighbourDynamics,
    sample: int,
    moments: dict[str, int | None],
    kinds: Sequence[str],
) -> list[Path]:
    from nnvis.neighbours import pictures_of
    from nnvis.render.plots import save_figure

    options: dict[str, dict[str, Any]] = {
        "confidence": dict(moments),
        "pictures": {"sample": sample, **moments},
    }
    names = list(FIGURES)
    try:
        pictures_of(found.probe, found.samples[:1])
    except DatasetError as error:
        say(f"Note: The neighbours of a sample are not drawn: {error}")
        names.remove("pictures")
    files: list[Path] = []
    with reporting() as progress:
        for done, name in enumerate(names, start=1):
            figure = found.plot(name, caption=found.caption, **options.get(name, {}))
            files += save_figure(figure, folder / f"neighbours_{name}", kinds)
            progress.step("drawing", done, len(names))
    return files
