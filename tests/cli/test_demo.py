"""``nnvis demo``: the whole job, quiet when piped, and careful with what is there."""

from __future__ import annotations

import json
import os
import re
import threading
from pathlib import Path

import pytest
from cli.running import QUICK, Programs, assert_refused, run_script, tree

from nnvis import Run

BLOBS = ("demo", "--data", "blobs", *QUICK)
FILES = {
    "run.json",
    "importance.safetensors",
    "model.safetensors",
    "network.safetensors",
    "planes.safetensors",
    "probe.safetensors",
    "epochs",
    "epochs/00000.safetensors",
    "epochs/00001.safetensors",
}


def test_demo_writes_the_run_and_says_what_is_next(tmp_path: Path) -> None:
    done = run_script(*BLOBS, "--out", "runs/mine", "--no-pictures", cwd=tmp_path)
    assert done.code == 0, f"the demo failed: {done}"
    assert done.err == "", f"a successful command wrote to stderr: {done}"
    assert set(tree(tmp_path / "runs" / "mine")) == FILES, "a run holds other files than these"
    assert set(tree(tmp_path)) - {f"runs/mine/{name}" for name in FILES} == {"runs", "runs/mine"}
    last = done.out.splitlines()[-1]
    assert "nnvis render runs/mine -o" in last, f"the last line names no next step: {last!r}"
    for word in ("test accuracy", "edges", "ink", "mean distortion", "purity", "end points"):
        assert word in done.out, f"the demo does not say its {word}: {done.out}"
    run = Run.open(tmp_path / "runs" / "mine")
    assert run.epochs() == [0, 1], "epoch 0 is before training, epoch 1 after one pass"
    assert set(run.load_epoch(1).representation) == {"relu1"}, "the last hidden layer is kept"
    assert run.load_network().layers[0].size == 2, "blobs have two inputs"
    assert run.description["model"] == {"kind": "mlp", "sizes": [2, 5, 7]}
    assert run.description["dataset"]["source"] == "blobs"
    assert run.description["seed"] == 0
    assert run.description["bundling"]["end_points_exact"] is True


def test_piped_output_has_no_bars_and_no_codes(nnvis: Programs, tmp_path: Path) -> None:
    done = nnvis.run(*BLOBS, "--out", "run", "--no-pictures", cwd=tmp_path)
    assert done.code == 0, str(done)
    assert "\x1b" not in done.out + done.err, f"escape codes in a pipe: {done.out!r}"
    assert "\r" not in done.out + done.err, f"a bar was drawn over and over: {done.out!r}"
    for bar in "━╸█▏":
        assert bar not in done.out, f"a progress bar in a pipe: {done.out!r}"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo terminal")
@pytest.mark.parametrize("no_colour", [None, "1"])
def test_terminal_shows_bars_and_honours_no_color(
    nnvis: Programs, tmp_path: Path, no_colour: str | None
) -> None:
    reader, terminal = os.openpty()
    said: list[bytes] = []

    def listen() -> None:
        while True:
            try:
                part = os.read(reader, 65536)
            except OSError:  # nobody holds the other end any more
                return
            said.append(part)

    listener = threading.Thread(target=listen)
    listener.start()
    done = nnvis.run(
        *BLOBS,
        *("--out", "run", "--no-pictures"),
        cwd=tmp_path,
        out=os.ttyname(terminal),
        env={"NO_COLOR": no_colour, "TERM": "xterm-256color", "COLUMNS": "100"},
    )
    os.close(terminal)
    listener.join(timeout=60)
    os.close(reader)
    text = b"".join(said).decode()
    assert done.code == 0, str(done)
    assert "bundling edges" in text, f"no progress bar on a terminal: {text!r}"
    colours = re.findall(r"\x1b\[[0-9;]*m", text)
    coloured = [code for code in colours if re.search(r"\b(3[0-8]|4[0-8]|9[0-7])\b", code)]
    if no_colour:
        assert coloured == [], f"colours in spite of NO_COLOR: {coloured}"
    else:
        assert coloured, "a terminal that can show colours gets none"


def test_existing_run_needs_overwrite(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    before = tree(tmp_path)
    done = nnvis.run(*BLOBS, "--out", "run", "--no-pictures", cwd=tmp_path)
    assert_refused(done, 1, "run already holds a run", "--overwrite")
    assert tree(tmp_path) == before, "a refused demo changed something"
    made = json.loads((run / "run.json").read_text())
    words = (*BLOBS, "--out", "run", "--no-pictures", "--overwrite", "--seed", "3")
    done = nnvis.run(*words, cwd=tmp_path)
    assert done.code == 0, f"--overwrite did not replace the run: {done}"
    assert Run.open(run).description["seed"] == 3
    assert made["seed"] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"run"}, "leftovers beside the run"


def test_overwrite_drops_what_only_the_earlier_run_had(
    nnvis: Programs, run: Path, tmp_path: Path
) -> None:
    (run / "epochs" / "00077.safetensors").write_bytes(b"of the earlier run")
    done = nnvis.run(*BLOBS, "--out", "run", "--no-pictures", "--overwrite", cwd=tmp_path)
    assert done.code == 0, str(done)
    assert set(tree(run)) == FILES, "two runs were mixed"


def test_options_reach_the_run(nnvis: Programs, tmp_path: Path) -> None:
    words = ("--classes", "0", "--classes", "4", "--class-share", "4=0.5", "--l1", "0.001")
    more = ("--processing.prune-percentage", "0.5", "--seed", "5")
    done = nnvis.run(*BLOBS, "--out", "run", "--no-pictures", *words, *more, cwd=tmp_path)
    assert done.code == 0, str(done)
    config = Run.open(tmp_path / "run").description["config"]
    assert config["training"]["classes"] == [0, 4]
    assert config["training"]["class_share"] == {"4": 0.5}
    assert config["training"]["l1"] == 0.001
    assert config["training"]["seed"] == 5
    assert config["processing"]["prune_percentage"] == 0.5
    network = Run.open(tmp_path / "run").load_network()
    assert (network.edge_count, network.edges_total) == (23, 45)


def test_settings_file_counts_and_a_flag_wins(nnvis: Programs, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{"prune_percentage": 0.2, "class_separation": 0.25}')
    words = ("--config", "mine.json", "--processing.prune-percentage", "0.8")
    done = nnvis.run(*BLOBS, "--out", "run", "--no-pictures", *words, cwd=tmp_path)
    assert done.code == 0, str(done)
    settings = Run.open(tmp_path / "run").description["config"]["processing"]
    assert settings["class_separation"] == 0.25, "the settings file was not read"
    assert settings["prune_percentage"] == 0.8, "the flag did not win over the file"
    assert settings["sampling_rate"] == 5, "a flag beside the file was lost"


def test_untrained_network_is_shown(nnvis: Programs, tmp_path: Path) -> None:
    words = list(BLOBS)
    words[words.index("--epochs") + 1] = "0"
    done = nnvis.run(*words, "--out", "run", "--no-pictures", cwd=tmp_path)
    assert done.code == 0, f"--epochs 0 should show an untrained network: {done}"
    assert Run.open(tmp_path / "run").epochs() == [0]


def test_same_seed_gives_the_same_network(nnvis: Programs, demo_run: Path, tmp_path: Path) -> None:
    done = nnvis.run(*BLOBS, "--out", "run", "--no-pictures", cwd=tmp_path)
    assert done.code == 0, str(done)
    for name in ("network.safetensors", "importance.safetensors", "model.safetensors"):
        same = (tmp_path / "run" / name).read_bytes() == (demo_run / name).read_bytes()
        assert same, f"two runs with the same seed wrote different {name}"
