"""Time calls and whole processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from nnvis.errors import NnvisError

# Repeating stops once this many seconds are spent: the spread of long measurements is small.
ENOUGH = 40.0
_LONGEST = 900.0


def measure(
    action: Callable[[], object], repeats: int, enough: float = ENOUGH
) -> tuple[float, ...]:
    """Seconds of each of ``repeats`` calls, fewer when they took ``enough`` seconds together."""
    seconds: list[float] = []
    while len(seconds) < max(repeats, 1) and (not seconds or sum(seconds) < enough):
        begin = perf_counter()
        action()
        seconds.append(perf_counter() - begin)
    return tuple(seconds)


def run_process(command: Sequence[str], variables: Mapping[str, str] | None = None) -> str:
    """Run a command to its end and return what it printed.

    Raises
    ------
    NnvisError
        When it fails or takes longer than a quarter of an hour: it quotes the command's last
        line.
    """
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **(variables or {})},
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NnvisError(
            f"{_short(command)} took longer than {_LONGEST:.0f} s and was stopped."
        ) from error
    except OSError as error:
        raise NnvisError(f"{_short(command)} could not be started: {error.strerror}.") from error
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
        raise NnvisError(f"{_short(command)} ended with code {done.returncode}: {lines[-1]}")
    return done.stdout


def run_child(words: Sequence[str], variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run one of :mod:`nnvis.bench.child`'s measurements in a fresh process."""
    printed = run_process([sys.executable, "-m", "nnvis.bench.child", *words], variables)
    return json.loads(printed.strip().splitlines()[-1])


def command_line(*words: str) -> list[str]:
    """The ``nnvis`` command beside this Python, or the same through ``python -c``."""
    beside = Path(sys.executable).with_name("nnvis")
    if beside.is_file():
        return [str(beside), *words]
    return [sys.executable, "-c", "from nnvis.cli import main; main()", *words]


def peak_memory() -> int:
    """Most memory that this process has used, bytes; 0 where the system does not tell.

    Linux counts in ``ru_maxrss`` the process that started this one, so its own peak is read
    first.
    """
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _short(command: Sequence[str]) -> str:
    words = " ".join([Path(command[0]).name, *command[1:]])
    return words if len(words) <= 80 else words[:77] + "…"
