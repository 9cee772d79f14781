"""Tests that drive the real window: each in a process and on a display of its own making.

``@in_window`` makes a pytest test of a function of a folder, which opens a :class:`Driver` there.
The function runs in a fresh process, so what a window leaves behind in GLFW, ImGui or OpenGL
reaches no other test.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# Nothing here is expected to take long; a machine may be busy with other things.
PATIENCE = 120.0
SIZE = (900, 640)
drivers: list[Driver] = []


def in_window(test: Callable[[Path], None]) -> Callable[..., None]:
    """Run ``test`` in a process and an empty folder of its own, under a virtual display."""

    @pytest.mark.window
    def outside(display: str, tmp_path: Path) -> None:
        run_inside(Path(test.__code__.co_filename), test.__name__, display, tmp_path)

    functools.update_wrapper(outside, test)
    del outside.__wrapped__  # pytest would take the driver for a fixture
    outside.inside = test  # type: ignore[attr-defined]
    return outside


def environment(display: str | None, **more: str) -> dict[str, str]:
    """This process's environment on that display, drawing and computing on one core."""
    left_out = ("DISPLAY", "WAYLAND_DISPLAY", "NNVIS_CONFIG", "NNVIS_DATA")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    shown = {} if display is None else {"DISPLAY": display}
    single = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "LP_NUM_THREADS": "1"}
    return {**kept, "LIBGL_ALWAYS_SOFTWARE": "1", **single, **shown, **more}


def run_inside(file: Path, name: str, display: str, folder: Path) -> None:
    """The function ``name`` of ``file``, in a new process whose current folder is ``folder``."""
    done = subprocess.run(
        [sys.executable, __file__, str(file), name],
        cwd=folder,
        env=environment(display, PYTHONPATH=str(Path(__file__).parents[1])),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    if done.returncode == 77:
        pytest.skip(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, (
        f"{name} failed in its window (exit code {done.returncode}):\n"
        f"{done.stdout[-3000:]}{done.stderr[-6000:]}"
    )


class Driver:
    """A viewer and hands: they wait for what must come, and use mouse and keys like a user.

    Attributes
    ----------
    viewer
        Antialiasing and the thinner picture while moving are off: a picture then depends on
        nothing but the state, however slow the machine.
    items
        (label, kind, rectangle, position in a row of equal labels) of the controls drawn in
        the last frame.
    """

    def __init__(self, folder: Path, path: Path | None = None, size: tuple[int, int] = SIZE,
                 **preferences: Any) -> None:  # fmt: skip
        from nnvis.app import detail
        from nnvis.app import preferences as kept
        from nnvis.app.viewer import Viewer

        # How finely a slow machine draws depends on its speed; pictures here must not.
        for name in ("SLOW_FRAME", "SMOOTH_STILL", "LONGEST_STILL"):
            setattr(detail, name, 1e9)
        self.folder = folder
        self.items: list[tuple[str, str, tuple[float, float, float, float]]] = []
        _record_items(self)
        settings = folder / "settings"
        if not settings.exists():
            values, _ = kept.load_preferences(settings)
            steady: dict[str, Any] = {
                "antialiasing": 1, "detail_while_moving": False, "smooth_camera": False,
                **preferences,
            }  # fmt: skip
            kept.save_preferences(values.model_copy(update=steady), settings)
        self.viewer = Viewer(path, settings, size)
        drivers.append(self)

    @property
    def state(self) -> Any:
        return self.viewer.state

    def step(self, frames: int = 1) -> None:
        for _ in range(frames):
            self.items.clear()
            self.viewer.step()

    def do(self, *actions: Any) -> None:
        """Apply actions, then wait until their work is done and drawn."""
        for action in actions:
            self.viewer.apply(action)
            self.rest()

    def until(self, is_so: Callable[[], Any], what: str) -> None:
        """Draw frames until something is so."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < deadline, (
                f"{what} did not come within {PATIENCE:.0f} s; notice: {self.state.notice}, "
                f"job: {self.state.job}"
            )
            self.step()

    def rest(self) -> None:
        """Until no work is under way, then two frames: what came last is on the screen."""
        self.until(lambda: not self.viewer.worker.is_busy, "the end of the work")
        self.step(2)

    def open(self, path: Path) -> None:
        """Load a network and see that it is shown."""
        from nnvis.app.actions import Open

        self.do(Open(path))
        assert self.state.shown is not None, f"{path} is not shown: {self.said}"

    @property
    def said(self) -> str:
        """The message on the screen."""
        return "" if self.state.notice is None else self.state.notice.text

    def picture(self) -> np.ndarray:
        """What the view shows, (height, width, 3)."""
        pixels = self.viewer.stage.pixels()
        assert pixels is not None, "there is no picture yet"
        return pixels.copy()

    # Mouse and keys

    def mouse(self, x: float, y: float) -> None:
        """Move the mouse there, screen points, and let a frame see it."""
        from imgui_bundle import imgui

        imgui.get_io().add_mouse_pos_event(float(x), float(y))
        self.viewer.window.had_event = True
        self.step()

    def button(self, is_down: bool, number: int = 0) -> None:
        from imgui_bundle import imgui

        imgui.get_io().add_mouse_button_event(number, is_down)
        self.step()

    def wheel(self, notches: float) -> None:
        from imgui_bundle import imgui

        imgui.get_io().add_mouse_wheel_event(0.0, notches)
        self.step()

    def key(self, name: str, *held: str) -> None:
        """Press and release a key of :class:`imgui.Key`, with ``mod_ctrl`` and the like held."""
        from imgui_bundle import imgui

        io = imgui.get_io()
        names = [*held, name]
        for one in names:
            io.add_key_event(getattr(imgui.Key, one), True)
        self.step()
        for one in reversed(names):
            io.add_key_event(getattr(imgui.Key, one), False)
        self.step()

    def place_of(self, label: str, kind: str = "", number: int = 0) -> tuple[float, ...]:
        """(left, top, right, bottom) of a control that is on the screen."""
        found = [
            box for text, sort, box in self.items if text == label and (not kind or sort == kind)
        ]
        assert len(found) > number, (
            f"no {kind or 'control'} {label!r} (number {number}) is on the screen; there are "
            f"{sorted({text for text, _, _ in self.items})}"
        )
        return found[number]

    def click(self, label: str, kind: str = "", number: int = 0) -> None:
        """Move to a control, press and release."""
        left, top, right, bottom = self.place_of(label, kind, number)
        self.mouse((left + right) / 2, (top + bottom) / 2)
        self.step()
        self.button(True)
        self.button(False)

    def drag(self, start: tuple[float, float], end: tuple[float, float], number: int = 0) -> None:
        """Press at ``start``, move in four steps, release at ``end``."""
        self.mouse(*start)
        self.step()
        self.button(True, number)
        for share in (0.25, 0.5, 0.75, 1.0):
            self.mouse(*(a + share * (b - a) for a, b in zip(start, end, strict=True)))
        self.button(False, number)


# Its label comes first, and the label is what a user would look for.
_CONTROLS = ("button", "small_button", "slider_float", "slider_int", "checkbox", "radio_button",
             "selectable", "begin_combo", "input_int", "menu_item", "begin_menu",
             "invisible_button", "input_text")  # fmt: skip


def _record_items(driver: Driver) -> None:
    """Note where each control is drawn."""
    from imgui_bundle import imgui

    for kind in _CONTROLS:
        make = getattr(imgui, kind)

        def made(label: str, *args: Any, _make: Any = make, _kind: str = kind, **more: Any) -> Any:
            # An open combo or menu is another window: ask before what is drawn next in it.
            result = _make(label, *args, **more)
            low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
            if imgui.is_item_visible() or _kind.startswith("begin"):
                text = label.split("##")[0] or label
                driver.items.append((text, _kind, (low.x, low.y, high.x, high.y)))
            return result

        setattr(imgui, kind, made)


def _main(file: Path, name: str) -> None:
    spec = importlib.util.spec_from_file_location("scenario", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    getattr(module, name).inside(Path.cwd())
    for driver in drivers:
        driver.viewer.release()


if __name__ == "__main__":
    from app import driving  # the same module under the name that the tests use

    driving._main(Path(sys.argv[1]), sys.argv[2])
