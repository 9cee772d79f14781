"""Files that are damaged, of something else or newer, and places that are taken."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from cli import models
from cli.running import QUICK, Programs
from faults.common import DEMO, MODEL_FILES, TO_RUN, process_words, refused, save_points


def commands_that_read(name: str) -> tuple[tuple[str, ...], ...]:
    render = ("render", "runs/mine", "-o", "net.png")
    bundle = ("bundle", "runs/mine", "--no-pictures")
    return {
        "network.safetensors": (render, ("view", "runs/mine")),
        "importance.safetensors": (bundle, ("evaluate", "runs/mine")),
        "model.safetensors": (bundle, ("evaluate", "runs/mine")),
        "run.json": (render, bundle, ("evaluate", "runs/mine"), ("view", "runs/mine")),
    }[name]


def newer(content: bytes) -> bytes:
    """A safetensors file as the next version of nnvis might write it."""
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    header["__metadata__"]["version"] = "2"
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + length :]


@pytest.mark.parametrize("name", MODEL_FILES)
@pytest.mark.parametrize("damage", ["truncated", "empty", "foreign", "swapped", "newer"])
def test_damaged_tensors(program: Programs, here: Path, name: str, damage: str) -> None:
    path = here / "runs" / "mine" / name
    content = path.read_bytes()
    other = path.with_name("epochs") / "00000.safetensors"
    bad, said = {
        "truncated": (content[: len(content) * 2 // 3], "truncated"),
        "empty": (b"", "truncated"),
        "foreign": (b"%PDF-1.7\n" + os.urandom(5000), "expected nnvis."),
        "swapped": (other.read_bytes(), "expected nnvis."),
        "newer": (newer(content), "version 2, newer than version 1"),
    }[damage]
    path.write_bytes(bad)
    for words in commands_that_read(name):
        refused(program, here, 1, (f"runs/mine/{name}", said), *words)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"format": "nnvis.run", "version": 1, "class_na', "truncated"),
        ("", "truncated"),
        ("\x89PNG\r\n\x1a\n", "truncated"),
        ('{"name": "left-pad", "version": "1.0.0"}', "not of nnvis"),
        ("[]", "list"),
        ('{"format": "nnvis.run", "version": 2, "class_names": ["a"]}', "newer than version 1"),
        ('{"format": "nnvis.run", "version": 1}', "class_names"),
    ],
)
def test_damaged_description(program: Programs, here: Path, content: str, said: str) -> None:
    (here / "runs" / "mine" / "run.json").write_text(content, encoding="latin-1")
    for words in commands_that_read("run.json"):
        refused(program, here, 1, ("runs/mine/run.json", said), *words)


def test_overwriting_a_damaged_run(program: Programs, here: Path) -> None:
    """A folder whose run.json cannot be read may be somebody's work: it is not replaced."""
    (here / "runs" / "mine" / "run.json").write_text("{")
    refused(program, here, 1, ("runs/mine", "not a run", "will not be replaced"), *DEMO)


@pytest.mark.parametrize("suffix", ["pt", "safetensors"])
@pytest.mark.parametrize("damage", ["truncated", "empty", "foreign"])
def test_damaged_weights(program: Programs, here: Path, suffix: str, damage: str) -> None:
    path = here / f"weights.{suffix}"
    state = models.dense().state_dict()
    if suffix == "pt":
        torch.save(state, path)
    else:
        from safetensors.torch import save_file

        save_file(state, path)
    content = path.read_bytes()
    bad = {"truncated": content[: len(content) // 2], "empty": b"", "foreign": b"GIF89a" * 99}
    path.write_bytes(bad[damage])
    words = (*process_words(path.name), "--architecture", "2-5-7")
    refused(program, here, 1, (path.name, "not a file of weights"), *words)


def test_weights_that_would_run_code(program: Programs, here: Path) -> None:
    torch.save({"weight": Path("runs")}, here / "weights.pt")
    words = (*process_words("weights.pt"), "--architecture", "2-5-7")
    refused(program, here, 1, ("weights.pt", "could run code", "state_dict"), *words)


@pytest.mark.parametrize("damage", ["truncated", "foreign", "objects"])
def test_damaged_samples(program: Programs, here: Path, damage: str) -> None:
    path = here / "points.npz"
    save_points(path, [0, 1])
    content = path.read_bytes()
    if damage == "objects":
        save_points(path, [0, 1], y=np.array([{}] * 16, dtype=object))
    else:
        path.write_bytes(content[: len(content) // 2] if damage == "truncated" else b"no zip" * 50)
    said = ("points.npz", "could run code" if damage == "objects" else "truncated or no .npz")
    refused(program, here, 1, said, "demo", "--data", "points.npz", *QUICK, *TO_RUN)


def test_run_that_exists(program: Programs, here: Path) -> None:
    words = [word for word in DEMO if word != "--overwrite"]
    said = ("runs/mine already holds a run", "--overwrite")
    refused(program, here, 1, said, *words)
    words = [word for word in process_words() if word != "--overwrite"]
    refused(program, here, 1, said, *words)


def test_folder_that_is_no_run(program: Programs, here: Path) -> None:
    (here / "thesis").mkdir()
    (here / "thesis" / "chapter1.tex").write_text("years of work")
    for more in ((), ("--overwrite",)):
        words = ("demo", "--data", "blobs", *QUICK, "--out", "thesis", *more)
        refused(program, here, 1, ("thesis is not empty", "chapter1.tex", "not a run"), *words)
