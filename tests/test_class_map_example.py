"""The example that maps seven blobs works as its own words say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli.running import environment
from PIL import Image

import nnvis

EXAMPLE = Path(__file__).parents[1] / "examples" / "class_map_seven_blobs.py"


@pytest.mark.slow
def test_the_example_draws_and_films_its_training(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), "--epochs", "3", "--frames", "6"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    run = nnvis.Run.open(tmp_path / "runs" / "class_map_seven_blobs")
    maps = nnvis.read_maps(run)
    assert maps.epochs.tolist() == [0, 1, 2, 3]
    assert {path.name for path in run.figures_folder.iterdir()} == {
        "region.png", "boundary_dark.png", "course.png",
    }  # fmt: skip
    with Image.open(run.renders_folder / "map.gif") as film:
        assert 5 <= getattr(film, "n_frames", 1) <= 6
