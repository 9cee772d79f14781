"""The command line: ``nnvis COMMAND``. Heavy parts load when a command needs them."""

from nnvis.cli.entry import main

__all__ = ["main"]
