"""The files that ``nnvis fingerprint`` writes beside figures: JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


def write_json(folder: Path, plain: Mapping[str, Any]) -> Path:
    """``plain`` as fingerprint.json; it must hold no number that is not finite."""
    from nnvis.store.atomic import write_atomically

    path = folder / "fingerprint.json"
    write_atomically(path, [json.dumps(plain, allow_nan=False).encode("utf-8")])
    return path


def write_csv(folder: Path, tables: Mapping[str, Iterable[Sequence[Any]]]) -> list[Path]:
    """Each table, a head and rows, as a file of its name."""
    from nnvis.store.atomic import write_atomically

    files = []
    for name, rows in tables.items():
        path = folder / f"fingerprint_{name}.csv"
        write_atomically(path, _lines(rows))
        files.append(path)
    return files


def brief(files: Sequence[Path]) -> list[str]:
    """Names without the kinds of pictures: ``a.png|svg|pdf``."""
    kinds: dict[str, list[str]] = {}
    for file in files:
        kinds.setdefault(file.stem, []).append(file.suffix[1:])
    return [f"{stem}.{'|'.join(found)}" for stem, found in kinds.items()]


def _lines(rows: Iterable[Sequence[Any]]) -> Iterable[bytes]:
    for row in rows:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(row)
        yield text.getvalue().encode("utf-8")
