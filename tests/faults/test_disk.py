"""A full disk, and places that may not be read or written."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.running import QUICK, Programs
from faults.common import DEMO, FULL, NEW, NO_SPACE, WRITTEN, refused


@pytest.mark.parametrize("name", WRITTEN)
def test_disk_that_fills_up(program: Programs, here: Path, name: str) -> None:
    first = FULL.format(name=name, fault=NO_SPACE)
    place = ("--out", "new/deep/run") if name in NEW else ("--out", "runs/mine", "--overwrite")
    words = ("demo", "--data", "blobs", *QUICK, "--no-pictures", *place)
    refused(program, here, 1, ("No space left", name), *words, first=first)


@pytest.mark.parametrize("name", ["network.safetensors", "run.json"])
def test_disk_that_fills_up_while_bundling_again(program: Programs, here: Path, name: str) -> None:
    words = ("bundle", "runs/mine", "--no-pictures", "--processing.sampling-rate", "6")
    first = FULL.format(name=name, fault=NO_SPACE)
    refused(program, here, 1, ("No space left", name), *words, first=first)


def test_limit_on_the_size_of_files(program: Programs, here: Path, demo_run: Path) -> None:
    resource = pytest.importorskip("resource", reason="needs limits of a POSIX system")
    assert resource.RLIMIT_FSIZE is not None
    for name in ("epochs/00000", "network"):  # in training, and at the end
        size = (demo_run / f"{name}.safetensors").stat().st_size - 1
        limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"
        refused(program, here, 1, ("larger than this system allows",), *DEMO, first=limit)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few pages."""
    if shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("needs the right to mount")
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=28k", "none", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], capture_output=True, check=True)


def test_disk_that_is_really_full(program: Programs, tiny_disk: Path) -> None:
    kept = tiny_disk / "kept.txt"
    kept.write_text("of somebody else")
    for size in (0, 4096, 8192, 16384):
        with (tiny_disk / "filler").open("wb") as file:
            file.write(b"x" * size)
        words = ("demo", "--data", "blobs", *QUICK, "--no-pictures", "--out", "run")
        refused(program, tiny_disk, 1, ("No space left", "run"), *words)


@pytest.fixture
def forbidden() -> Iterator[tuple[Path, str]]:
    """A folder that may be read but not written, and Python that gives up the right to do so."""
    if not hasattr(os, "geteuid"):
        pytest.skip("needs users of a POSIX system")
    # Not pytest's folder: nobody else can reach that.
    folder = Path(tempfile.mkdtemp(prefix="nnvis-forbidden-"))
    folder.chmod(0o755)
    first = "import os; os.setgid(65534); os.setuid(65534)" if os.geteuid() == 0 else ""
    yield folder, first
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_folder_that_may_not_be_written(
    program: Programs, demo_run: Path, forbidden: tuple[Path, str]
) -> None:
    folder, first = forbidden
    shutil.copytree(demo_run, folder / "runs" / "mine")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        fresh = ("demo", "--data", "blobs", *QUICK, "--no-pictures", "--out", "new")
        refused(program, folder, 1, ("No permission to write", "new"), *fresh, first=first)
        refused(program, folder, 1, ("No permission to write", "runs"), *DEMO, first=first)
        again = ("bundle", "runs/mine", "--no-pictures")
        refused(program, folder, 1, ("No permission to write", "mine"), *again, first=first)
        table = ("evaluate", "runs/mine", "--percent", "0", "--csv", "table.csv")
        refused(program, folder, 1, ("No permission to write", "table.csv"), *table, first=first)
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


def test_run_that_may_not_be_read(
    program: Programs, demo_run: Path, forbidden: tuple[Path, str]
) -> None:
    folder, first = forbidden
    shutil.copytree(demo_run, folder / "mine")
    for path in folder.rglob("*.*"):
        path.chmod(0o600)
    if not first:
        (folder / "mine" / "run.json").chmod(0)
    words = ("bundle", "mine")
    refused(program, folder, 1, ("mine/run.json", "Permission denied"), *words, first=first)


def test_place_below_a_file(program: Programs, here: Path) -> None:
    (here / "file").write_text("no folder")
    words = ("demo", "--data", "blobs", *QUICK, "--no-pictures", "--out", "file/run")
    refused(program, here, 1, ("file/run", "folder"), *words)


def test_disk_that_can_only_be_read(program: Programs, tiny_disk: Path) -> None:
    mount = ["mount", "-o", "remount,ro", str(tiny_disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    words = ("demo", "--data", "blobs", *QUICK, "--no-pictures", "--out", "run")
    refused(program, tiny_disk, 1, ("run", "can only be read"), *words)
