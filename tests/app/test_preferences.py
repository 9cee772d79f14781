"""The user's settings on disk: missing, broken, newer, and written whole or not at all."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnvis.app import preferences
from nnvis.app.preferences import (
    RECENT,
    VERSION,
    Preferences,
    config_folder,
    load_preferences,
    save_layout,
    save_preferences,
)
from nnvis.config import RenderingConfig, read_config
from nnvis.errors import StoreError

DEFAULTS = read_config(Preferences, None)


def test_without_a_file_the_defaults(tmp_path: Path) -> None:
    assert load_preferences(tmp_path / "none") == (DEFAULTS, None)
    assert not (tmp_path / "none").exists(), "reading made a folder"


def test_saved_then_loaded_is_the_same(tmp_path: Path) -> None:
    kept = DEFAULTS.model_copy(
        update={
            "font_size": 21.0,
            "theme": "dark",
            "antialiasing": 1,
            "film_frames_per_second": 24,
            "open_panels": ("Shaders",),
            "rendering": RenderingConfig(edge_size=0.07, palette=DEFAULTS.rendering.palette),
        }
    ).with_recent(tmp_path / "häß lich" / "network.safetensors")
    save_preferences(kept, tmp_path / "a" / "b")
    assert load_preferences(tmp_path / "a" / "b") == (kept, None)
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["viewer.json"], (
        "something else was left beside the settings"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read"),
        ("{ broken", "cannot be read"),
        ('{"version": 1', "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("[1, 2]", "expected a JSON object, found list"),
        ('"text"', "expected a JSON object, found str"),
        (json.dumps({"version": VERSION + 1}), f"version {VERSION + 1}, newer"),
        (json.dumps({"version": VERSION + 1, "theme": 3}), "update nnvis"),
        (json.dumps({"version": "one"}), "version"),
        (json.dumps({"font_size": 900}), "font_size must be .*900"),
        (json.dumps({"fnt_size": 12}), "unknown key 'fnt_size'"),
        (json.dumps({"recent": 3}), "recent"),
        (json.dumps({"recent": [3]}), "recent"),
        (json.dumps({"rendering": {"edge_size": -1}}), "edge_size"),
        (json.dumps({"rendering": None}), "cannot be used"),
    ],
)
def test_a_file_that_cannot_be_used(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "viewer.json"
    file.write_text(text)
    found, sentence = load_preferences(tmp_path)
    assert found == DEFAULTS
    assert sentence is not None, f"{text[:40]!r} was taken"
    assert str(file) in sentence
    assert re.search(words, sentence), sentence
    assert "\n" not in sentence
    assert sentence.endswith("."), sentence
    assert file.read_text() == text, "reading replaced the file"


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "viewer.json").write_bytes(b"\xff\xfe\x00")
    found, sentence = load_preferences(tmp_path)
    assert found == DEFAULTS
    assert "cannot be read" in (sentence or "")
    (tmp_path / "viewer.json").unlink()
    (tmp_path / "viewer.json").mkdir()
    assert "cannot be read" in (load_preferences(tmp_path)[1] or "")


def test_a_fault_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch) -> None:
    save_preferences(DEFAULTS, tmp_path)
    before = (tmp_path / "viewer.json").read_bytes()

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(StoreError, match="No space left"):
        save_preferences(DEFAULTS.model_copy(update={"font_size": 30.0}), tmp_path)
    assert (tmp_path / "viewer.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["viewer.json"], "a part was left behind"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for write in (
        lambda folder: save_preferences(DEFAULTS, folder),
        lambda folder: save_layout("[Window]", folder / "layout.ini"),
    ):
        with pytest.raises(StoreError, match="cannot be saved in"):
            write(tmp_path / "file" / "below")


@given(st.lists(st.integers(0, 15), max_size=40))
def test_recent_files(numbers: list[int]) -> None:
    kept = DEFAULTS
    for number in numbers:
        kept = kept.with_recent(Path(f"/runs/{number}"))
    newest = list(dict.fromkeys(str(Path(f"/runs/{number}")) for number in reversed(numbers)))
    assert list(kept.recent) == newest[:RECENT], "the newest first, each once"


def test_where_the_settings_are(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("NNVIS_CONFIG", str(tmp_path / "mine"))
    assert config_folder() == tmp_path / "mine"
    monkeypatch.setenv("NNVIS_CONFIG", "~/mine")
    assert config_folder() == Path.home() / "mine"
    monkeypatch.delenv("NNVIS_CONFIG")
    assert config_folder().name == "nnvis"


def test_a_desktop_that_answers_strangely(monkeypatch) -> None:
    darkdetect = pytest.importorskip("darkdetect")
    for answer, theme in (("Dark", "dark"), ("Light", "light"), (None, "light"), (7, "light")):
        monkeypatch.setattr(darkdetect, "theme", lambda given=answer: given)
        assert preferences.desktop_theme() == theme

    def fails() -> None:
        raise FileNotFoundError("no such program")

    monkeypatch.setattr(darkdetect, "theme", fails)
    assert preferences.desktop_theme() == "light"
