"""Compiled loops over arrays (numba), nothing else.

Compiled code is kept on the disk, beside these files or in the user's cache, so that a second
process starts fast. Where neither can be written (a system installation, a container) numba
would refuse to start; then the code goes to a folder of this process alone, gone at its end.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path


def _can_write(folder: Path) -> bool:
    """Whether files can be made in ``folder``, or it can itself be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def keep_compiled_code_somewhere() -> str | None:
    """Name a private folder when there is no other place; ``None`` when there is one.

    The folder has a fresh name: compiled code that somebody else put at a known one would run.
    """
    if os.environ.get("NUMBA_CACHE_DIR"):
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    if _can_write(Path(__file__).parent / "__pycache__") or _can_write(cache / "numba"):
        return None
    folder = tempfile.mkdtemp(prefix="nnvis-kernels-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["NUMBA_CACHE_DIR"] = folder
    if "numba" in sys.modules:  # it has read the environment already
        sys.modules["numba"].config.CACHE_DIR = folder
    return folder


keep_compiled_code_somewhere()
