"""What ``nnvis signatures`` writes: its figures, and the tables of its CSV files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnvis.cli.terminal import reporting

if TYPE_CHECKING:
    from nnvis.signature import Paths, Signatures


def draw(
    folder: Path,
    found: Signatures,
    options: dict[str, Any],
    flows: dict[str, Any],
    formats: Sequence[str],
) -> list[Path]:
    """The diagram and the counts, each in every format."""
    from nnvis.render.plots import save_figure

    files: list[Path] = []
    with reporting() as progress:
        for done, name in enumerate(("sankey", "clusters"), start=1):
            more = flows if name == "sankey" else {}
            figure = found.plot(name, caption=found.caption, **options, **more)
            kinds = tuple(dict.fromkeys(formats))
            files += save_figure(figure, folder / f"signatures_{name}", kinds)
            progress.step("drawing", done, 2)
    return files


def tables_of(
    found: Signatures,
    shown: Paths,
    order: tuple[str | None, str, bool],
    path: str | None,
) -> dict[str, Iterable[Sequence[Any]]]:
    """Table, links, counts and samples, by the names of their files."""
    from nnvis.signature import tables

    return {
        "table": tables.table(shown, *order),
        "links": tables.links(shown, path),
        "counts": tables.counts(found),
        "samples": tables.samples(shown),
    }
