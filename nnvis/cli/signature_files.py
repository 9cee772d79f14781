"""The files that ``nnvis signatures`` writes: figures, JSON and CSV."""

from __future__ import annotations

import json
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


def write_json(folder: Path, found: Signatures) -> Path:
    """Everything that :meth:`nnvis.Signatures.to_dict` gives."""
    from nnvis.store.atomic import write_atomically

    path = folder / "signatures.json"
    text = json.dumps(found.to_dict(), allow_nan=False)
    write_atomically(path, [text.encode("utf-8")])
    return path


def write_csv(
    folder: Path,
    found: Signatures,
    shown: Paths,
    order: tuple[str | None, str, bool],
    path: str | None,
) -> list[Path]:
    """Table, links, counts and samples."""
    from nnvis.signature import tables
    from nnvis.store.atomic import write_atomically

    files = []
    for name, lines in (
        ("table", tables.table(shown, *order)),
        ("links", tables.links(shown, path)),
        ("counts", tables.counts(found)),
        ("samples", tables.samples(shown)),
    ):
        files.append(folder / f"signatures_{name}.csv")
        write_atomically(files[-1], _lines(lines))
    return files


def _lines(rows: Iterable[Sequence[Any]]) -> Iterable[bytes]:
    import csv
    import io

    for row in rows:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(row)
        yield text.getvalue().encode("utf-8")


def brief(files: Sequence[Path]) -> list[str]:
    """Names without the kinds of pictures: ``a.png|svg|pdf``."""
    kinds: dict[str, list[str]] = {}
    for file in files:
        kinds.setdefault(file.stem, []).append(file.suffix[1:])
    return [f"{stem}.{'|'.join(found)}" for stem, found in kinds.items()]
