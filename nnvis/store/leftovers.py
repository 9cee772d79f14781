"""Remove what killed writers left in a folder of a run."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from nnvis.store.atomic import owner_is_gone


def remove_leftovers(folder: Path) -> list[str]:
    """Remove half-written files in ``folder`` whose process on this machine is gone.

    Files of running processes and of other machines stay, and nothing else is touched: only
    names that :func:`~nnvis.store.atomic.hidden_sibling` gives are looked at. Returns the
    names that were removed, sorted; a folder that does not exist holds none.
    """
    removed: list[str] = []
    with suppress(OSError):
        for entry in os.scandir(folder):
            if owner_is_gone(entry.name, "part") and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    Path(entry.path).unlink()
                    removed.append(entry.name)
    return sorted(removed)
