"""The viewer: a window on a network, its panels and what they do."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from nnvis.app.viewer import Viewer, open_viewer
from nnvis.model import Network

__all__ = ["Viewer", "open_viewer", "view"]


def view(network: Any = None) -> None:
    """Open the viewer on a run or the path of a network, or without one; returns when it closes.

    Raises
    ------
    RenderError
        When no window or no OpenGL 3.3 is to be had: it says what to do.
    """
    path = getattr(network, "path", network)
    if path is None or isinstance(path, (str, PathLike)):
        open_viewer(None if path is None else Path(path))
        return
    if isinstance(network, Network):
        open_viewer(network=network)
        return
    from nnvis.errors import RenderError

    raise RenderError(f"Expected a run, a network or a path, got {type(network).__name__}.")
