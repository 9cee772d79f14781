"""Find the folders that ship with nnvis: in a checkout at its top, in a wheel in the package."""

from __future__ import annotations

from pathlib import Path

from nnvis.errors import StoreError

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Path of ``shaders`` or ``configs``.

    Raises
    ------
    StoreError
        When the installation lacks the folder.
    """
    beside = _PACKAGE.parent / name
    # The checkout comes first so that editing shaders/ takes effect in an editable install;
    # pyproject.toml tells a checkout from some unrelated folder beside site-packages/nnvis.
    if beside.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return beside
    inside = _PACKAGE / name
    if inside.is_dir():
        return inside
    raise StoreError(
        f"This installation of nnvis has no {name!r} folder (looked in {inside} and {beside}); "
        "install nnvis again."
    )
