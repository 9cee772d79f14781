"""Kill -9 a training that records, a hundred times: the run always opens and goes on."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

# Runs in its own process with one thread, so that it may fork and kill children quickly.
_SCRIPT = textwrap.dedent("""
    import json, os, random, signal, sys, time
    import torch
    from nnvis import Recorder, Run
    from nnvis.learning import build_mlp

    torch.set_num_threads(1)
    place, budget = sys.argv[1], json.loads(sys.argv[2])
    Run.create(place, class_names=["a", "b", "c"])
    x, y = torch.rand(400, 6), torch.arange(400) % 3
    model = build_mlp([6, 30, 3])

    def recorder(run):
        return Recorder(run, model, (x, y), ["fc1"], weights=True, budget_mb=budget)

    def hidden():
        return [name for _, _, names in os.walk(place) for name in names if name[0] == "."]

    def write():
        mine = recorder(Run.open(place))
        while True:
            with torch.no_grad():
                model.fc1.weight += 0.01
            mine.record(mine.next_epoch, train_loss=0.5)

    rng = random.Random(0)
    half_written, last, checked = 0, -1, 0
    for turn in range(100):
        child = os.fork()
        if child == 0:
            write()
        time.sleep(rng.uniform(0.0, 0.05))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        half_written += bool(hidden())
        run = Run.open(place)
        epochs = run.epochs()
        for epoch in epochs if budget else epochs[checked:]:
            record = run.load_epoch(epoch)
            assert record.epoch == epoch
            assert len(record.prediction) == 400
        if budget is None:
            checked = len(epochs)
            assert epochs == list(range(len(epochs))), f"turn {turn}: records are missing: {epochs}"
        elif epochs:
            said = run.description["recording"]["left_out"].get("epoch", {"records": 0})
            gone = epochs[-1] + 1 - len(epochs)
            assert gone <= said["records"], f"turn {turn}: {gone} went, told of {said}"
        assert not epochs or epochs[-1] >= last, f"turn {turn}: the newest record was lost"
        last = epochs[-1] if epochs else -1
        probe = run.load_probe()
        assert probe is None or probe.count == 400
    run = Run.open(place)
    mine = recorder(run)
    assert mine.next_epoch == last + 1
    mine.record(mine.next_epoch)
    mine.close()
    total = sum(run.epoch_bytes(epoch) for epoch in run.epochs())
    print(json.dumps([half_written, last, hidden(), total, run.description["recording"]]))
""")


@pytest.mark.slow
@pytest.mark.parametrize("budget", [None, 0.3], ids=["without a budget", "within a budget"])
def test_a_killed_training_can_always_go_on(tmp_path: Path, budget: float | None) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(tmp_path / "run"), json.dumps(budget)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"a killed training damaged its run: {done.stderr[-1500:]}"
    half_written, last, left, total, said = json.loads(done.stdout)
    assert last >= 30, f"only {last} records in 100 turns: the kills met nothing but starts"
    assert half_written > 0, "no kill met a write; the test is too gentle to prove anything"
    assert left == [], f"leftovers of killed writers stayed: {left}"
    if budget is not None:
        assert total <= budget * 2**20
        assert said["left_out"]["weight"]["records"] > 0
