"""``nnvis signatures``: paths of samples through clusters, as a table, figures and files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from nnvis.cli.files import brief, write_csv, write_json
from nnvis.cli.signature_files import draw, tables_of
from nnvis.cli.terminal import console, counted, reporting, say
from nnvis.errors import ConfigError

if TYPE_CHECKING:
    from nnvis.model import Samples
    from nnvis.progress import Progress
    from nnvis.signature import Group, Paths, Signatures
    from nnvis.store import Run

Several = Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative="")]
# Clusters with a smaller share of the samples are drawn as one, where there are two or more.
_GATHER = 0.01
_NAMED = 12


def signatures(
    run: Path,
    *,
    clusters: int = 10,
    bins: int | None = None,
    layers: Several = (),
    data: str | None = None,
    test_data: str | None = None,
    classes: Several = (),
    samples: Literal["test", "train"] = "test",
    group: Literal["input", "predicted", "signature"] | None = None,
    sort: Literal["occurrences", "input", "signature", "predicted"] = "occurrences",
    reverse: Annotated[bool, Parameter(negative="")] = False,
    rows: int = 20,
    path: str | None = None,
    gather: float = _GATHER,
    model: str | None = None,
    architecture: str | None = None,
    seed: int = 0,
    csv: Annotated[bool, Parameter(negative="")] = False,
    out: Path | None = None,
    formats: Annotated[
        tuple[Literal["png", "svg", "pdf"], ...], Parameter(consume_multiple=True, negative="")
    ] = ("png", "svg", "pdf"),
    pictures: bool = True,
) -> None:
    """The clusters of activations that samples pass on their way through the layers.

    Parameters
    ----------
    run
        The run's folder, with the model.
    clusters
        In each layer, found among the correctly classified training samples; at least 2.
    bins
        Put activations into this many bins of equal width first; at least 2.
    layers
        Modules to take activations of, such as fc1; every hidden layer unless given.
    data
        Another data source than the run's own.
    test_data
        Test samples from another source, whose classes the network need not know.
    classes
        Show test samples of these classes only, by name.
    samples
        Show test samples, or the correctly classified training samples.
    group
        Group the table by input class and signature (input), predicted class or signature.
    sort
        Order of the table's rows and groups.
    reverse
        The other way round.
    rows
        Rows of the printed table; --csv writes all of them.
    path
        Light one path in the diagram and list its samples, such as "3>2>5>3": input class,
        clusters, predicted class; * is any.
    gather
        Draw clusters with less than this share of the samples as one, 0 to 1.
    model
        The model, when it is not one that nnvis built: as for nnvis process.
    architecture
        For a file of weights: package.module:function, or sizes such as 784-81-49-10.
    seed
        Of the clusters.
    csv
        Also write table, links, counts and the signature of each sample as CSV.
    out
        Folder for the files; the run's figures folder unless given.
    formats
        Of the figures: some of png, svg, pdf.
    pictures
        Draw the figures.
    """
    from nnvis.cli.evaluation import model_of_run
    from nnvis.signature import sankey_of, table_of
    from nnvis.signature import signatures as compute
    from nnvis.store import Run
    from nnvis.store.atomic import make_folder

    if rows < 0:
        raise ConfigError(f"rows must be 0 or more, got {rows}.")
    opened = Run.open(run)
    network = model_of_run(opened, model, architecture)
    with reporting() as progress:
        first, second = _samples(opened, data, test_data, progress)
        found = compute(
            network,
            first.x_train,
            first.y_train,
            second.x_test,
            second.y_test,
            clusters,
            bins,
            layers or None,
            opened.class_names,
            second.class_names,
            seed,
            progress,
            opened.path.name,
        )
    # All that can be refused is computed before anything is printed or written.
    shown = found.paths(samples).of_classes(classes or None)
    groups = table_of(shown, group, sort, reverse)
    sankey_of(shown, path, gather)
    folder = opened.figures_folder if out is None else out
    make_folder(folder)
    _print(found, shown, groups, group, rows)
    if path is not None:
        _print_path(found, shown, path)
    files = [write_json(folder / "signatures.json", found.to_dict())]
    if csv:
        tables = tables_of(found, shown, (group, sort, reverse), path)
        files += write_csv(folder, "signatures", tables)
    if pictures:
        options = {"samples": samples, "classes": classes or None}
        files += draw(folder, found, options, {"path": path, "gather": gather}, formats)
    say(f"{counted(len(files), 'file')} in {folder}: {brief(files)}")
    say("What signatures tell: docs/signatures.md")


def _samples(
    run: Run, data: str | None, test_data: str | None, progress: Progress
) -> tuple[Samples, Samples]:
    """Where training samples come from, and where test samples come from.

    A run that was trained on some classes only has its clusters from these; test samples are of
    all classes.
    """
    from nnvis.datasets import load_samples
    from nnvis.reopening import samples_of

    chosen, every = samples_of(run, data, progress, "name them with --data")
    if test_data is not None:
        return chosen, load_samples(test_data, progress=progress)
    return chosen, every


def _print(
    found: Signatures, shown: Paths, groups: Sequence[Group], group: str | None, rows: int
) -> None:
    sizes = ", ".join(f"{own.name} ({own.count} clusters)" for own in found.layers)
    say(
        f"{sizes}; {counted(len(found.train), 'correctly classified training sample')}, "
        f"{counted(len(found.test), 'test sample')}"
    )
    for note in found.notes:
        say(f"Note: {note}")
    title = {
        None: "Paths",
        "input": "Paths by input class and signature",
        "predicted": "Paths by predicted class",
        "signature": "Paths by signature",
    }[group]
    table = Table(title=title, box=None, title_justify="left", pad_edge=False)
    sums = () if group is None else ("in group",)
    for name in (
        *("input class", " > ".join(shown.layers), "predicted", "samples", "share"),
        *sums,
    ):
        right = name in ("samples", "share", *sums)
        table.add_column(Text(name), justify="right" if right else "left", overflow="fold")
    total, count = max(len(shown), 1), 0
    for each in groups:
        for at, row in enumerate(each.rows):
            if count < rows:
                # The first row of a group carries what its rows share; the others are blank.
                again = at > 0
                entry = "" if again and each.entry is not None else shown.entry_names[row.entry]
                steps = " > ".join(map(str, row.signature))
                steps = "" if again and each.signature is not None else steps
                said = shown.class_names[row.predicted]
                said = "" if again and each.predicted is not None else said
                cells = (entry, steps, said, f"{row.occurrences:,}")
                share = f"{row.occurrences / total:.1%}"
                whole = [] if group is None else ["" if again else f"{each.occurrences:,}"]
                table.add_row(*map(Text, cells), share, *whole)
            count += 1
    console.print(table)
    if count > rows:
        left = sum(row.occurrences for each in groups for row in each.rows)
        left -= sum(r.occurrences for r in [r for each in groups for r in each.rows][:rows])
        say(
            f"{count - rows:,} of {count:,} paths, with {left:,} of {len(shown):,} samples, are "
            "left out; --rows shows more, --csv writes all."
        )


def _print_path(found: Signatures, shown: Paths, path: str) -> None:
    numbers = shown.samples_on(path)
    few = ", ".join(map(str, numbers[:_NAMED].tolist()))
    rest = ", …" if len(numbers) > _NAMED else ""
    say(f"Path {path}: {counted(len(numbers), 'sample')}{': ' if few else ''}{few}{rest}")
    for at, cluster in enumerate(shown.numbers_of(path)[1:-1]):
        if cluster is not None:
            units, _ = found.raised_units(at, cluster, 8)
            words = ", ".join(map(str, units.tolist())) or "none"
            say(f"{found.layers[at].name}, cluster {cluster}: raises most the units {words}")
