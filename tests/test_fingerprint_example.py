"""The example that records LeNet-5 works as its own words say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli.running import environment

from nnvis import Run

EXAMPLE = Path(__file__).parents[1] / "examples" / "fingerprint_lenet.py"


@pytest.mark.slow
def test_the_example_records_within_an_epoch(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), "--epochs", "1", "--every", "60"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    run = Run.open(tmp_path / "runs" / "fingerprint_lenet")
    assert run.epochs() == [0, 1, 2], "steps 0, 60 and 120 of 156"
    assert run.load_epoch(2).numbers["training_step"] == 120
    probe = run.load_probe()
    assert probe is not None
    assert probe.picture is not None
    assert probe.picture.shape == (2000, 28, 28)
    right = (run.load_epoch(2).prediction == probe.label).mean()
    assert right > 0.7, f"LeNet-5 learnt nothing: {right}"
    assert "nnvis fingerprint runs/fingerprint_lenet" in done.stdout
