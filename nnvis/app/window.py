"""The glfw window and its OpenGL context; what happens in it is queued for the viewer."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

# The bundle carries its own GLFW, which its backend talks to: it must be the one that loads.
import imgui_bundle  # noqa: F401

from nnvis.errors import RenderError

SMALLEST = (480, 320)


class Window:
    """A window with a current OpenGL 3.3 core context.

    Attributes
    ----------
    handle
        glfw's window.
    ctx
        moderngl's context.
    dropped
        Files dropped since they were last taken.
    had_event
        Whether anything happened since this was last set to ``False``.

    Raises
    ------
    RenderError
        When no window or no OpenGL 3.3 is to be had: it says what to do.
    """

    def __init__(self, title: str, size: tuple[int, int] = (1400, 900)) -> None:
        self._glfw, self.handle = _create(title, size)
        try:
            self.ctx = _context()
        except BaseException:
            self._glfw.destroy_window(self.handle)
            self._glfw.terminate()
            raise
        self.dropped: list[Path] = []
        self.had_event = True
        self._listen()

    @property
    def size(self) -> tuple[int, int]:
        """Framebuffer pixels; zero when the window is minimised."""
        width, height = self._glfw.get_framebuffer_size(self.handle)
        return width, height

    @property
    def scale(self) -> float:
        """Of a high-resolution screen: 2 when text should be twice as large."""
        return max(self._glfw.get_window_content_scale(self.handle)[0], 0.5)

    @property
    def pixel_ratio(self) -> float:
        """Framebuffer pixels for each screen point."""
        points = self._glfw.get_window_size(self.handle)[0]
        return self.size[0] / points if points else 1.0

    @property
    def wants_to_close(self) -> bool:
        return bool(self._glfw.window_should_close(self.handle))

    def set_title(self, title: str) -> None:
        self._glfw.set_window_title(self.handle, title)

    def wait(self, seconds: float) -> None:
        """Handle events; sleep until there is one, at most so long."""
        if seconds > 0:
            self._glfw.wait_events_timeout(seconds)
        else:
            self._glfw.poll_events()

    def wake(self) -> None:
        """End :meth:`wait` from any thread."""
        self._glfw.post_empty_event()

    def swap(self) -> None:
        self._glfw.swap_buffers(self.handle)

    def release(self) -> None:
        """Close the window and give the context back."""
        self.ctx.release()
        self._glfw.destroy_window(self.handle)
        self._glfw.terminate()

    def _listen(self) -> None:
        glfw = self._glfw

        def happened(*_: Any) -> None:
            self.had_event = True

        def dropped(_: Any, paths: list[str]) -> None:
            self.dropped += [Path(path) for path in paths]
            self.had_event = True

        # Dear ImGui's backend installs its own afterwards and calls these first.
        for listen in (
            glfw.set_cursor_pos_callback,
            glfw.set_mouse_button_callback,
            glfw.set_scroll_callback,
            glfw.set_key_callback,
            glfw.set_char_callback,
            glfw.set_window_focus_callback,
            glfw.set_cursor_enter_callback,
        ):
            listen(self.handle, happened)
        # These the backend does not touch.
        glfw.set_window_refresh_callback(self.handle, happened)
        glfw.set_framebuffer_size_callback(self.handle, happened)
        glfw.set_window_content_scale_callback(self.handle, happened)
        glfw.set_drop_callback(self.handle, dropped)


def _create(title: str, size: tuple[int, int]) -> tuple[Any, Any]:
    """glfw and a window with a current OpenGL 3.3 core context."""
    try:
        import glfw
    except ImportError as error:
        raise RenderError(
            f"A window needs the Python package glfw ({error}); install it with "
            "python -m pip install glfw."
        ) from error
    glfw.ERROR_REPORTING = "raise"
    try:
        glfw.init()
        glfw.window_hint(glfw.CONTEXT_VERSION_MAJOR, 3)
        glfw.window_hint(glfw.CONTEXT_VERSION_MINOR, 3)
        glfw.window_hint(glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE)
        glfw.window_hint(glfw.OPENGL_FORWARD_COMPAT, True)
        glfw.window_hint(glfw.SCALE_TO_MONITOR, True)
        handle = glfw.create_window(*_fitting(size, glfw), title, None, None)
        glfw.set_window_size_limits(handle, *SMALLEST, glfw.DONT_CARE, glfw.DONT_CARE)
        glfw.make_context_current(handle)
        glfw.swap_interval(1)
        # Later complaints (a cursor shape that the desktop lacks) are no reason to end.
        glfw.ERROR_REPORTING = "ignore"
        return glfw, handle
    except glfw.GLFWError as error:
        glfw.ERROR_REPORTING = "ignore"
        glfw.terminate()
        raise RenderError(_why_no_window(error, glfw)) from error


def _fitting(size: tuple[int, int], glfw: Any) -> tuple[int, int]:
    """``size``, or what of it the screen has room for: not every desktop sees to that."""
    monitor = glfw.get_primary_monitor()
    if not monitor:
        return size
    _, _, width, height = glfw.get_monitor_workarea(monitor)
    # Where screen points are pixels, glfw makes the window larger by the screen's scale.
    scale = (
        1.0 if sys.platform == "darwin" else max(glfw.get_monitor_content_scale(monitor)[0], 1.0)
    )
    room = (int(width / scale), int(height / scale))
    if min(room) < 1:
        return size
    return min(size[0], room[0]), min(size[1], room[1])


def _context() -> Any:
    import moderngl

    try:
        return moderngl.create_context(require=330)
    except Exception as error:  # moderngl raises bare Exception
        raise RenderError(_no_opengl(str(error))) from error


def _why_no_window(error: Exception, glfw: Any) -> str:
    """The sentence for an error of glfw, whose message is bytes in some of its versions."""
    message = error.args[0] if error.args else ""
    said = re.sub(r"^\(\d+\) b?['\"]?|['\"]$", "", str(message))
    code = getattr(error, "error_code", None)
    if code in (glfw.API_UNAVAILABLE, glfw.VERSION_UNAVAILABLE, glfw.FORMAT_UNAVAILABLE):
        return _no_opengl(said)
    how = "" if sys.platform in ("win32", "darwin") else "is DISPLAY right? xvfb-run helps; "
    return (
        f"No window can be opened here ({said}); {how}draw a picture instead with nnvis render "
        "RUN -o network.png; nnvis doctor says what this machine offers."
    )


def _no_opengl(said: str) -> str:
    return (
        f"The display offers no OpenGL 3.3 ({said}); update the graphics driver, set "
        "LIBGL_ALWAYS_SOFTWARE=1, or draw pictures with nnvis render RUN -o network.png; nnvis "
        "doctor says what this machine offers."
    )
