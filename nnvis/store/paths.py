"""Paths as users give them."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path

from nnvis.errors import StoreError


def usable_path(given: str | PathLike[str]) -> Path:
    """``given`` as a path that may or may not exist, but that this system can look up.

    Raises
    ------
    StoreError
        For a name that is empty (an unset shell variable), too long or holds a zero byte, a
        loop of links, or a folder on the way that may not be searched.
    """
    if not os.fspath(given):
        raise StoreError("The path is empty; give the path of a file or folder.")
    path = Path(given)
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StoreError(f"The path {str(path)!r} cannot be used: {reason}; give another.") from (
            error
        )
    return path
