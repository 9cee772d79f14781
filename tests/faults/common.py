"""What the tests of faults share: the runs they damage and the disks that fail."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from cli.running import QUICK, QUICK_PROCESS, Done, Programs, assert_refused, tree

TO_RUN = ("--out", "runs/mine", "--overwrite", "--no-pictures")
DEMO = ("demo", "--data", "blobs", *QUICK, *TO_RUN)
MODEL_FILES = ("network.safetensors", "importance.safetensors", "model.safetensors")


def assert_unchanged(folder: Path, before: dict[str, str]) -> None:
    after = tree(folder)
    lost = sorted(name for name in before if after.get(name) != before[name])
    new = sorted(set(after) - set(before))
    assert not lost, f"files of an earlier result were changed or lost: {lost}"
    assert not new, f"a failed command left something behind: {new}"


def refused(
    program: Programs, folder: Path, code: int, said: tuple[str, ...], *words: str, first: str = ""
) -> Done:
    """Run a command that must fail and change nothing."""
    before = tree(folder)
    done = program.run(*words, cwd=folder, first=first)
    assert_refused(done, code, *said)
    assert_unchanged(folder, before)
    return done


def process_words(model: str = "mymodels:dense", data: str = "blobs") -> tuple[str, ...]:
    return ("process", model, "--data", data, *QUICK_PROCESS, *TO_RUN)


def save_points(path: Path, labels: list[int], features: int = 2, **more: np.ndarray) -> None:
    """An .npz file with a few samples of each label in ``labels``."""
    y = np.repeat(np.asarray(labels, np.int64), 8)
    x = np.random.default_rng(0).normal(size=(len(y), features)).astype(np.float32)
    np.savez(path, **{"x": x, "y": y, **more})


# Writing the file NAME fails half-way, as on a full disk.
FULL = """
import errno
from contextlib import contextmanager
from nnvis.store import atomic

class Short:
    def __init__(self, file): self.file = file
    def write(self, content):
        self.file.write(bytes(content)[:20])
        self.file.flush()
        {fault}
    def __getattr__(self, name): return getattr(self.file, name)

whole = atomic.replacing
@contextmanager
def replacing(path):
    with whole(path) as file:
        yield Short(file) if path.name == {name!r} else file
atomic.replacing = replacing
"""
NO_SPACE = "raise OSError(errno.ENOSPC, 'No space left on device')"
STOP = "import os, signal; os.kill(os.getpid(), signal.SIGINT); import time; time.sleep(5)"
WRITTEN = ("run.json", "00000.safetensors", "00001.safetensors", *MODEL_FILES)


NEW = ("00000.safetensors", "network.safetensors")
