"""Fixtures that several packages' tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

# Tests run side by side: threads that wait must sleep, not spin. Read when torch loads.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from nnvis.errors import RenderError


@pytest.fixture(scope="module")
def ctx() -> Iterator[Any]:
    """An OpenGL context without a window; tests that use it carry the marker ``gl``."""
    from nnvis.gl.context import open_context

    try:
        context = open_context()
    except RenderError as error:
        pytest.skip(f"needs EGL: {error}")
    yield context
    context.release()
