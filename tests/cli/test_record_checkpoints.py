"""``nnvis record-checkpoints``: order, fit and faults."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from cli import running
from cli.running import Programs, assert_refused
from safetensors.torch import save_file

from nnvis import Run
from nnvis.datasets import load_samples
from nnvis.errors import ModelError
from nnvis.learning import build_mlp
from nnvis.learning.series import find_series, shaped_for

SIZES = "2-5-7"


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return running.programs(tmp_path_factory.getbasetemp())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five checkpoints, two written with safetensors, and one that is not of the series."""
    place = tmp_path / "saved"
    place.mkdir()
    for epoch in (0, 1, 2, 10, 20):
        state = build_mlp([2, 5, 7], seed=epoch).state_dict()
        if epoch < 10:
            torch.save(state, place / f"net2_epoch{epoch}.pt")
        else:
            save_file(state, place / f"net2_epoch{epoch}.safetensors")
    torch.save(build_mlp([2, 5, 7]).state_dict(), place / "best.pt")
    (place / "notes.txt").write_text("not a checkpoint")
    return tmp_path


def words(*more: str, folder: str = "saved", architecture: str = SIZES) -> tuple[str, ...]:
    given = ("--data", "blobs", "--architecture", architecture, "--out", "runs/mine")
    return ("record-checkpoints", folder, *given, *more)


def test_each_checkpoint_is_an_epoch(program: Programs, folder: Path) -> None:
    done = program.run(*words("--layers", "fc1", "--weights"), cwd=folder)
    assert done.code == 0, done
    assert "5, ordered by the number in their names" in done.out
    assert "Left out, because their names hold no number: best." in done.out
    run = Run.open(folder / "runs" / "mine")
    assert run.epochs() == [0, 1, 2, 10, 20]
    samples = load_samples("blobs")
    for epoch in run.epochs():
        model = build_mlp([2, 5, 7], seed=epoch)
        with torch.no_grad():
            expected = model(torch.from_numpy(samples.x_test)).argmax(1).numpy()
        np.testing.assert_array_equal(run.load_epoch(epoch).prediction, expected)
    probe = run.load_probe()
    assert probe is not None
    np.testing.assert_array_equal(probe.label, samples.y_test)
    assert set(run.load_epoch(0).representation) == {"fc1"}


def test_by_time_without_numbers(tmp_path: Path) -> None:
    for age, name in enumerate(("last", "first", "middle")):
        path = tmp_path / f"{name}.pt"
        path.touch()
        moment = {"first": 1, "middle": 2, "last": 3}[name] * 1000 + age
        os.utime(path, (moment, moment))
    series = find_series(tmp_path)
    assert [path.stem for path in series.paths] == ["first", "middle", "last"]
    assert (series.epochs, series.order) == ((0, 1, 2), "by time")


def test_the_number_that_tells_files_apart(tmp_path: Path) -> None:
    for epoch in (9, 10):
        (tmp_path / f"v1-epoch={epoch}-step={epoch * 40}.ckpt").touch()
    for step in (500, 1500):
        (tmp_path / "hub" / f"checkpoint-{step}").mkdir(parents=True)
        (tmp_path / "hub" / f"checkpoint-{step}" / "model.safetensors").touch()
    assert find_series(tmp_path).epochs == (9, 10)
    assert find_series(tmp_path / "hub").epochs == (500, 1500)


def test_pictures_for_convolutions() -> None:
    rows = np.zeros((4, 28 * 28), np.float32)
    convolution = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3))
    assert shaped_for(convolution, rows, (28, 28)).shape == (4, 1, 28, 28)
    assert shaped_for(torch.nn.Linear(784, 2), rows, (28, 28)).shape == (4, 784)


def test_bad_input_is_told_and_leaves_nothing(program: Programs, folder: Path) -> None:
    (folder / "empty").mkdir()
    torch.save(build_mlp([2, 6, 7]).state_dict(), folder / "saved" / "net2_epoch15.pt")
    torch.save({"x": Path("runs")}, folder / "empty" / "bad.txt")
    for command, code, said in (
        (words(), 1, ("net2_epoch15.pt does not fit", "(6, 2)", "(5, 2)")),
        (words(folder="empty"), 1, ("empty holds no checkpoints", "found bad.txt")),
        (words(folder="none"), 1, ("none", "No such file")),
        (words("--layers", "fc9"), 1, ("no layer 'fc9'", "fc1, relu1, fc2")),
        (words(architecture="2-5-6"), 1, ("net2_epoch0.pt does not fit", "expected (6, 5)")),
        (words(architecture="lenet5"), 1, ("lenet5 needs pictures",)),
        (words("--samples", "0"), 2, ("--samples must be at least 1",)),
        (words("--budget-mb", "0.00001"), 1, ("budget_mb must be a number of at least",)),
    ):
        done = program.run(*command, cwd=folder)
        assert_refused(done, code, *said)
        assert not (folder / "runs").exists(), f"{command} left something behind"


def test_a_checkpoint_that_would_run_code(program: Programs, folder: Path) -> None:
    torch.save({"weight": Path("runs")}, folder / "saved" / "net2_epoch3.pt")
    done = program.run(*words(), cwd=folder)
    assert_refused(done, 1, "net2_epoch3.pt", "could run code")


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="Cannot read the folder of checkpoints"):
        find_series(tmp_path / "file")
