"""Where compiled kernels are kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nnvis import kernels


def test_a_writable_place_is_left_to_numba(monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(kernels, "_can_write", lambda folder: True)
    assert kernels.keep_compiled_code_somewhere() is None
    assert "NUMBA_CACHE_DIR" not in os.environ


def test_without_a_writable_place_the_process_gets_its_own(monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(kernels, "_can_write", lambda folder: False)
    monkeypatch.setattr(sys.modules["numba"].config, "CACHE_DIR", "")
    folder = kernels.keep_compiled_code_somewhere()
    assert folder is not None, "no place for compiled code was made"
    assert Path(folder).is_dir()
    assert os.environ["NUMBA_CACHE_DIR"] == folder
    assert Path(folder).stat().st_mode & 0o077 == 0, "others could put code into the folder"


def test_the_users_choice_stands(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(kernels, "_can_write", lambda folder: False)
    assert kernels.keep_compiled_code_somewhere() is None


def test_a_folder_below_a_file_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    assert not kernels._can_write(tmp_path / "file" / "numba")
    assert kernels._can_write(tmp_path / "new" / "numba")
