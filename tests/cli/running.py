"""Run nnvis as a program and keep what it said."""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

# One thread: tests run beside each other, and threads that wait for a busy core spin.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
# Settings of a demo that is over in a moment.
QUICK = (
    *("--hidden", "5", "--epochs", "1", "--importance.epochs", "1"),
    *("--importance.samples-per-class", "20", "--processing.sampling-rate", "5"),
    *("--processing.edge-bandwidth-reduction", "0.2"),
    *("--processing.node-bandwidth-reduction", "0.2"),
)
# The same for nnvis process, which trains nothing.
QUICK_PROCESS = QUICK[4:]


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit code {self.code}\nstdout: {self.out[-1500:]}\nstderr: {self.err[-3000:]}"


class Programs:
    """Commands of nnvis, each in a process of its own forked from one that is warm."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("server.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        self._number = 0

    def run(
        self,
        *words: str | Path,
        cwd: Path,
        env: Mapping[str, str | None] | None = None,
        first: str = "",
        out: str | None = None,
    ) -> Done:
        """``nnvis WORDS`` in the folder ``cwd``; ``first`` is Python to run in it beforehand."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._number += 1
        files = {name: str(self._folder / f"{self._number}.{name}") for name in ("out", "err")}
        request = {
            "words": [str(word) for word in words],
            "cwd": str(cwd),
            "env": dict(env or {}),
            "first": first,
            **files,
            **({"out": out} if out else {}),
        }
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        answer = self._server.stdout.readline()
        assert answer, "the process that forks nnvis died"
        said = [
            Path(files[name]).read_text(encoding="utf-8") if Path(files[name]).exists() else ""
            for name in ("out", "err")
        ]
        return Done(int(answer), *said)

    def close(self) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(timeout=60)
        self._server.stdout.close()


def environment(**more: str) -> dict[str, str]:
    """This process's environment without a display, with one thread and nothing of pytest's."""
    left_out = ("DISPLAY", "WAYLAND_DISPLAY", "NNVIS_DATA", "NO_COLOR", "FORCE_COLOR", "COLUMNS")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.startswith("PYTEST")
    }
    return {**kept, **ONE_THREAD, **more}


def script() -> str:
    """The installed ``nnvis`` command."""
    return str(Path(sys.executable).with_name("nnvis"))


def run_script(*words: str | Path, cwd: Path, **env: str) -> Done:
    """``nnvis WORDS`` through the installed script, from nothing."""
    done = subprocess.run(
        [script(), *map(str, words)],
        cwd=cwd,
        env=environment(**env),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@functools.cache
def programs(base: Path) -> Programs:
    """The one warm process of this test session, which keeps what is said below ``base``."""
    folder = base / "commands"
    folder.mkdir()
    warm = Programs(folder)
    atexit.register(warm.close)
    return warm


@functools.cache
def demo_run(base: Path) -> Path:
    """The run of a quick ``nnvis demo`` on blobs; tests that change it copy it first."""
    folder = base / "demo"
    folder.mkdir()
    done = programs(base).run(
        *("demo", "--data", "blobs", "--out", "run", "--no-pictures"), *QUICK, cwd=folder
    )
    assert done.code == 0, f"the demo that other tests start from failed: {done}"
    return folder / "run"


def assert_refused(done: Done, code: int, *words: str) -> None:
    """``done`` ended with ``code`` and one sentence on stderr that holds each of ``words``."""
    lines = done.err.splitlines()
    assert done.code == code, f"expected exit code {code}: {done}"
    assert len(lines) == 1, f"expected one line on stderr: {done}"
    assert lines[0].startswith("nnvis: "), f"the line does not begin with nnvis: {done}"
    assert lines[0].rstrip().endswith((".", "?", ")")), f"the sentence does not end: {done}"
    assert "Traceback" not in done.out + done.err, f"a traceback without --debug: {done}"
    for word in words:
        assert word in lines[0], f"the sentence does not say {word!r}: {done}"


def tree(folder: Path) -> dict[str, str]:
    """Every file and folder below ``folder``, hidden ones too, with a file's digest."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        )
        for path in sorted(folder.rglob("*"))
    }
