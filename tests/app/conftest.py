"""A virtual display for the window tests, one for each process that runs tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from app.display import MISSING, virtual_display


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    if shutil.which("Xvfb") is None:
        pytest.skip(MISSING)
    with virtual_display() as name:
        yield name
