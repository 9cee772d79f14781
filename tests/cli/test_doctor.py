"""``nnvis doctor``: every fault a row and a sentence, never an exception."""

from __future__ import annotations

import builtins
import re
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from nnvis.cli import diagnosis
from nnvis.errors import RenderError, StoreError


def found(name: str) -> tuple[str, list[str]]:
    """The row's value and all advice."""
    rows, advice = diagnosis.diagnose()
    return dict(rows)[name], advice


def test_every_check_is_a_row():
    rows, advice = diagnosis.diagnose()
    assert [name for name, _ in rows] == list(diagnosis.CHECKS)
    assert all(value for _, value in rows)
    assert all(sentence.endswith((".", ")")) for sentence in advice)


def test_doctor_prints_rows_and_advice(monkeypatch, capsys):
    from nnvis.cli.machine import doctor

    monkeypatch.setattr(
        diagnosis, "diagnose", lambda: ([("nnvis", "0.1.0")], ["Install more memory."])
    )
    doctor()
    printed = capsys.readouterr().out
    assert "0.1.0" in printed
    assert "Install more memory." in printed
    assert "Everything" not in printed


def test_doctor_says_when_all_is_well(monkeypatch, capsys):
    from nnvis.cli.machine import doctor

    monkeypatch.setattr(diagnosis, "diagnose", lambda: ([("nnvis", "0.1.0")], []))
    doctor()
    assert "nnvis demo" in capsys.readouterr().out


def test_a_check_that_breaks_is_a_row(monkeypatch):
    def broken() -> diagnosis.Finding:
        raise ValueError("no\nluck")

    monkeypatch.setitem(diagnosis.CHECKS, "memory", broken)
    value, advice = found("memory")
    assert value == "failed: ValueError: no luck"
    assert any("memory failed" in sentence for sentence in advice)


def test_missing_opengl_names_the_packages(monkeypatch):
    def describe() -> None:
        raise RenderError("The library libEGL is missing; apt-get install libegl1 libgl1.")

    monkeypatch.setattr("nnvis.gl.context.describe", describe)
    value, advice = found("OpenGL")
    assert value == "none"
    assert any(re.search("Pictures cannot be drawn.*libegl1 libgl1", line) for line in advice)


def test_missing_torch_says_how_to_install_it(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "torch":
            raise ImportError("No module named 'torch'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    value, sentence = diagnosis.check_torch()
    assert value.startswith("missing")
    assert "pip install torch" in (sentence or "")


def test_kernels_that_cannot_be_kept(monkeypatch):
    monkeypatch.setattr(diagnosis, "can_write", lambda folder: False)
    value, sentence = diagnosis.check_numba()
    assert "cannot be kept" in value
    assert "NUMBA_CACHE_DIR" in (sentence or "")


def test_named_kernel_folder_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    assert diagnosis.kernel_folder() == tmp_path / "kernels"


def test_can_write_looks_for_the_nearest_folder(tmp_path):
    assert diagnosis.can_write(tmp_path / "not" / "yet")
    (tmp_path / "file").write_text("")
    assert not diagnosis.can_write(tmp_path / "file" / "below")


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_display(monkeypatch, name):
    monkeypatch.setattr(diagnosis.sys, "platform", "linux")
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    assert diagnosis.check_display()[0].startswith("none")
    monkeypatch.setenv(name, ":7")
    assert diagnosis.check_display()[0] == f"{name}=:7"


def test_little_memory(monkeypatch):
    monkeypatch.setattr(diagnosis, "available_memory", lambda: diagnosis.GIB // 2)
    value, sentence = diagnosis.check_memory()
    assert "0.5 GiB of it free" in value
    assert "prune more" in (sentence or "")


def test_little_room_on_the_disk(monkeypatch, tmp_path):
    usage = namedtuple("usage", "total used free")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 9, 1))
    assert "Less than 1 GiB" in (diagnosis.check_disk()[1] or "")
    monkeypatch.setattr(diagnosis, "can_write", lambda folder: False)
    assert "cannot be saved" in (diagnosis.check_disk()[1] or "")


def test_data_folder_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("NNVIS_DATA", str(tmp_path / "gone"))
    value, sentence = diagnosis.check_data()
    assert value == "the bundled digits"
    assert "expected an existing folder" in (sentence or "")


def test_mnist_in_the_cache_and_nowhere(monkeypatch, tmp_path):
    from nnvis.datasets.mnist import FILES

    monkeypatch.delenv("NNVIS_DATA", raising=False)
    monkeypatch.setattr("nnvis.datasets.download.cache_folder", lambda: tmp_path)
    assert "would fetch" in diagnosis.check_data()[0]
    (tmp_path / "mnist").mkdir()
    for name in FILES:
        (tmp_path / "mnist" / f"{name}.gz").write_bytes(b"")
    assert str(tmp_path / "mnist") in diagnosis.check_data()[0]


def test_missing_shaders(monkeypatch):
    def gone(name: str) -> Path:
        raise StoreError(f"This installation of nnvis has no {name!r} folder.")

    monkeypatch.setattr("nnvis.resources.folder", gone)
    value, advice = found("shaders and configs")
    assert value == "missing"
    assert any("'shaders'" in sentence for sentence in advice)
