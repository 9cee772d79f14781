"""A failed write leaves the earlier file, no temporary file, and one sentence."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from store.values import names_in

from nnvis.errors import StoreError
from nnvis.store import atomic
from nnvis.store.atomic import hidden_sibling, make_folder, replacing, write_atomically


def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_write_creates_then_replaces(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, [b"one", memoryview(b"two")])
    assert path.read_bytes() == b"onetwo", "the chunks were not written one after another"
    write_atomically(path, [b"x"])
    assert path.read_bytes() == b"x", "the earlier content was not replaced"
    assert names_in(tmp_path) == ["file"], "a temporary file stayed behind"


def test_content_is_synced_before_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        events.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        real_fsync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        events.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    write_atomically(tmp_path / "file", [b"x"])
    assert [e for e in events if e != "folder"] == ["file", "rename"], events
    assert len(events) == 3, "the folder was not synced after the rename"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "No space left on the disk that holds"),
        (errno.EDQUOT, "No space left on the disk that holds"),
        (errno.EROFS, "can only be read"),
        (errno.EACCES, "No permission to write"),
        (errno.EIO, "Input/output error"),
        (errno.EFBIG, "larger than this system allows"),
    ],
)
def test_disk_error_is_one_sentence_and_keeps_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"earlier")

    def fail(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError, match=words) as caught:
        write_atomically(path, [b"new"])
    assert str(path) in str(caught.value), "the message does not name the file"
    assert "earlier file is unchanged" in str(caught.value)
    assert path.read_bytes() == b"earlier", "the earlier file was lost"
    assert names_in(tmp_path) == ["file"], "a temporary file stayed behind"


def test_full_disk_for_real(tmp_path: Path) -> None:
    """A file-size limit in a child makes the kernel itself refuse the write half-way."""
    script = textwrap.dedent("""
        import resource, sys
        from pathlib import Path
        from nnvis.errors import StoreError
        from nnvis.store.atomic import write_atomically
        path = Path(sys.argv[1])
        write_atomically(path, [b"earlier"])
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            write_atomically(path, [bytes(60_000)] * 4)
        except StoreError as error:
            print(error)
    """)
    path = tmp_path / "file"
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert "larger than this system allows" in done.stdout, done.stdout + done.stderr
    assert path.read_bytes() == b"earlier", "the earlier file was lost on a full disk"
    assert names_in(tmp_path) == ["file"], "a temporary file stayed behind"


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_any_exception_removes_the_temporary_file(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"earlier")
    with pytest.raises(failure), replacing(path) as file:  # noqa: PT012
        file.write(b"half")
        raise failure
    assert path.read_bytes() == b"earlier"
    assert names_in(tmp_path) == ["file"], "a temporary file stayed behind"


def test_no_permission_to_make_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *arguments: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StoreError, match=r"No permission to write .*nothing was left behind"):
        write_atomically(tmp_path / "file", [b"x"])


def test_path_below_a_file_or_nowhere(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    with pytest.raises(StoreError, match="is not a folder"):
        write_atomically(tmp_path / "plain" / "file", [b"x"])
    with pytest.raises(StoreError, match="is not a folder"):
        write_atomically(tmp_path / "nowhere" / "file", [b"x"])
    with pytest.raises(StoreError, match="there is a file of that name"):
        make_folder(tmp_path / "plain")
    with pytest.raises(StoreError, match="is not a folder"):
        make_folder(tmp_path / "plain" / "folder")


def test_path_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(StoreError, match="there is a folder of that name"):
        write_atomically(tmp_path / "taken", [b"x"])
    assert names_in(tmp_path) == ["taken"], "a temporary file stayed behind"


def test_leftover_of_a_dead_process_is_removed_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "file"
    host = atomic._host()
    gone = tmp_path / f".file.{host}-{dead_pid()}-0.part"
    alive = tmp_path / f".file.{host}-{os.getppid()}-0.part"
    elsewhere = tmp_path / f".file.other-{dead_pid()}-0.part"
    of_another = tmp_path / f".file2.{host}-{dead_pid()}-0.part"
    for leftover in (gone, alive, elsewhere, of_another):
        leftover.write_bytes(b"half")
    write_atomically(path, [b"x"])
    assert not gone.exists(), "the temporary file of a killed process was not removed"
    for leftover in (alive, elsewhere, of_another):
        assert leftover.exists(), f"{leftover.name} may still be written but was removed"


def test_hidden_names_differ_and_are_hidden(tmp_path: Path) -> None:
    first, second = (hidden_sibling(tmp_path / "file", "part") for _ in range(2))
    assert first != second
    assert first.name.startswith("."), "a watching process would see the temporary file"
