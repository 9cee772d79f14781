"""A parameter study: resumed, skipped, stopped, compared."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli import running
from cli.running import Programs, assert_refused, environment

from nnvis import Run
from nnvis.config import SweepConfig, read_config
from nnvis.errors import Cancelled, ConfigError, StoreError
from nnvis.progress import Progress, Step
from nnvis.resources import folder as shipped
from nnvis.sweep import Job, run_job, run_sweep
from nnvis.sweep.comparing import _recurring, compare, write_comparison
from nnvis.sweep.one import state_of

TRAINING = {"hidden": [5], "optimiser": "sgd", "learning_rate": 0.05, "epochs": 2}
SMALL = {"data": "blobs", "training": TRAINING, "vary": {"momentum": [0.5], "l1": [0.01]}}


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return running.programs(tmp_path_factory.getbasetemp())


def jobs_of(settings: dict[str, Any], place: Path) -> list[Job]:
    config = read_config(SweepConfig, settings)
    return [
        Job(name, str(place / name), training.model_dump(mode="json"), config.data)
        for name, training in config.runs().items()
    ]


@pytest.mark.parametrize("name", ["sweep_lenet", "sweep_vgg"])
def test_the_studies_of_the_paper_have_fourteen_runs(name: str) -> None:
    runs = read_config(SweepConfig, shipped("configs") / f"{name}.json").runs()
    assert len(runs) == 14
    assert all(run.optimiser == "sgd" and run.nesterov for run in runs.values())
    varied = {key for run in runs.values() for key in vars(run) if
              getattr(run, key) != getattr(runs["base"], key)}  # fmt: skip
    assert varied == {"learning_rate", "momentum", "weight_decay"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"dataset": "mnist"}, "unknown key 'dataset'; known keys are budget_mb, data"),
        ({"vary": {"rate": [1]}}, "vary has the unknown key 'rate'; known keys are batch_size"),
        ({"vary": {"momentum": [1.5]}}, "momentum must be a number, 0 <= value < 1, got 1.5"),
        ({"vary": {"momentum": 0.5}}, "vary must be a mapping of texts to lists of values, got"),
        ({"training": {"lr": 1}}, "unknown key 'lr'"),
        ({"training": 3}, "training must be a mapping of texts to values, got 3"),
        ({"probe": 1}, "probe must be a whole number, 2 <= value, or none, got 1"),
    ],
)
def test_settings_that_are_wrong_are_named(settings: dict, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_config(SweepConfig, settings).runs()


def test_a_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    whole, parts = (
        Job("base", str(tmp_path / name), {**jobs_of(SMALL, tmp_path)[0].training}, "blobs")
        for name in ("whole", "parts")
    )
    run_job(whole)
    stopping = Progress(lambda step: step.done == step.total // 2 and stopping.cancel())
    with pytest.raises(Cancelled):
        run_job(parts, stopping)
    assert state_of(parts) == "begun"
    assert (tmp_path / "parts" / "checkpoint.safetensors").exists()
    run_job(parts)
    one, other = Run.open(whole.place), Run.open(parts.place)
    assert one.description["sweep"]["last"] == other.description["sweep"]["last"]
    for epoch in one.epochs():
        assert one.epoch_path(epoch).read_bytes() == other.epoch_path(epoch).read_bytes()
    assert not (tmp_path / "parts" / "checkpoint.safetensors").exists()


def test_a_run_of_other_settings_is_not_touched(tmp_path: Path) -> None:
    job = jobs_of(SMALL, tmp_path)[0]
    run_job(job)
    changed = jobs_of({**SMALL, "training": {**TRAINING, "seed": 3}}, tmp_path)
    with pytest.raises(StoreError, match=r"base is a run of other settings \(seed 0, now 3\)"):
        run_sweep(changed)
    other = Job("base", job.place, job.training, "moons")
    with pytest.raises(StoreError, match=r"other settings \(data blobs, now moons\)"):
        state_of(other)


def test_side_by_side_then_skipped_then_compared(tmp_path: Path) -> None:
    jobs = jobs_of({**SMALL, "vary": {"learning_rate": [1e6]}}, tmp_path)
    steps: list[Step] = []
    ended: list[str] = []
    faults = run_sweep(jobs, 2, Progress(steps.append), lambda job, _: ended.append(job.name))
    assert faults == {}
    assert sorted(ended) == ["base", "learning_rate_1e+06"]
    assert {step.stage for step in steps} >= {"runs", "base"}
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")}
    run_sweep(jobs, 2, ended=lambda job, fault: pytest.fail(f"{job.name} ran again"))
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")}
    comparison = compare(jobs)
    good, bad = comparison.rows
    assert (good["state"], bad["state"]) == ("finished", "failed")
    assert good["records"] == 3
    assert good["test_accuracy"] == Run.open(jobs[0].place).load_epoch(2).numbers["test_accuracy"]
    assert "Training diverged" in bad["note"]
    table, whole = write_comparison(comparison, tmp_path)
    with table.open(encoding="utf-8", newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == [job.name for job in jobs]
    assert len(json.loads(whole.read_text())["runs"]) == 2


def test_runs_are_compared_by_the_most_alike_fifth_of_their_transitions() -> None:
    rng = np.random.default_rng(0)
    noise = rng.random((40, 40))
    noise = 0.5 + (noise + noise.T) / 4
    np.fill_diagonal(noise, 0)
    repeated = np.where((np.subtract.outer(np.arange(40), np.arange(40)) % 5) == 0, 0.3, noise)
    np.fill_diagonal(repeated, 0)
    first, second = _recurring(noise), _recurring(repeated)
    assert first["determinism"] is not None
    assert second["determinism"] is not None
    assert first["determinism"] < 0.6, "the main diagonal makes every training look alike"
    assert second["determinism"] > 0.8
    assert _recurring(np.zeros((1, 1))) == {}


def test_a_process_that_cannot_work_is_told(tmp_path: Path) -> None:
    job = jobs_of(SMALL, tmp_path)[0]
    faults = run_sweep([Job("base", job.place, job.training, "no/such.npz")])
    assert "no/such.npz" in faults["base"]


def test_the_command_from_beginning_to_end(program: Programs, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps({**SMALL, "vary": {}}))
    done = program.run("sweep", "mine.json", cwd=tmp_path)
    assert done.code == 0, done
    assert "base: finished" in done.out
    assert "nnvis fingerprint runs/mine/base" in done.out.splitlines()[-1]
    assert {path.name for path in (tmp_path / "runs" / "mine").iterdir()} == {
        "base", "comparison.csv", "comparison.json",
        "comparison.png", "comparison.svg", "comparison.pdf",
    }  # fmt: skip
    again = program.run("sweep", "mine.json", "--no-figure", cwd=tmp_path)
    assert "1 of 1 runs in runs/mine are done already." in again.out
    done = program.run("sweep", "mine.json", "--epochs", "3", cwd=tmp_path)
    assert_refused(done, 1, "runs/mine/base is a run of other settings", "epochs 2, now 3", "--out")
    done = program.run("sweep", "mine.json", "--workers", "0", cwd=tmp_path)
    assert_refused(done, 2, "--workers must be at least 1")
    done = program.run("sweep", "none.json", cwd=tmp_path)
    assert_refused(done, 2, "none.json", "No such file")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs signals of a POSIX system")
def test_ctrl_c_ends_all_and_the_same_command_goes_on(tmp_path: Path) -> None:
    long = {**SMALL, "training": {**TRAINING, "epochs": 2000}, "vary": {}}
    (tmp_path / "mine.json").write_text(json.dumps(long))
    # Whatever started the tests in the background may have had Ctrl-C ignored.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code = f"{heard}from nnvis.cli import main; main()"
    command = [sys.executable, "-c", code, "sweep", "mine.json"]
    begun = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True
    )
    checkpoint = tmp_path / "runs" / "mine" / "base" / "checkpoint.safetensors"
    until = time.monotonic() + 60
    while not checkpoint.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert checkpoint.exists(), "the run did not begin"
    begun.send_signal(signal.SIGINT)
    _, said = begun.communicate(timeout=60)
    assert begun.returncode == 130
    assert said == (
        "nnvis: Stopped: 0 of 1 runs are done; the same command goes on with the rest.\n"
    )
    run = Run.open(tmp_path / "runs" / "mine" / "base")
    before = run.epochs()
    assert before == list(range(len(before)))
    time.sleep(0.5)
    assert run.epochs() == before, "a process went on after Ctrl-C"
