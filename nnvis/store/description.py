"""``run.json``: what a run is about, in words and settings."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nnvis.errors import FormatError, StoreError
from nnvis.store.atomic import write_atomically
from nnvis.store.names import class_name_fault
from nnvis.store.plain import plain, to_json
from nnvis.store.tensors import VERSION, check_version

KIND = "nnvis.run"
FILE = "run.json"
FIXED = ("format", "version", "nnvis_version", "created", "class_names")
_LARGEST = 64 * 2**20


def new_description(**entries: Any) -> dict[str, Any]:
    """A description of a run that begins now; ``entries`` become plain JSON values."""
    return {
        "format": KIND,
        "version": VERSION,
        # Not imported by name: the root names the upper floors, which are none of our business.
        "nnvis_version": sys.modules["nnvis"].__version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        **{name: plain(value, name) for name, value in entries.items()},
    }


def write_description(folder: Path, description: Mapping[str, Any]) -> None:
    """Replace ``run.json`` in ``folder`` atomically."""
    text = to_json(description, "the run's description", indent=2) + "\n"
    write_atomically(folder / FILE, [text.encode("utf-8")])


def read_description(folder: Path) -> dict[str, Any]:
    """The checked ``run.json`` of ``folder``.

    Raises
    ------
    StoreError
        When there is nothing at ``folder`` or it may not be read.
    FormatError
        When ``folder`` is no run, or its ``run.json`` truncated, foreign or newer.
    """
    path = folder / FILE
    if not folder.exists():
        raise StoreError(f"There is no run {folder}; check the path.")
    if not folder.is_dir():
        raise FormatError(
            f"{folder} is a file, expected the folder of a run; give the folder that holds {FILE}."
        )
    description = _read_object(folder, path)
    if description.get("format") != KIND:
        raise FormatError(
            f"{path} is not of nnvis: its format is {description.get('format')!r}, "
            f"expected {KIND!r}; give the folder of a run."
        )
    check_version(path, description.get("version"))
    names = description.get("class_names")
    fault = (
        class_name_fault(names)
        if isinstance(names, list)
        else f"class_names is {names!r}, expected a list of texts"
    )
    if fault is not None:
        raise FormatError(f"{path}: {fault}; the file is damaged: create the run again.")
    return description


def is_run(folder: Path) -> bool:
    """Whether ``folder`` holds a run of nnvis, of this or a newer version."""
    try:
        return _read_object(folder, folder / FILE).get("format") == KIND
    except StoreError:
        return False


def _read_object(folder: Path, path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError as error:
        raise FormatError(
            f"{folder} is not a run: it holds no {FILE}; give the folder of a run."
        ) from error
    except OSError as error:
        raise StoreError(f"Cannot read {path}: {error.strerror or error}.") from error
    if len(content) > _LARGEST:
        raise FormatError(
            f"{path} is larger than {_LARGEST:,} bytes, expected the short description of a run; "
            "give the folder of a run."
        )
    try:
        value = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(
            f"{path} is no complete JSON ({error}), expected the description of a run; "
            "it is truncated or damaged: create the run again."
        ) from error
    if not isinstance(value, dict):
        raise FormatError(
            f"{path} holds a JSON {type(value).__name__}, expected an object with format {KIND}; "
            "give the folder of a run."
        )
    return value
