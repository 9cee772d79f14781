"""A window on a network: turn it, come closer, take a picture."""

from nnvis.app.window import open_window

__all__ = ["open_window"]
