"""The program and the run that faults are tried on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli import models, running
from cli.running import Programs


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return running.programs(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return running.demo_run(tmp_path_factory.getbasetemp())


@pytest.fixture
def here(demo_run: Path, tmp_path: Path) -> Path:
    """A folder with an earlier run at ``runs/mine`` and models in ``mymodels.py``."""
    shutil.copytree(demo_run, tmp_path / "runs" / "mine")
    shutil.copy(Path(models.__file__), tmp_path / "mymodels.py")
    return tmp_path
