"""The example that shows the ways of a digit never trained on works as its own words say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli.running import environment

EXAMPLE = Path(__file__).parents[1] / "examples" / "signatures_mnist.py"


@pytest.mark.slow
def test_the_example_shows_the_tenth_digit(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), "--epochs", "2", "--unseen", "7"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    assert "There are no training samples of class '7'." in done.stdout
    assert "Of the 200 test images of a 7, by clusters of fc1 > fc2:" in done.stdout
    assert "taken for a 7" not in done.stdout, "a digit never trained on is never predicted"
    pictures = {path.name for path in (tmp_path / "runs" / "signatures_mnist").iterdir()}
    assert pictures == {"every_digit.png", "unseen_lit.png", "clusters.png"}
