"""The viewer as a whole program: with a display, without one, and on an OpenGL too old."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from app.display import virtual_display
from app.driving import environment
from app.saved import saved_network, saved_run

ROOT = Path(__file__).parents[2]
START_TOOL = (sys.executable, str(ROOT / "start_tool.py"))
NNVIS = (str(Path(sys.executable).with_name("nnvis")), "view")
# Closes the window by itself once the network is on the screen, or says why it is not.
SHOWN = """
import sys, time
from nnvis.app.viewer import Viewer
step, begin = Viewer.step, time.monotonic()
def watched(self):
    goes_on = step(self)
    if self.state.shown is not None and self.stage.pixels() is not None:
        print("shown:", self.state.shown.origin, round(float(self.stage.pixels().std())))
        return False
    assert time.monotonic() - begin < 120, self.state.notice
    return goes_on
Viewer.step = watched
"""


def ended(
    words: Sequence[str | Path], display: str | None, folder: Path, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=environment(display, NNVIS_CONFIG=str(folder / "settings"), **more),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def assert_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    said = done.stderr.strip()
    assert done.returncode == 1, f"exit code {done.returncode}, expected 1: {done}"
    assert "Traceback" not in said, f"a traceback instead of a sentence: {said}"
    assert len(said.splitlines()) == 1, f"expected one sentence: {said}"
    for word in words:
        assert word in said, f"the sentence does not say {word!r}: {said}"


@pytest.mark.parametrize("program", [START_TOOL, NNVIS], ids=["start_tool.py", "nnvis view"])
def test_without_a_display(program: tuple[str, ...], tmp_path: Path) -> None:
    run = saved_run(tmp_path)
    assert_sentence(ended([*program, run], None, tmp_path), "no display", "nnvis render", "doctor")


def test_a_display_that_is_not_there(tmp_path: Path) -> None:
    done = ended(START_TOOL, ":97431", tmp_path)
    assert_sentence(done, "No window can be opened", "DISPLAY", "nnvis render", "nnvis doctor")


@pytest.mark.window
@pytest.mark.parametrize("program", [START_TOOL, NNVIS], ids=["start_tool.py", "nnvis view"])
def test_a_run_that_is_not_there(program: tuple[str, ...], display: str, tmp_path: Path) -> None:
    assert_sentence(ended([*program, tmp_path / "gone"], display, tmp_path), "gone")
    (tmp_path / "empty").mkdir()
    assert_sentence(ended([*program, tmp_path / "empty"], display, tmp_path), "empty")


@pytest.mark.window
def test_an_opengl_that_is_too_old(display: str, tmp_path: Path) -> None:
    run = saved_run(tmp_path)
    old = {"MESA_GL_VERSION_OVERRIDE": "2.1", "MESA_GLSL_VERSION_OVERRIDE": "120"}
    done = ended([*START_TOOL, run], display, tmp_path, **old)
    assert_sentence(done, "OpenGL 3.3", "driver", "nnvis render")


@pytest.mark.window
def test_a_display_without_opengl(display: str, tmp_path: Path) -> None:
    with virtual_display("640x480x24", "-extension", "GLX") as bare:
        done = ended(START_TOOL, bare, tmp_path)
    assert_sentence(done, "OpenGL", "nnvis render")


@pytest.mark.window
def test_what_is_given_is_shown(display: str, tmp_path: Path) -> None:
    run, alone = saved_run(tmp_path), saved_network(tmp_path)
    start = f"{SHOWN}\nsys.argv = ['start_tool.py', sys.argv[1]]\nimport runpy\n"
    start += f"runpy.run_path({START_TOOL[1]!r}, run_name='__main__')"
    from_python = f"{SHOWN}\nimport nnvis\n"
    from_python += "nnvis.view(nnvis.Run.open(sys.argv[1]))\n"
    from_python += "nnvis.view(nnvis.Run.open(sys.argv[1]).load_network())"
    for code, path, times in ((start, alone, 1), (from_python, run, 2)):
        done = ended([sys.executable, "-c", code, path], display, tmp_path)
        assert done.returncode == 0, f"{path.name} is not shown: {done}"
        lines = done.stdout.splitlines()
        assert len(lines) == times, f"{path.name}: {done}"
        assert str(path) in lines[0], f"what is shown is not {path}: {lines}"
        for line in lines:
            assert int(line.split()[-1]) > 3, f"the view of {path.name} is blank: {line}"


@pytest.mark.window
def test_nnvis_view_with_nothing_opens_and_ends_on_ctrl_c(display: str, tmp_path: Path) -> None:
    # Whatever started the tests in the background may have had Ctrl-C ignored.
    code = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from nnvis.app.viewer import Viewer
step, count = Viewer.step, iter(range(10**9))
def watched(self):
    goes_on = step(self)
    if next(count) == 5:
        print("open", flush=True)
    return goes_on
Viewer.step = watched
from nnvis.cli import main
main(["view"])
"""
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(display, NNVIS_CONFIG=str(tmp_path / "settings")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        opened = program.stdout.readline().strip()
        os.kill(program.pid, signal.SIGINT)
        try:
            _, err = program.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            program.kill()
            pytest.fail("the viewer does not end on Ctrl-C")
    assert opened == "open", f"the viewer without a network did not stay open: {err}"
    assert "Traceback" not in err, f"Ctrl-C ends the viewer with a traceback: {err}"


@pytest.mark.window
def test_bundle_then_show(display: str, tmp_path: Path) -> None:
    """The last lines of ``make demo``: a table, then the window, or a word where there is none."""
    run = saved_run(tmp_path)
    code = f"{SHOWN}\nfrom nnvis.cli.processing import _close\nfrom nnvis.store import Run\n"
    code += "_close(Run.open(sys.argv[1]), [('edges', '3')], [], show=True)"
    done = ended([sys.executable, "-c", code, run], display, tmp_path)
    assert done.returncode == 0, f"the window after the demo: {done}"
    assert "shown:" in done.stdout, f"the demo does not open what it made: {done}"
    done = ended([sys.executable, "-c", code, run], None, tmp_path)
    assert done.returncode == 0, f"the demo without a display: {done}"
    assert "no display" in done.stdout + done.stderr, f"that no window opens is not said: {done}"
    assert "nnvis render" in done.stdout + done.stderr, f"how to see it is not said: {done}"
