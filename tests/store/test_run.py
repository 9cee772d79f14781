"""Runs: created, opened, watched; everything in its place."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from store.values import assert_same, names_in, small_importance, small_network, small_record

import nnvis
from nnvis.config import ProcessingConfig
from nnvis.errors import FormatError, StoreError
from nnvis.model import Layer
from nnvis.store import Run, find_network

NAMES = ["cat", "dog", "bird"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path / "mine", class_names=NAMES)


def test_create_writes_the_description(tmp_path: Path) -> None:
    run = Run.create(
        tmp_path / "deep" / "mine",
        class_names=NAMES,
        model="mlp",
        dataset={"source": "digits"},
        layers=(Layer("in", "input", 2, 0.0),),
        config={"processing": ProcessingConfig()},
        seed=7,
    )
    written = json.loads((run.path / "run.json").read_text())
    assert written == run.description == Run.open(run.path).description
    assert written["format"] == "nnvis.run"
    assert written["version"] == 1
    assert written["nnvis_version"] == nnvis.__version__
    assert (written["model"], written["dataset"]) == ("mlp", {"source": "digits"})
    assert written["layers"] == [{"name": "in", "kind": "input", "size": 2, "z": 0.0}]
    assert written["config"]["processing"]["sampling_rate"] == 15.0
    assert written["seed"] == 7
    assert datetime.fromisoformat(written["created"]).utcoffset() == timedelta(0)
    assert run.class_names == Run.open(str(run.path)).class_names == tuple(NAMES)


def test_everything_saved_is_loaded(run: Run) -> None:
    run.save_network(small_network())
    run.save_importance(small_importance())
    for epoch in (12, 0, 100_000):
        run.save_epoch(small_record(epoch))
    again = Run.open(run.path)
    assert_same(again.load_network(), small_network())
    assert_same(again.load_importance(), small_importance())
    assert again.epochs() == [0, 12, 100_000]
    assert_same(again.load_epoch(12), small_record(12))
    assert names_in(run.path) == [
        "epochs",
        "importance.safetensors",
        "network.safetensors",
        "run.json",
    ]
    assert names_in(run.path / "epochs")[0] == "00000.safetensors"


def test_epochs_ignore_files_being_written(run: Run) -> None:
    assert run.epochs() == [], "a new run has no epochs"
    run.save_epoch(small_record(1))
    for name in (".00002.safetensors.host-1-0.part", "00003.safetensors.part", "notes.txt", "7"):
        (run.path / "epochs" / name).write_bytes(b"half")
    assert run.epochs() == [1]


def test_folders_appear_when_asked_for(run: Run) -> None:
    assert names_in(run.path) == ["run.json"]
    assert run.figures_folder == run.path / "figures"
    assert run.renders_folder.is_dir()
    assert names_in(run.path) == ["figures", "renders", "run.json"]


def test_update_keeps_other_entries(run: Run) -> None:
    other = Run.open(run.path)
    run.update(model="mlp", config=ProcessingConfig())
    other.update(seed=3)
    found = Run.open(run.path).description
    assert (found["model"], found["seed"]) == ("mlp", 3), "one process undid another's entry"
    assert found["config"]["smoothing"] is True
    with pytest.raises(StoreError, match="'version' of a run is fixed"):
        run.update(version=2)
    with pytest.raises(StoreError, match="Cannot store model"):
        run.update(model=object())


def test_description_is_a_copy(run: Run) -> None:
    run.description["class_names"].append("fish")
    assert run.class_names == tuple(NAMES)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "at least one class, got none"),
        ("cat", "must be a list of texts, got the one text 'cat'"),
        (["cat", ""], "class name 1 is empty"),
        (["cat", " "], "class name 1 is empty"),
        (["cat", "dog", "cat"], "class names 0 and 2 are both 'cat'"),
        (["cat", 3], "class name 1 must be a text, got 3"),
        (["\udc80"], "not valid Unicode text"),
    ],
)
def test_class_names_are_checked(tmp_path: Path, names: Any, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        Run.create(tmp_path / "mine", class_names=names)
    assert names_in(tmp_path) == [], "a folder was made for a run that cannot be"


def test_create_refuses_what_is_there(run: Run, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"mine is not empty \(run.json\); choose another path"):
        Run.create(run.path, class_names=NAMES)
    (tmp_path / "plain").write_text("x")
    for path in (tmp_path / "plain", tmp_path / "plain" / "mine"):
        with pytest.raises(StoreError, match="below a file, expected a folder"):
            Run.create(path, class_names=NAMES)
    (tmp_path / "empty").mkdir()
    assert Run.create(tmp_path / "empty", class_names=NAMES).epochs() == []


def test_failed_create_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(StoreError, match="No space left on the disk"):
        Run.create(tmp_path / "deep" / "mine", class_names=NAMES)
    assert names_in(tmp_path) == [], "folders stayed behind after a failure"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no complete JSON"),
        (b'{"format": "nnvis.run", "ver', "no complete JSON"),
        (b"\xff\xfe", "no complete JSON"),
        (b"[" * 100_000, "no complete JSON"),
        (b"[1]", "a JSON list, expected an object"),
        (b"{}", "format is None, expected 'nnvis.run'"),
        (b'{"format": "other"}', "format is 'other'"),
        (b'{"format": "nnvis.run", "version": 2}', "version 2, newer than version 1"),
        (b'{"format": "nnvis.run"}', "gives its version as None"),
        (b'{"format": "nnvis.run", "version": 1}', "class_names is None, expected a list"),
        (b'{"format": "nnvis.run", "version": 1, "class_names": []}', "at least one class"),
    ],
)
def test_damaged_description_is_refused(run: Run, content: bytes, words: str) -> None:
    (run.path / "run.json").write_bytes(content)
    with pytest.raises(FormatError, match=words) as caught:
        Run.open(run.path)
    assert "run.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_path_of_no_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no run .*nowhere; check the path"):
        Run.open(tmp_path / "nowhere")
    with pytest.raises(FormatError, match=r"is not a run: it holds no run\.json"):
        Run.open(tmp_path)
    (tmp_path / "plain").write_text("x")
    with pytest.raises(FormatError, match="is a file, expected the folder of a run"):
        Run.open(tmp_path / "plain")
    assert names_in(tmp_path) == ["plain"], "reading a missing run created something"


def test_what_a_run_lacks_is_said(run: Run) -> None:
    with pytest.raises(StoreError, match="holds no processed network; make one with nnvis"):
        run.load_network()
    with pytest.raises(StoreError, match="holds no importance; make one with nnvis"):
        run.load_importance()
    with pytest.raises(StoreError, match="has no epoch 3; it has no epochs"):
        run.load_epoch(3)
    run.save_epoch(small_record(5))
    with pytest.raises(StoreError, match="has no epoch 3; it has epochs 5 to 5"):
        run.load_epoch(3)


def test_find_network(run: Run, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds no processed network"):
        find_network(run.path)
    run.save_network(small_network())
    assert find_network(str(run.path)) == run.network_path
    assert find_network(run.network_path) == run.network_path
    with pytest.raises(FormatError, match="is not a run"):
        find_network(tmp_path)
    with pytest.raises(StoreError, match="There is no run"):
        find_network(tmp_path / "nowhere")
