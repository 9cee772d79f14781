"""A staged run appears whole or not at all, and what was there before survives any failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from store.values import names_in, small_network

from nnvis.errors import Cancelled, StoreError
from nnvis.store import Run, atomic

NAMES = ["a", "b"]


def leave(folder: Path, name: str, kind: str) -> Path:
    """A hidden folder as a killed process would leave it."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    left = folder / f".{name}.{atomic._host()}-{child.pid}-0.{kind}"
    left.mkdir()
    (left / "run.json").write_text('{"format": "nnvis.run", "version": 1, "class_names": ["old"]}')
    return left


def test_run_appears_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "mine"
    with Run.staged(path, class_names=NAMES, seed=3) as run:
        assert not path.exists(), "the run was visible before it was complete"
        assert run.path.name.startswith("."), "the unfinished run is not hidden"
        assert run.path.parent == path.parent, "it would have to be copied between disks"
        run.save_network(small_network())
    assert run.path == path
    assert run.load_network().edge_count == 5
    assert Run.open(path).description["seed"] == 3
    assert names_in(path.parent) == ["mine"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, Cancelled])
def test_failure_leaves_nothing(tmp_path: Path, failure: type[BaseException]) -> None:
    with (
        pytest.raises(failure),
        Run.staged(tmp_path / "runs" / "mine", class_names=NAMES),
    ):
        raise failure("stop")
    assert names_in(tmp_path) == [], "folders stayed behind after a failure"


def test_overwrite_replaces_only_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    Run.create(path, class_names=["old"])
    with pytest.raises(RuntimeError), Run.staged(path, overwrite=True, class_names=NAMES):
        raise RuntimeError("stop")
    assert Run.open(path).class_names == ("old",), "a failure lost the earlier run"
    with Run.staged(path, overwrite=True, class_names=NAMES):
        assert Run.open(path).class_names == ("old",)
    assert Run.open(path).class_names == ("a", "b")
    assert names_in(tmp_path) == ["mine"], "the earlier run was not removed"


def test_existing_run_needs_overwrite(tmp_path: Path) -> None:
    Run.create(tmp_path / "mine", class_names=["old"])
    with (
        pytest.raises(StoreError, match=r"already holds a run.*--overwrite"),
        Run.staged(tmp_path / "mine", class_names=NAMES),
    ):
        pytest.fail("the work began although the path was taken")
    assert Run.open(tmp_path / "mine").class_names == ("old",)


def test_foreign_folder_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    for overwrite in (False, True):
        with (
            pytest.raises(StoreError, match=r"\(thesis.tex\) and is not a run of nnvis"),
            Run.staged(tmp_path / "mine", overwrite=overwrite, class_names=NAMES),
        ):
            pytest.fail("the work began although the path was taken")
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years of work"


def test_path_taken_while_working(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    with (
        pytest.raises(StoreError, match="already holds a run"),
        Run.staged(path, class_names=NAMES),
    ):
        Run.create(path, class_names=["other"])
    assert Run.open(path).class_names == ("other",)
    assert names_in(tmp_path) == ["mine"]


def test_empty_folder_and_link_are_filled(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "mine").symlink_to(tmp_path / "place")
    with Run.staged(tmp_path / "mine", class_names=NAMES):
        pass
    assert (tmp_path / "mine").is_symlink(), "the link was replaced instead of its folder"
    assert Run.open(tmp_path / "place").class_names == ("a", "b")


def test_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    for path in (tmp_path / "plain", tmp_path / "plain" / "mine"):
        with (
            pytest.raises(StoreError, match="expected a folder"),
            Run.staged(path, overwrite=True, class_names=NAMES),
        ):
            pytest.fail("the work began although the path was taken")
    assert (tmp_path / "plain").read_text() == "x"


def test_bad_class_names_leave_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match="both 'a'"),
        Run.staged(tmp_path / "deep" / "mine", class_names=["a", "a"]),
    ):
        pytest.fail("the work began with bad class names")
    assert names_in(tmp_path) == []


def test_failed_rename_brings_the_earlier_run_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine"
    Run.create(path, class_names=["old"])
    real = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name.endswith(".staged"):
            raise OSError(5, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with (
        pytest.raises(StoreError, match="Input/output error"),
        Run.staged(path, overwrite=True, class_names=NAMES),
    ):
        pass
    assert Run.open(path).class_names == ("old",)
    assert names_in(tmp_path) == ["mine"]


def test_leftovers_of_killed_processes(tmp_path: Path) -> None:
    gone = leave(tmp_path, "mine", "staged")
    alive = tmp_path / f".mine.{atomic._host()}-{os.getppid()}-0.staged"
    shutil.copytree(gone, alive)
    with Run.staged(tmp_path / "mine", class_names=NAMES):
        pass
    assert not gone.exists(), "the folder of a killed process was not cleaned up"
    assert alive.exists(), "the folder of a living process was removed"


def test_kill_between_the_renames_is_mended(tmp_path: Path) -> None:
    leave(tmp_path, "mine", "replaced")
    assert Run.open(tmp_path / "mine").class_names == ("old",), "the earlier run was lost"
    assert names_in(tmp_path) == ["mine"]
    leave(tmp_path, "mine", "replaced")
    assert Run.open(tmp_path / "mine").class_names == ("old",)
    assert names_in(tmp_path) == ["mine"], "the replaced run was not removed"


def test_killed_staging_leaves_old_or_new_run(tmp_path: Path) -> None:
    """Kill -9 a process that replaces a run, many times; the path always opens."""
    script = textwrap.dedent("""
        import os, random, signal, sys, time
        from pathlib import Path
        from nnvis.store import Run
        path = Path(sys.argv[1]) / "mine"
        Run.create(path, class_names=["old"])
        rng = random.Random(1)
        aside = 0
        for turn in range(1000):  # a busy machine may need more turns to meet a write
            if turn >= 60 and aside:
                break
            child = os.fork()
            if child == 0:
                while True:
                    with Run.staged(path, overwrite=True, class_names=["new"]) as run:
                        run.figures_folder
            time.sleep(rng.uniform(0.0, 0.02))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            aside += len(os.listdir(path.parent)) > 1
            assert Run.open(path).class_names[0] in ("old", "new"), turn
        with Run.staged(path, overwrite=True, class_names=["last"]):
            pass
        assert os.listdir(path.parent) == ["mine"], os.listdir(path.parent)
        print(aside)
    """)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"a kill damaged the run: {done.stderr[-800:]}"
    assert int(done.stdout) > 0, "no kill met a replacement; the test proves nothing"
