"""Build a folder in hiding and put it in its place whole, or leave what was there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nnvis.errors import StoreError
from nnvis.store.atomic import (
    hidden_sibling,
    make_folder,
    stale_siblings,
    sync_folder,
    why_not_written,
)


@contextmanager
def staged_folder(
    path: Path, overwrite: bool, may_replace: Callable[[Path], bool]
) -> Iterator[Path]:
    """A new hidden folder beside ``path`` that takes its place when the block succeeds.

    An existing folder at ``path`` is replaced when it is empty, or when ``overwrite`` is set
    and ``may_replace(path)``. It is moved aside just before and removed just after. When the
    block fails, everything is as before. What a killed process left is cleaned up first.

    Raises
    ------
    StoreError
        Before the block runs when ``path`` may not be replaced or written.
    """
    target = _real(path)
    _require_free(path, target, overwrite, may_replace)
    made = missing_folders(target.parent)
    try:
        make_folder(target.parent)
        restore_interrupted(target)
        _require_free(path, target, overwrite, may_replace)
        for leftover in stale_siblings(target, "staged"):
            shutil.rmtree(leftover, ignore_errors=True)
        hidden = hidden_sibling(target, "staged")
        try:
            try:
                make_folder(hidden)
            except StoreError as error:
                # The user knows the run by its own name.
                raise StoreError(str(error).replace(str(hidden), str(path))) from error
            yield hidden
            _require_free(path, target, overwrite, may_replace)
            _put(hidden, target)
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
    except BaseException:
        remove_folders(made)
        raise


def restore_interrupted(path: Path) -> None:
    """Finish what a process killed in the middle of a replacement left beside ``path``.

    If it had moved the earlier folder aside but not yet put the new one in place, the earlier
    one comes back; if the new one is in place, the earlier is removed.
    """
    target = _real(path)
    for aside in stale_siblings(target, "replaced"):
        if target.exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            with suppress(OSError):
                aside.rename(target)


def _put(hidden: Path, target: Path) -> None:
    aside = hidden_sibling(target, "replaced")
    try:
        if target.exists():
            target.rename(aside)
        try:
            hidden.rename(target)
        except BaseException:
            if aside.exists():
                aside.rename(target)
            raise
    except OSError as error:
        raise StoreError(why_not_written(target, error)) from error
    sync_folder(target.parent)
    shutil.rmtree(aside, ignore_errors=True)


def _require_free(
    path: Path, target: Path, overwrite: bool, may_replace: Callable[[Path], bool]
) -> None:
    if not target.name:
        raise StoreError(f"{path} cannot be a run; give the path of a new folder.")
    if not (entries := entries_of(target, path)):
        return
    if not may_replace(target):
        raise StoreError(
            f"{path} is not empty ({entries}) and is not a run of nnvis, so it will not be "
            "replaced; choose another path or empty it yourself."
        )
    if not overwrite:
        raise StoreError(
            f"{path} already holds a run; choose another path, or replace it with --overwrite "
            "(overwrite=True)."
        )


def entries_of(folder: Path, shown: Path) -> str:
    """The first names in ``folder`` in words, empty when it is empty or does not exist.

    Raises
    ------
    StoreError
        When ``folder`` is a file or may not be read; the sentence calls it ``shown``.
    """
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except FileNotFoundError:
        return ""
    except NotADirectoryError as error:
        raise StoreError(
            f"{shown} is or lies below a file, expected a folder; choose another path."
        ) from error
    except OSError as error:
        raise StoreError(f"Cannot read {shown}: {error.strerror or error}.") from error
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _real(path: Path) -> Path:
    # A link keeps its place: the folder it points to is replaced.
    return Path(os.path.realpath(path))


def missing_folders(folder: Path) -> list[Path]:
    """``folder`` and those of its parents that do not exist, the innermost first."""
    return [each for each in (folder, *folder.parents) if not each.exists()]


def remove_folders(folders: list[Path]) -> None:
    """Remove each folder that is there and empty, to undo what failed."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
