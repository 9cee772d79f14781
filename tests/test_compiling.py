"""Compiling kernels in processes beside other work."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nnvis import compiling
from nnvis.errors import Cancelled
from nnvis.kernels import compiled, polyline
from nnvis.progress import Progress

# Bundles and measures a larger network than the one that was compiled with, and prints which
# kernels had to be compiled for it.
BUNDLE_AND_TELL = """
import numpy as np
from nnvis.bundling import measure_bundling
from nnvis.config import ProcessingConfig
from nnvis.kernels.compiled import KERNELS, missing_parts
from nnvis.layout import random_network
from nnvis.pipeline import bundle

assert missing_parts() == [], missing_parts()
settings = ProcessingConfig()
network = bundle(random_network([9, 7, 5], 5, np.random.default_rng(1)), settings)
measure_bundling(network, settings)
kernels = [kernel for part in KERNELS.values() for kernel in part]
assert all(kernel.signatures for kernel in kernels), "a kernel listed is not used"
print([k.py_func.__name__ for k in kernels if sum(k.stats.cache_misses.values())])
"""


@pytest.mark.slow
def test_a_bundling_finds_every_kernel_that_the_two_parts_have_compiled(tmp_path):
    folder = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    workers = [
        subprocess.Popen([sys.executable, "-P", "-m", "nnvis.compiling", part], env=folder)
        for part in compiled.KERNELS
    ]
    assert [worker.wait() for worker in workers] == [0, 0]
    told = subprocess.run(
        [sys.executable, "-c", BUNDLE_AND_TELL],
        env=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert told.stdout.strip() == "[]", f"compiled again: {told.stdout}"


@pytest.fixture
def one_part(monkeypatch):
    """One part is missing on a machine of two cores."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(compiled, "missing_parts", lambda: ["nodes"])


def _program(folder: Path, script: str) -> str:
    """An executable that stands in for Python."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_nothing_is_started_when_the_disk_has_every_kernel(one_part, monkeypatch):
    monkeypatch.setattr(compiled, "missing_parts", lambda: [])
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process started"))
    with compiling.compiled_aside() as ready:
        ready(None)


def test_nothing_is_started_on_one_core(one_part, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process started"))
    with compiling.compiled_aside() as ready:
        ready(None)


@pytest.mark.parametrize("script", ["exit 3", "kill -9 $$"])
def test_a_process_that_fails_is_not_an_error(one_part, monkeypatch, tmp_path, script):
    monkeypatch.setattr(sys, "executable", _program(tmp_path, script))
    with compiling.compiled_aside() as ready:
        ready(None)


def test_a_python_that_cannot_be_started_is_not_an_error(one_part, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with compiling.compiled_aside() as ready:
        ready(None)


def test_waiting_says_what_for_and_can_be_cancelled(one_part, monkeypatch, tmp_path):
    pid = tmp_path / "pid"
    script = f"echo $$ > {pid}.part; mv {pid}.part {pid}; exec sleep 60"
    monkeypatch.setattr(sys, "executable", _program(tmp_path, script))
    stages = []

    def cancel_once_it_runs(step):
        stages.append(step.stage)
        if pid.exists():
            progress.cancel()

    progress = Progress(cancel_once_it_runs)
    began = time.monotonic()
    with pytest.raises(Cancelled, match="compiling"), compiling.compiled_aside() as ready:
        ready(progress)
    assert set(stages) == {compiling.STAGE}
    assert time.monotonic() - began < 30, "the wait did not end when it was cancelled"
    assert not _is_running(int(pid.read_text())), "the process goes on after the block"


def test_a_kernel_older_than_its_source_counts_as_missing(tmp_path, monkeypatch):
    class Kernel:
        py_func = polyline.bounds.py_func

        class stats:
            cache_path = str(tmp_path)

    code = Kernel.py_func.__code__
    index = tmp_path / f"polyline.bounds-{code.co_firstlineno}.py311.nbi"
    assert not compiled.is_on_disk(Kernel)
    index.touch()
    assert compiled.is_on_disk(Kernel)
    os.utime(index, (1, 1))
    assert not compiled.is_on_disk(Kernel)
