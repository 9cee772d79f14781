"""Paths that no system takes give a sentence, not a traceback."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from store.values import names_in, small_network

from nnvis.datasets import load_samples
from nnvis.errors import NnvisError
from nnvis.store import Run, find_network, load_network, save_network


def stage(path: Path, **options: Any) -> None:
    with Run.staged(path, class_names=["a"], **options):
        pass


CALLS: dict[str, Callable[[Path], Any]] = {
    "Run.open": Run.open,
    "Run.create": lambda path: Run.create(path, class_names=["a"]),
    "Run.staged": stage,
    "Run.staged over": lambda path: stage(path, overwrite=True),
    "find_network": find_network,
    "load_network": load_network,
    "save_network": lambda path: save_network(small_network(), path),
    "load_samples": load_samples,
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "x/" * 3000 + "y"])
def test_impossible_names(tmp_path: Path, call: str, name: str) -> None:
    with pytest.raises(NnvisError) as caught:
        CALLS[call](tmp_path / name)
    assert "\n" not in str(caught.value)
    assert names_in(tmp_path) == [], "something was made for a path that cannot be"


@pytest.mark.parametrize("call", CALLS)
def test_no_permission(tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an ordinary user would meet it; the tests may run as root, whom nothing stops."""
    path = tmp_path / "locked" / "mine"

    def refuse(self: Path, *arguments: Any, **options: Any) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    for method in ("open", "stat", "iterdir", "mkdir", "rename", "replace"):
        monkeypatch.setattr(Path, method, refuse)
    with pytest.raises(NnvisError, match=r"(?i)permission") as caught:
        CALLS[call](path)
    assert "mine" in str(caught.value) or "locked" in str(caught.value)
    assert "\n" not in str(caught.value)
