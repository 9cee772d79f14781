"""The files that the analyses write beside figures: JSON, CSV, and how they are told."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


def write_json(path: Path, plain: Mapping[str, Any]) -> Path:
    """``plain`` as one file; it must hold no number that is not finite."""
    from nnvis.store.atomic import write_atomically

    write_atomically(path, [json.dumps(plain, allow_nan=False).encode("utf-8")])
    return path


def write_csv(
    folder: Path, prefix: str, tables: Mapping[str, Iterable[Sequence[Any]]]
) -> list[Path]:
    """Each table, a head and rows, as ``PREFIX_NAME.csv``."""
    from nnvis.store.atomic import write_atomically

    files = []
    for name, rows in tables.items():
        path = folder / f"{prefix}_{name}.csv"
        write_atomically(path, _lines(rows))
        files.append(path)
    return files


def brief(files: Sequence[Path]) -> str:
    """Names without the kinds of pictures: ``a.png|svg|pdf, b.json``."""
    kinds: dict[str, list[str]] = {}
    for file in files:
        kinds.setdefault(file.stem, []).append(file.suffix[1:])
    return ", ".join(f"{stem}.{'|'.join(found)}" for stem, found in kinds.items())


def _lines(rows: Iterable[Sequence[Any]]) -> Iterable[bytes]:
    for row in rows:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(row)
        yield text.getvalue().encode("utf-8")
