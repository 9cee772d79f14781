"""Change several files of a run as one: all of them, or on any failure none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nnvis.errors import StoreError
from nnvis.store.atomic import hidden_sibling, stale_siblings, why_not_written
from nnvis.store.staging import missing_folders, remove_folders


@contextmanager
def together(paths: Iterable[Path]) -> Iterator[None]:
    """Put ``paths`` back as they were when the block fails.

    Each earlier file is kept under a hidden second name, which costs no space where the disk
    has links, and no file or folder that was not there before stays. A process killed in the block
    leaves every file whole, but perhaps some new and some old.

    Raises
    ------
    StoreError
        When an earlier file cannot be kept.
    """
    files = tuple(paths)
    kept: dict[Path, Path] = {}
    made = [folder for path in files for folder in missing_folders(path.parent)]
    try:
        for path in files:
            for leftover in stale_siblings(path, "before"):
                leftover.unlink(missing_ok=True)
            if path.is_file():
                kept[path] = hidden_sibling(path, "before")
                _keep(path, kept[path])
        try:
            yield
        except BaseException:
            for path in files:
                if path in kept:
                    kept[path].replace(path)
                else:
                    path.unlink(missing_ok=True)
            remove_folders(made)
            raise
    finally:
        for hidden in kept.values():
            with suppress(OSError):
                hidden.unlink(missing_ok=True)


def _keep(path: Path, hidden: Path) -> None:
    try:
        try:
            os.link(path, hidden)
        except OSError:  # no links here (FAT, some network shares), or no right to make one
            shutil.copy2(path, hidden)
    except OSError as error:
        raise StoreError(why_not_written(path, error)) from error
