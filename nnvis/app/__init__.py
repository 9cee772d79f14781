"""A window on a network: turn it, come closer, take a picture."""

from nnvis.app.window import open_window, view

__all__ = ["open_window", "view"]
