"""Write a file so that a reader, and a crash at any moment, meets the old or the new one whole."""

from __future__ import annotations

import errno
import itertools
import os
import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from nnvis.errors import StoreError

_NUMBERS = itertools.count()
# Ends in the machine and process that own it, so that another process can tell a file
# that is being written from one whose writer was killed.
_HIDDEN = re.compile(r"\.(?P<name>.+)\.(?P<host>[^.]+)-(?P<pid>\d+)-(?P<number>\d+)\.(?P<kind>\w+)")


def hidden_sibling(path: Path, kind: str) -> Path:
    """A new hidden name beside ``path`` that carries this machine and process.

    ``kind`` is a word such as ``part``; it ends the name.
    """
    return path.with_name(f".{path.name}.{_host()}-{os.getpid()}-{next(_NUMBERS)}.{kind}")


def stale_siblings(path: Path, kind: str) -> list[Path]:
    """Hidden siblings of ``path`` whose process on this machine is gone, oldest name first."""
    found: list[Path] = []
    with suppress(OSError):
        for entry in os.scandir(path.parent):
            if owner_is_gone(entry.name, kind, path.name):
                found.append(Path(entry.path))
    return sorted(found)


def owner_is_gone(hidden: str, kind: str, name: str | None = None) -> bool:
    """Whether ``hidden`` is such a name of ``kind`` (for ``name``) whose process here is gone."""
    match = _HIDDEN.fullmatch(hidden)
    return (
        match is not None
        and (match["kind"], match["host"]) == (kind, _host())
        and name in (None, match["name"])
        and not _is_running(int(match["pid"]))
    )


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside ``path`` that takes its place when the block succeeds.

    The new content is on the disk (fsync) before the rename. When the block or the disk fails,
    the temporary file is removed and what stood at ``path`` before is untouched. Leftovers of
    killed writers of the same path are removed.

    Raises
    ------
    StoreError
        When the file cannot be written: no space, no permission, no such folder. Any other
        exception of the block, KeyboardInterrupt too, passes through.
    """
    temporary = hidden_sibling(path, "part")
    try:
        for leftover in stale_siblings(path, "part"):
            leftover.unlink(missing_ok=True)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        _remove(temporary)
        raise StoreError(why_not_written(path, error)) from error
    except BaseException:
        _remove(temporary)
        raise
    sync_folder(path.parent)


def write_atomically(path: Path, chunks: Iterable[bytes | memoryview]) -> None:
    """Write ``chunks`` one after another as the whole content of ``path``; see `replacing`."""
    with replacing(path) as file:
        for chunk in chunks:
            file.write(chunk)


def make_folder(path: Path) -> None:
    """Make ``path`` and its parents unless they exist; `StoreError` when that cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise StoreError(
            f"Cannot make the folder {path}: there is a file of that name; "
            "remove it or choose another path."
        ) from error
    except OSError as error:
        raise StoreError(why_not_written(path, error)) from error


def sync_folder(path: Path) -> None:
    """Make a rename in ``path`` durable, where the system can; it is already visible to all."""
    if os.name != "posix":
        return
    # Some file systems (network shares, FUSE) cannot sync a folder; the content itself was
    # synced before, so at worst a power cut brings back the earlier file whole.
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def why_not_written(path: Path, error: OSError) -> str:
    """One sentence: what failed for which file and what to do."""
    kept = "the earlier file is unchanged" if path.is_file() else "nothing was left behind"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"No space left on the disk that holds {path}; free some and run again; {kept}."
    if error.errno == errno.EFBIG:
        return (
            f"{path} would be larger than this system allows a file to be; raise the limit "
            f"(ulimit -f) or choose another disk; {kept}."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"No permission to write {path}; choose a folder that is yours; {kept}."
    if error.errno == errno.EROFS:
        return f"{path} lies on a disk that can only be read; choose another folder; {kept}."
    if error.errno in (errno.ENOTDIR, errno.ENOENT, errno.EEXIST):
        return f"Cannot write {path}: {path.parent} is not a folder; choose another path."
    if error.errno == errno.EISDIR:
        return f"Cannot write {path}: there is a folder of that name; choose another path."
    return f"Cannot write {path}: {error.strerror or error}; {kept}."


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname()) or "machine"


def _is_running(pid: int) -> bool:
    if os.name != "posix":
        return True  # there os.kill would end the process; leftovers stay until removed by hand
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
