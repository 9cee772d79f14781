"""Ctrl-C and kill in every stage: what was there before is as it was."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from cli import models, running
from cli.running import QUICK, Done, Programs, assert_refused, tree
from faults.common import (
    DEMO,
    FULL,
    STOP,
    TO_RUN,
    WRITTEN,
    assert_unchanged,
    process_words,
    refused,
)

import nnvis
from nnvis import Progress, Run
from nnvis.errors import Cancelled, NnvisError

# The user presses Ctrl-C when STAGE is reported.
AT_STAGE = """
import os, signal
from nnvis.progress import Progress
step = Progress.step
def pressed(self, stage, *given, **numbers):
    if stage == {stage!r}:
        os.kill(os.getpid(), signal.SIGINT)
    return step(self, stage, *given, **numbers)
Progress.step = pressed
"""
# The user presses Ctrl-C when NAME of MODULE is called.
AT_CALL = """
import importlib, os, signal
module = importlib.import_module({module!r})
real = getattr(module, {name!r})
def pressed(*given, **named):
    os.kill(os.getpid(), signal.SIGINT)
    return real(*given, **named)
setattr(module, {name!r}, pressed)
"""
PRESSED = {
    "loading": AT_CALL.format(module="nnvis.datasets", name="load_samples"),
    "training": AT_STAGE.format(stage="training"),
    "scoring": AT_STAGE.format(stage="scoring importance"),
    "placing": AT_STAGE.format(stage="placing units"),
    "bundling": AT_STAGE.format(stage="bundling edges"),
    "measuring": AT_CALL.format(module="nnvis.bundling.quality", name="ink_and_purity"),
    "saving importance": FULL.format(name="importance.safetensors", fault=STOP),
    "saving the network": FULL.format(name="network.safetensors", fault=STOP),
    "saving the description": AT_CALL.format(module="nnvis.store.run", name="write_description"),
    "drawing": AT_CALL.format(module="nnvis.render", name="render_image"),
}


@pytest.mark.parametrize("stage", PRESSED)
def test_ctrl_c_in_a_demo(program: Programs, here: Path, stage: str) -> None:
    words = ("demo", "--data", "blobs", *QUICK, "--out", "runs/mine", "--overwrite")
    refused(program, here, 130, ("Stopped",), *words, first=PRESSED[stage])


@pytest.mark.parametrize("stage", ["training", "saving the network"])
def test_ctrl_c_in_a_demo_that_makes_a_new_run(program: Programs, here: Path, stage: str) -> None:
    words = ("demo", "--data", "blobs", *QUICK, "--out", "new/deep/run")
    refused(program, here, 130, ("Stopped",), *words, first=PRESSED[stage])


def test_ctrl_c_sent_to_the_script(here: Path) -> None:
    """From outside, as a terminal does, and once training writes its epochs."""
    before = tree(here)
    words = ("demo", "--data", "blobs", "--epochs", "100000", *TO_RUN)
    with subprocess.Popen(
        [running.script(), *words],
        cwd=here,
        env=running.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background ignores Ctrl-C, and its children would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as child:
        until = time.monotonic() + 120
        while not list((here / "runs").glob(".*/epochs/00001.safetensors")):
            assert child.poll() is None, "the demo ended before its time"
            assert time.monotonic() < until, "training did not begin"
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert_refused(Done(child.returncode, out, err), 130, "Stopped", "unchanged")
    assert_unchanged(here, before)


@pytest.mark.parametrize("stage", ["loading", "scoring", "bundling", "saving the network"])
def test_ctrl_c_while_processing(program: Programs, here: Path, stage: str) -> None:
    torch.save(models.dense().state_dict(), here / "weights.pt")
    words = (*process_words("weights.pt"), "--architecture", "2-5-7")
    refused(program, here, 130, ("Stopped",), *words, first=PRESSED[stage])


@pytest.mark.parametrize(
    "stage",
    ["placing", "bundling", "measuring", "saving the network", "saving the description", "drawing"],
)
def test_ctrl_c_while_bundling_again(program: Programs, here: Path, stage: str) -> None:
    words = ("bundle", "runs/mine", "--processing.sampling-rate", "6")
    refused(program, here, 130, ("Stopped",), *words, first=PRESSED[stage])


def test_ctrl_c_while_evaluating(program: Programs, here: Path) -> None:
    first = AT_STAGE.format(stage="pruning")
    words = ("evaluate", "runs/mine", "--csv", "table.csv")
    refused(program, here, 130, ("Stopped",), *words, first=first)


@pytest.mark.gl
@pytest.mark.parametrize(
    ("module", "moment"),
    [("nnvis.render.stage", "build_scene"), ("nnvis.render.capture", "save_png")],
)
def test_ctrl_c_while_drawing(
    program: Programs, here: Path, module: str, moment: str, ctx: object
) -> None:
    (here / "net.png").write_bytes(b"an earlier picture")
    first = AT_CALL.format(module=module, name=moment)
    words = ("render", "runs/mine", "-o", "net.png", "--size", "64x36")
    refused(program, here, 130, ("Stopped",), *words, first=first)


# Killed some time after training began.
KILLED_AFTER = """
import os, signal, threading
import nnvis.learning
train = nnvis.learning.train
def killed(*given, **named):
    threading.Timer({seconds}, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return train(*given, **named)
nnvis.learning.train = killed
"""
# Between two renames: the earlier run is aside, the new one is not yet in its place.
KILLED_AT_RENAME = """
import os, signal
from pathlib import Path
rename = Path.rename
turns = []
def killed(self, target):
    turns.append(target)
    if len(turns) == {turn}:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(self, target)
Path.rename = killed
"""
KILLED_IN_A_WRITE = "os_ = __import__('os'); os_.kill(os_.getpid(), 9)"


def killed(program: Programs, here: Path, first: str) -> None:
    """Kill a demo that overwrites; the earlier run must open and be whole."""
    earlier = tree(here / "runs" / "mine")
    done = program.run(*DEMO, "--seed", "9", cwd=here, first=first)
    assert done.code == -9, f"the demo was not killed: {done}"
    run = Run.open(here / "runs" / "mine")
    assert run.load_network().edges_total == 45, "the earlier run does not open"
    assert tree(here / "runs" / "mine") == earlier, "kill -9 changed the earlier run"


def assert_next_demo_cleans(program: Programs, here: Path) -> None:
    done = program.run(*DEMO, "--seed", "9", cwd=here)
    assert done.code == 0, f"after a kill the next demo failed: {done}"
    left = {path.name for path in (here / "runs").iterdir()}
    assert left == {"mine"}, f"leftovers of killed demos stayed: {left}"
    assert Run.open(here / "runs" / "mine").description["seed"] == 9


def test_kill_at_random_moments(program: Programs, here: Path) -> None:
    moments = [0.0, *np.random.default_rng().uniform(0.05, 1.2, 4)]
    unfinished = 0
    for seconds in map(float, moments):
        earlier = tree(here / "runs" / "mine")
        done = program.run(*DEMO, cwd=here, first=KILLED_AFTER.format(seconds=seconds))
        if done.code == 0:  # done before its time
            continue
        assert done.code == -9, str(done)
        unfinished += len(list((here / "runs").iterdir())) > 1
        run = Run.open(here / "runs" / "mine")
        assert run.load_network().edges_total == 45, f"lost after a kill at {seconds:.3f} s"
        assert tree(here / "runs" / "mine") == earlier, f"changed by a kill at {seconds:.3f} s"
    assert unfinished, "no kill met an unfinished run; the test is too gentle to prove anything"
    assert_next_demo_cleans(program, here)


@pytest.mark.parametrize("name", WRITTEN)
def test_kill_while_a_file_is_written(program: Programs, here: Path, name: str) -> None:
    killed(program, here, FULL.format(name=name, fault=KILLED_IN_A_WRITE))
    assert len(list((here / "runs").iterdir())) == 2, "the kill met no unfinished run"


@pytest.mark.parametrize("turn", [1, 2])
def test_kill_while_the_runs_change_places(program: Programs, here: Path, turn: int) -> None:
    killed(program, here, KILLED_AT_RENAME.format(turn=turn))
    assert_next_demo_cleans(program, here)


def state_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


@pytest.mark.parametrize("stage", ["scoring importance", "placing units", "bundling edges"])
def test_cancelled_processing_leaves_model_and_run(tmp_path: Path, stage: str) -> None:
    from nnvis.datasets import load_samples

    samples = load_samples("blobs")
    model = models.dense().train()
    before, generator = state_of(model), torch.get_rng_state()
    run = Run.create(tmp_path / "run", class_names=samples.class_names)
    progress = Progress(lambda step: progress.cancel() if step.stage == stage else None)
    with pytest.raises(Cancelled, match=stage):
        nnvis.process(
            *(model, samples.x_train, samples.y_train),
            run=run,
            progress=progress,
            importance_config={"epochs": 1, "samples_per_class": 20},
        )
    assert set(tree(run.path)) == {"run.json"}, "a cancelled process left files in the run"
    assert model.training, "the model was left in evaluation mode"
    assert torch.equal(torch.get_rng_state(), generator), "the random state was moved"
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), f"{name} of the user's model was changed"
    assert not any(module._forward_hooks for module in model.modules()), "hooks stayed"
    assert not any(module._forward_pre_hooks for module in model.modules()), "hooks stayed"


def test_failed_processing_leaves_what_the_run_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Network, importance and description of a run belong together: all are new or none is."""
    from nnvis.datasets import load_samples
    from nnvis.errors import StoreError

    samples = load_samples("blobs")
    run = Run.create(tmp_path / "run", class_names=samples.class_names)
    quick = {"edge_bandwidth_reduction": 0.2, "node_bandwidth_reduction": 0.2}
    given = (models.dense(), samples.x_train, samples.y_train, run, quick)
    scoring = {"epochs": 1, "samples_per_class": 20}
    nnvis.process(*given, importance_config=scoring)
    before = tree(run.path)

    def full(*_: object, **__: object) -> None:
        raise StoreError("No space left on the disk.")

    for method in ("save_importance", "save_model", "save_network", "update"):
        with monkeypatch.context() as patch:
            patch.setattr(Run, method, full)
            with pytest.raises(NnvisError, match="No space left"):
                nnvis.process(*given, importance_config={**scoring, "seed": 5})
        assert_unchanged(run.path, before)
