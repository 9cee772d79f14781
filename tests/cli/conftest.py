"""A warm nnvis, and a run to look at and to copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli import running
from cli.running import Programs


@pytest.fixture(scope="session")
def nnvis(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return running.programs(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return running.demo_run(tmp_path_factory.getbasetemp())


@pytest.fixture
def run(demo_run: Path, tmp_path: Path) -> Path:
    """A copy of the demo's run in ``tmp_path``, to be changed."""
    return Path(shutil.copytree(demo_run, tmp_path / "run"))
