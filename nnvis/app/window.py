"""The window and its frame loop (glfw); everything in it is drawn by the passes of render."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from nnvis.app.controls import ViewState, advanced, dragged, panned, pressed, scrolled
from nnvis.app.detail import Detail, full_detail, moving_detail
from nnvis.config import RenderingConfig, read_config
from nnvis.errors import RenderError
from nnvis.model import Network
from nnvis.render.camera import POSITIONS, Camera, view_of
from nnvis.render.capture import load
from nnvis.render.overlay import arrange, make_frame
from nnvis.render.scene import build_scene

KEYS = "drag: turn, right drag: move, wheel: closer, F: all, 0-6: sides, H: rotate, K: picture"
# A view at rest this long is drawn in full.
SETTLE_SECONDS = 0.25


def open_window(
    network: Network,
    title: str,
    rendering: RenderingConfig | None = None,
    size: tuple[int, int] = (1280, 720),
) -> None:
    """Show a network until the window is closed.

    Raises
    ------
    RenderError
        When no window or no OpenGL 3.3 is to be had: it says what to do.
    """
    window = Window(network, title, rendering or read_config(RenderingConfig, None), size)
    try:
        while window.step():
            pass
    finally:
        window.release()


def view(network: Any) -> None:
    """Open a network, a run, or the path of either in a window.

    Raises
    ------
    RenderError
        When no window or no OpenGL 3.3 is to be had: it says what to do.
    StoreError
        When there is no network at the path.
    """
    title = getattr(network, "path", network)
    open_window(load(network), "network" if isinstance(network, Network) else str(title))


class Window:
    """A glfw window on one network."""

    def __init__(
        self, network: Network, title: str, rendering: RenderingConfig, size: tuple[int, int]
    ) -> None:
        self._rendering = rendering
        self._scene = build_scene(network, "all", rendering.palette, rendering.background)
        self._network = network
        self._glfw, self._handle = _create(f"nnvis: {title}", size)
        try:
            self._make_passes()
        except BaseException:
            self._glfw.terminate()
            raise
        self._target: Any = None
        self._cursor = (0.0, 0.0)
        self._clock = time.perf_counter()
        self._moved_at = 0.0
        self._full_seconds = 0.0
        self._shown: tuple[Any, ...] | None = None
        self.state = ViewState(self._framed()["default"])
        self._listen()

    def step(self) -> bool:
        """Handle what happened, draw a frame when something changed; ``False`` to end."""
        glfw = self._glfw
        now = time.perf_counter()
        self.state = advanced(self.state, now - self._clock)
        self._clock = now
        is_moving = self.state.rotating or now - self._moved_at < SETTLE_SECONDS
        size = glfw.get_framebuffer_size(self._handle)
        if min(size) > 0:
            detail = (
                moving_detail(self._scene, self._rendering, self._full_seconds)
                if is_moving
                else full_detail(self._rendering)
            )
            self._draw(size, detail)
            if is_moving and detail.pixel > 1:
                # A slow frame is no pause of the user's.
                self._moved_at += time.perf_counter() - now
        if self.state.screenshot_wanted:
            self._save_picture()
        # Nothing moves: sleep until something happens.
        glfw.wait_events_timeout(0.005 if is_moving else 0.1)
        return not (self.state.closing or glfw.window_should_close(self._handle))

    def release(self) -> None:
        """Close the window and give everything back."""
        for thing in (self._renderer, self._text, self._present, self._target):
            if thing is not None:
                thing.release()
        self._ctx.release()
        self._glfw.destroy_window(self._handle)
        self._glfw.terminate()

    def _make_passes(self) -> None:
        import moderngl

        from nnvis.render.frame import Renderer
        from nnvis.render.present import PresentPass
        from nnvis.render.text import TextPass

        try:
            self._ctx = moderngl.create_context(require=330)
        except Exception as error:  # moderngl raises bare Exception
            raise RenderError(
                f"The display offers no OpenGL 3.3 ({error}); update the graphics driver, set "
                "LIBGL_ALWAYS_SOFTWARE=1, or draw pictures with nnvis render."
            ) from error
        self._renderer = Renderer(self._ctx)
        self._renderer.upload(self._scene)
        self._text = TextPass(self._ctx)
        self._present = PresentPass(self._ctx)

    def _draw(self, size: tuple[int, int], detail: Detail) -> None:
        wanted = (self.state.camera, size, detail)
        if wanted == self._shown:
            return
        from nnvis.gl.target import Target
        from nnvis.render import palette

        begin = time.perf_counter()
        wide, tall = max(size[0] // detail.pixel, 1), max(size[1] // detail.pixel, 1)
        if self._target is None or (self._target.width, self._target.height) != (wide, tall):
            if self._target is not None:
                self._target.release()
            self._target = Target(self._ctx, wide, tall)
        view = view_of(self.state.camera, self._scene.bounds, (wide, tall))
        words = make_frame(self._scene, detail.rendering, wide, tall)
        red, green, blue = (float(v) for v in palette.background_colour(self._scene.background))
        self._text.upload(arrange(self._scene, words, view), (red, green, blue))
        self._renderer.draw(self._target, view, detail.rendering)
        self._text.draw(self._target, (0, 0, wide, tall))
        self._present.draw(self._target, size)
        self._glfw.swap_buffers(self._handle)
        if detail.pixel == 1:
            self._full_seconds = time.perf_counter() - begin
        self._shown = wanted

    def _framed(self) -> dict[str, Camera]:
        width, height = (max(n, 1) for n in self._glfw.get_framebuffer_size(self._handle))
        margins = make_frame(self._scene, self._rendering, width, height).margins
        return {
            name: Camera(azimuth, elevation).framing(self._scene.hull, width / height, margins)
            for name, (azimuth, elevation) in POSITIONS.items()
        }

    def _save_picture(self) -> None:
        from nnvis.render import render_image

        self.state = replace(self.state, screenshot_wanted=False)
        path = Path(f"nnvis-{time.strftime('%Y%m%d-%H%M%S')}.png")
        width, height = self._glfw.get_framebuffer_size(self._handle)
        render_image(
            self._network, path, width, height, camera=self.state.camera, rendering=self._rendering
        )
        # Drawing off screen made another context current.
        self._glfw.make_context_current(self._handle)
        print(f"picture: {path}")

    def _listen(self) -> None:
        glfw, handle = self._glfw, self._handle

        def on_cursor(_: Any, x: float, y: float) -> None:
            right, down = x - self._cursor[0], y - self._cursor[1]
            self._cursor = (x, y)
            if glfw.get_mouse_button(handle, glfw.MOUSE_BUTTON_LEFT) == glfw.PRESS:
                self._change(dragged(self.state, right, down))
            elif glfw.get_mouse_button(handle, glfw.MOUSE_BUTTON_RIGHT) == glfw.PRESS:
                height = glfw.get_window_size(handle)[1]
                self._change(panned(self.state, right, down, height))

        def on_scroll(_: Any, __: float, notches: float) -> None:
            self._change(scrolled(self.state, notches))

        def on_key(_: Any, key: int, __: int, action: int, ___: int) -> None:
            if action == glfw.PRESS:
                name = "escape" if key == glfw.KEY_ESCAPE else chr(key).lower() if key < 128 else ""
                self._change(pressed(self.state, name, self._framed()))

        def on_refresh(_: Any) -> None:
            self._shown = None

        glfw.set_cursor_pos_callback(handle, on_cursor)
        glfw.set_scroll_callback(handle, on_scroll)
        glfw.set_key_callback(handle, on_key)
        glfw.set_window_refresh_callback(handle, on_refresh)

    def _change(self, state: ViewState) -> None:
        if state.camera != self.state.camera:
            self._moved_at = time.perf_counter()
        self.state = state


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
        handle = glfw.create_window(*size, f"{title}   ({KEYS})", None, None)
        glfw.make_context_current(handle)
        return glfw, handle
    except glfw.GLFWError as error:
        glfw.ERROR_REPORTING = False
        glfw.terminate()
        how = "" if sys.platform in ("win32", "darwin") else " (is DISPLAY right? xvfb-run helps)"
        raise RenderError(
            f"No window can be opened here: {error}{how}; draw a picture instead with "
            "nnvis render RUN -o network.png."
        ) from error
