"""What can go wrong, each as one sentence for the user.

Every message says what is wrong, where, what was expected and what to do. The command line
prints it and exits with ``exit_code``; a program catches :class:`NnvisError`.
"""

from __future__ import annotations


class NnvisError(Exception):
    """Base of every error that nnvis raises on purpose."""

    exit_code = 1


class UsageError(NnvisError):
    """The command or call itself is wrong: an unknown option, a missing argument."""

    exit_code = 2


class ConfigError(UsageError):
    """A setting is unknown, of the wrong type or out of range."""


class DatasetError(NnvisError):
    """Samples or labels are missing, empty, of the wrong shape or cannot be fetched."""


class ModelError(NnvisError):
    """The user's model cannot be read, scored or shown."""


class StoreError(NnvisError):
    """A run or file cannot be read or written."""


class FormatError(StoreError):
    """A file is truncated, foreign or of a newer version."""


class RenderError(NnvisError):
    """No picture can be made: no OpenGL, a shader that does not compile, a wrong size."""


class Cancelled(NnvisError):
    """The user stopped the work; what was complete before is still there."""

    exit_code = 130
