"""The example about neighbours works as its own words say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli.running import environment

from nnvis import Run

EXAMPLE = Path(__file__).parents[1] / "examples" / "neighbours_digits.py"


@pytest.mark.slow
def test_the_example_draws_its_figures_into_a_run(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), "--epochs", "2"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    run = Run.open(tmp_path / "runs" / "neighbours_digits")
    assert run.epochs() == [0, 1, 2]
    names = {path.name for path in run.figures_folder.iterdir()}
    figures = ("distance", "overlap", "confidence", "pictures")
    assert names == {f"neighbours_{name}.png" for name in figures}
    assert "nnvis neighbours runs/neighbours_digits --layer 3" in done.stdout
