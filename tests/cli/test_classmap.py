"""``nnvis classmap``: pictures, films and what cannot be mapped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from cli.running import Programs, assert_refused, tree
from PIL import Image

import nnvis as library
from nnvis.learning import build_mlp

QUICK = ("--dpi", "40")


@pytest.fixture
def mapped(tmp_path: Path) -> Path:
    """A run of four epochs with two maps."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 2)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.int64)
    run = library.Run.create(tmp_path / "mapped", ["left", "right"])
    model = build_mlp([2, 5, 2])
    planes = {"plane": library.plane_of(x), "wide": library.plane_of(x, 1.0)}
    with library.Recorder(run, model, (x, y), maps=planes, map_points=12) as recorder:
        for epoch in range(4):
            recorder.record(epoch, test_accuracy=epoch / 4)
            with torch.no_grad():
                model.fc1.weight += 0.5
    return run.path


def test_without_an_output_figures_go_into_the_run(nnvis: Programs, mapped: Path, tmp_path: Path):
    done = nnvis.run("classmap", "mapped", cwd=tmp_path)
    assert done.code == 0, str(done)
    assert done.err == "", str(done)
    words = "4 epochs (0 to 3), 12 x 12 points on the plane of the inputs, 2 classes; recorded"
    assert done.out.startswith(words), str(done)
    stems = ("boundary", "boundary_course", "region", "region_course")
    kinds = ("png", "svg", "pdf")
    found = {path.name for path in (mapped / "figures").iterdir()}
    assert found == {f"classmap_{stem}.{kind}" for stem in stems for kind in kinds}
    svg = (mapped / "figures" / "classmap_region.svg").read_text()
    for text in ("Epoch 3", "test accuracy 75.0%", "left", "right"):
        assert text in svg, f"{text} is not text in the figure"


@pytest.mark.parametrize("ending", [".gif", ".mp4"])
def test_a_film_has_its_frames(nnvis: Programs, mapped: Path, tmp_path: Path, ending: str):
    name = f"map{ending}"
    words = ("--frames", "7", "--fps", "10", "--interpolation", "geometric", "--dark", *QUICK)
    done = nnvis.run("classmap", "mapped", "-o", name, *words, cwd=tmp_path)
    assert done.code == 0, str(done)
    if ending == ".gif":
        frames = []
        with Image.open(tmp_path / name) as film:
            for number in range(getattr(film, "n_frames", 1)):
                film.seek(number)
                frames.append(np.asarray(film.convert("RGB")))
        # Pillow joins frames that are alike; the last tenth of a film rests.
        assert 6 <= len(frames) <= 7
    else:
        import av

        with av.open(str(tmp_path / name)) as film:
            frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
        assert len(frames) == 7
    assert (frames[0] != frames[-1]).any()
    assert frames[0][:6, :6].max() < 60, "the background is not dark"


def test_a_moment_between_two_epochs(nnvis: Programs, mapped: Path, tmp_path: Path):
    words = ("--map", "wide", "--epoch", "1.5", "--kind", "boundary", "--colormap", "magma")
    done = nnvis.run(
        "classmap", "mapped", "-o", "a.png", *words, "--no-samples", *QUICK, cwd=tmp_path
    )
    assert done.code == 0, str(done)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size[0] > 100


def test_a_demo_in_the_plane_can_be_mapped_at_once_and_anew(nnvis: Programs, tmp_path: Path):
    from cli.running import QUICK as TRAINING

    made = nnvis.run(
        "demo", "--data", "moons", "--out", "run", "--no-pictures", *TRAINING, cwd=tmp_path
    )
    assert made.code == 0, str(made)
    done = nnvis.run("classmap", "run", "-o", "a.png", *QUICK, cwd=tmp_path)
    assert "2 epochs (0 to 1), 100 x 100 points" in done.out, str(done)
    words = ("--through", "3", "17", "42", "--points", "9")
    done = nnvis.run("classmap", "run", "-o", "b.png", *words, *QUICK, cwd=tmp_path)
    assert "9 x 9 points on the plane through samples 3, 17 and 42" in done.out, str(done)
    assert "computed from the final weights alone" in done.out
    refused = nnvis.run("classmap", "run", "-o", "c.gif", *words, cwd=tmp_path)
    assert_refused(refused, 2, "only one moment")
    refused = nnvis.run("classmap", "run", "--through", "3", "3", "4", cwd=tmp_path)
    assert_refused(refused, 1, "Samples 3 and 3 are equal")
    refused = nnvis.run("classmap", "run", "--through", "3", "4", "9999", cwd=tmp_path)
    assert_refused(refused, 1, "There is no sample 9999")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("-o", "map.avi"), 2, "must end in .png, .svg, .pdf, .mp4 or .gif"),
        (("--map", "x"), 2, "has no class map 'x'; it has plane, wide"),
        (("--kind", "boundary", "--colormap", "virids"), 2, "near it are viridis"),
        (("--colormap", "magma"), 2, "goes with kind boundary"),
        (("-o", "a.png", "--epoch", "9"), 2, "There are maps from epoch 0 to 3, got 9"),
        (("-o", "a.gif", "--moments", "3"), 2, "--moments goes with a picture"),
        (("-o", "a.png", "--moments", "99"), 2, "moments must be 1 to 24"),
        (("-o", "a.gif", "--frames", "1"), 2, "frames must be 2 to 100,000"),
        (("-o", "a.gif", "--fps", "99"), 2, "1 to 50 frames a second"),
        (("-o", "a.png", "--dpi", "3"), 2, "dpi must be 30 to 1200"),
        (("--through", "1", "2"), 2, "three sample numbers"),
        (("--plane", "principal", "--through", "1", "2", "3"), 2, "not both"),
        (("--plane", "principal"), 1, "model that nnvis did not build"),
        (("-o", "nowhere/a.gif", "--frames", "2"), 1, "nowhere is not a folder"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    nnvis: Programs, mapped: Path, tmp_path: Path, words, code: int, sentence: str
):
    before = tree(tmp_path)
    done = nnvis.run("classmap", "mapped", *words, cwd=tmp_path)
    assert_refused(done, code, sentence)
    assert tree(tmp_path) == before


def test_a_run_without_maps_says_what_it_needs(nnvis: Programs, run: Path, tmp_path: Path):
    (run / "planes.safetensors").unlink()
    words = ("--data", "sklearn-digits", "--model", "64-5-7")
    done = nnvis.run("classmap", run, *words, cwd=tmp_path)
    assert_refused(done, 2, "inputs have 64 numbers each; choose a plane with --plane principal")


def test_without_pyav_it_says_how_to_get_it(nnvis: Programs, mapped: Path, tmp_path: Path):
    hidden = "import sys; sys.modules['av'] = None"
    done = nnvis.run("classmap", "mapped", "-o", "a.mp4", cwd=tmp_path, first=hidden)
    assert_refused(done, 2, "needs the Python package av")
    assert not (tmp_path / "a.mp4").exists()
