"""The real window on a virtual display."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

TESTS = str(Path(__file__).resolve().parents[1])

pytestmark = pytest.mark.window

needs_xvfb = pytest.mark.skipif(
    shutil.which("Xvfb") is None, reason="Xvfb is missing: apt-get install xvfb"
)


@pytest.fixture(scope="module")
def display():
    """A virtual display of its own, named by its number."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait()


def run_script(body: str, **environment: str) -> subprocess.CompletedProcess[str]:
    code = textwrap.dedent(body)
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@needs_xvfb
def test_the_window_draws_turns_and_takes_a_picture(display, tmp_path):
    done = run_script(
        f"""
        import os, sys
        sys.path.insert(0, {TESTS!r})
        os.chdir({str(tmp_path)!r})
        from dataclasses import replace
        import numpy as np
        from networks import synthetic_network
        from nnvis.app.controls import dragged
        from nnvis.app.window import Window
        from nnvis.config import RenderingConfig

        window = Window(synthetic_network(), "test", RenderingConfig(), (400, 300))
        assert window.step()
        first = window._target.read().astype(int)
        assert np.ptp(first) > 100, "the window is blank"
        window.state = dragged(window.state, 200, 0)
        assert window.step()
        second = window._target.read().astype(int)
        assert np.abs(first - second).mean() > 1, "turning changed nothing"
        window.state = replace(window.state, screenshot_wanted=True)
        assert window.step()
        assert len(list(__import__("pathlib").Path().glob("nnvis-*.png"))) == 1
        window.state = replace(window.state, closing=True)
        assert not window.step()
        window.release()
        print("done")
        """,
        DISPLAY=display,
    )
    assert done.stdout.strip().endswith("done"), done.stderr


def test_without_a_display_a_sentence_says_what_to_do():
    done = run_script(
        f"""
        import sys
        sys.path.insert(0, {TESTS!r})
        from networks import synthetic_network
        from nnvis.app import open_window
        from nnvis.errors import RenderError
        try:
            open_window(synthetic_network(), "test")
        except RenderError as error:
            print(error)
        """,
        DISPLAY=":9999",
        WAYLAND_DISPLAY="",
    )
    assert "nnvis render" in done.stdout, done.stderr
    assert "Traceback" not in done.stderr
