"""The viewer: applies the user's actions between frames and draws what is shown.

One loop, one thread: events, finished work, actions, the view, the panels. Long work runs in
:class:`~nnvis.app.worker.Worker`; this thread only takes what is finished.
"""

from __future__ import annotations

import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from nnvis.app import changes, preferences
from nnvis.app.actions import (
    Action,
    Open,
    ResetProcessing,
    ResetRendering,
    SetPreference,
    SetProcessing,
    SetRendering,
)
from nnvis.app.effects import Effects
from nnvis.app.gui import Gui
from nnvis.app.panels import (
    class_map,
    dialogs,
    files,
    inspector,
    menu,
    neighbours,
    network,
    panel_window,
    processing,
    rendering,
    signatures,
    start,
    statistics,
    training,
)
from nnvis.app.panels import shaders as shader_panel
from nnvis.app.panels import view as view_panel
from nnvis.app.stage import Stage
from nnvis.app.state import Notice
from nnvis.app.window import Window
from nnvis.app.worker import Worker
from nnvis.errors import NnvisError
from nnvis.gl.library import ShaderLibrary
from nnvis.model import Network

TITLE = "nnvis"
# A view at rest this long is drawn in full.
SETTLE_SECONDS = 0.25
# ImGui needs some frames after an event: a window that appears, a tooltip's delay.
_AWAKE_SECONDS = 0.6
_SHADER_POLL_SECONDS = 0.5
_SETTINGS = (SetPreference, SetRendering, SetProcessing, ResetRendering, ResetProcessing)
LEFT = ("Network", "Processing", "Statistics")
RIGHT = ("Rendering", "Inspector")
BOTTOM = ("Training", "Neighbours", "Class map", "Signatures", "Shaders")


class Viewer:
    """A window on a network.

    Parameters
    ----------
    path
        A run or network to open at once.
    folder
        The user's settings; the platform's place when ``None``.

    Attributes
    ----------
    state
        What is shown; changed by :meth:`apply` alone.
    """

    def __init__(
        self,
        path: Path | None = None,
        folder: Path | None = None,
        size: tuple[int, int] = (1400, 900),
    ) -> None:
        self.folder = preferences.config_folder() if folder is None else folder
        kept, complaint = preferences.load_preferences(self.folder)
        self.state = changes.first_state(kept)
        self.window = Window(TITLE, size)
        self.worker = Worker(self.window.wake)
        self.stage: Stage | None = None
        self.gui: Gui | None = None
        try:
            library = ShaderLibrary(self.folder / "shaders")
            gl = self.window.ctx.info
            name = f"OpenGL {gl['GL_VERSION']}, {gl['GL_RENDERER']}"
            self.stage = Stage(self.window.ctx, library, name)
            self.gui = Gui(self.window.handle, self.folder / "layout.ini")
            self.view = view_panel.ViewPanel()
            self.effects = Effects(self)
        except BaseException:
            self.release()
            raise
        self.panels = [
            network.NetworkPanel(),
            processing.ProcessingPanel(),
            statistics.StatisticsPanel(),
            rendering.RenderingPanel(),
            inspector.InspectorPanel(),
            training.TrainingPanel(),
            neighbours.NeighboursPanel(),
            class_map.ClassMapPanel(),
            signatures.SignaturesPanel(),
        ]
        self.shader_panel = shader_panel.ShadersPanel()
        self.files = files.FilesDialog()
        self.dialogs = dialogs.Dialogs()
        self._clock = time.perf_counter()
        self._moved_at = self._awake_until = self._shaders_at = 0.0
        self._kept_preferences = changes.preferences_of(self.state)
        # A file that could not be read may be somebody's work: it stays until the user sets
        # something, opening a network is not enough.
        self._may_replace_settings = complaint is None
        if path is not None:
            self.apply(Open(path))
        if complaint:
            self.complain(complaint)

    def step(self) -> bool:
        """Handle what happened and draw a frame; ``False`` when the window is to close."""
        now = time.perf_counter()
        seconds, self._clock = now - self._clock, now
        before = self.state.camera
        self.state = changes.advanced(self.state, seconds)
        self._take_work()
        if self.window.dropped:  # of several at once the last is meant
            path = self.window.dropped[-1]
            self.window.dropped.clear()
            self.apply(Open(path))
        self._look_at_shaders(now)
        size = self.window.size
        if min(size) > 0:
            self._draw(size, now, before)
        self._keep_settings()
        if self.window.had_event:
            self.window.had_event = False
            self._awake_until = time.perf_counter() + _AWAKE_SECONDS
        self.window.wait(self._patience())
        goes_on = not (self.state.is_closing or self.window.wants_to_close)
        if not goes_on:
            self._keep_settings(at_once=True)
        return goes_on

    def apply(self, action: Action) -> None:
        """Do what the user asked for; what cannot be done becomes a sentence."""
        before = self.state.camera
        self._may_replace_settings |= isinstance(action, _SETTINGS)
        with self._living_on():
            self.state = changes.changed(self.state, action)
            self.effects.of(action)
        if self.state.camera != before:
            self._moved_at = time.perf_counter()
        self.window.had_event = True

    def complain(self, sentence: str) -> None:
        """Show what went wrong."""
        self.state = replace(self.state, notice=Notice(sentence, is_error=True))

    @contextmanager
    def _living_on(self) -> Iterator[None]:
        """What goes wrong inside is said on the screen, and the window stays open."""
        try:
            yield
        except NnvisError as error:
            self.complain(str(error))
        except Exception as error:  # a fault of ours
            sentence = f"{type(error).__name__}: {error}; this is a fault of nnvis."
            if self.state.notice is None or self.state.notice.text != sentence:
                traceback.print_exc()
            self.complain(sentence)

    def say(self, sentence: str) -> None:
        """Show what was done."""
        self.state = replace(self.state, notice=Notice(sentence))

    @property
    def view_size(self) -> tuple[int, int]:
        """Of the picture, framebuffer pixels."""
        ratio = self.window.pixel_ratio
        return max(round(self.view.size[0] * ratio), 1), max(round(self.view.size[1] * ratio), 1)

    def release(self) -> None:
        """Stop the work, close the window and give everything back."""
        self.worker.close()
        if hasattr(self, "effects"):
            self.effects.looking.close()
        for thing in (self.gui, self.stage, self.window):
            if thing is not None:
                thing.release()

    def _draw(self, size: tuple[int, int], now: float, before: Any) -> None:
        assert self.stage is not None
        assert self.gui is not None
        if self.stage.scale != self.window.scale:
            self.stage.scale = self.window.scale
            self.stage.refresh()
        with self._living_on():
            self.effects.looking.follow_size()
        state = self.state
        if state.camera != before:
            self._moved_at = now
        is_moving = (
            state.is_rotating
            or state.flight is not None
            or now - self._moved_at < SETTLE_SECONDS
            or self.effects.is_changing
        )
        with self._living_on():
            self.effects.replaying.follow()
            if state.training is not None:
                self.effects.arrange()
            self.effects.analysing.follow()
            self.effects.teaching.follow()
            self.stage.pick(state.lit if state.pinned is None else (state.pinned,))
            self.stage.draw(
                state.camera, state.drawn_rendering, self.view_size,
                state.preferences.antialiasing,
                is_moving=is_moving and state.preferences.detail_while_moving,
            )  # fmt: skip
        self.effects.shading.follow()
        self.state = replace(
            self.state, frames=self.stage.frames, job=self.effects.teaching.report(),
        )  # fmt: skip
        self.effects.looking.film_frame(now)
        actions = self._panels()
        screen = self.window.ctx.screen
        screen.use()
        self.window.ctx.viewport = (0, 0, *size)
        self.window.ctx.clear(0.5, 0.5, 0.5, 1.0)
        self.gui.end()
        self.window.swap()
        for action in actions:
            self.apply(action)

    def _panels(self) -> list[Action]:
        """Draw all panels; their actions in order."""
        assert self.gui is not None
        assert self.stage is not None
        state, actions = self.state, []
        self.gui.begin(
            is_dark=state.is_dark,
            font_size=state.preferences.font_size,
            scale=self.window.scale / self.window.pixel_ratio,
        )
        actions += self._safely(lambda: menu.menu_bar(state))
        actions += self._safely(lambda: panel_window.status_bar(state))
        self.gui.dock(LEFT, RIGHT, BOTTOM, view_panel.NAME)
        texture = self.stage.texture
        actions += self._safely(lambda: self.view.draw(state, texture))
        for panel in self.panels:
            actions += self._safely(lambda panel=panel: panel_window.docked(panel, state))
        if "Shaders" in state.windows:
            actions += self._safely(lambda: panel_window.closable(self.shader_panel, state))
        if state.shown is None:
            place, room = self.view.centre, self.view.size[0]
            actions += self._safely(lambda: start.start_screen(state, place, room))
        actions += self._safely(lambda: self.files.draw(state))
        actions += self._safely(lambda: self.dialogs.draw(state))
        return actions

    def _safely(self, draw: Callable[[], list[Action]]) -> list[Action]:
        """Draw a panel; one that fails is said, and the others are drawn all the same."""
        assert self.gui is not None
        with self._living_on(), self.gui.mending():
            return draw()
        return []

    def _take_work(self) -> None:
        """Show the newest that the worker has published, and how it ended."""
        newest = self.worker.take_published()
        if newest is not None:
            with self._living_on():
                self.effects.show_work(newest)
        outcome = self.worker.take_outcome()
        if outcome is not None:
            with self._living_on():
                self.effects.finish(outcome)
                self.effects.arrange()  # what was asked for meanwhile
            self.effects.replaying.read()
        report = self.effects.teaching.report()
        if report != self.state.job:
            self.state = replace(self.state, job=report)

    def _look_at_shaders(self, now: float) -> None:
        """Reload shaders that another program has changed."""
        assert self.stage is not None
        if now - self._shaders_at < _SHADER_POLL_SECONDS:
            return
        self._shaders_at = now
        if self.stage.renderer.programs.library.changed_on_disk():
            self.effects.shading.look()
            self.window.had_event = True

    def _patience(self) -> float:
        """How long the loop may sleep when nothing happens, seconds."""
        now = time.perf_counter()
        state = self.state
        is_live = state.is_rotating or state.is_playing or state.flight is not None
        if is_live or state.recording is not None:
            return 0.0
        if self.stage is not None and self.stage.is_unfinished:
            return 0.0
        if self.window.had_event or now < self._awake_until:
            return 0.005
        if now - self._moved_at < SETTLE_SECONDS + 0.1:
            return 0.02
        return 0.1 if state.job is not None else 0.4

    def _keep_settings(self, *, at_once: bool = False) -> None:
        """Write preferences and layout when they changed; a fault is said once."""
        assert self.gui is not None
        # While a slider is dragged the file would be written at every frame.
        if time.perf_counter() < self._awake_until and not at_once:
            return
        wanted = changes.preferences_of(self.state)
        layout = self.gui.layout_to_save()
        try:
            if wanted != self._kept_preferences and self._may_replace_settings:
                self._kept_preferences = wanted
                preferences.save_preferences(wanted, self.folder)
            if layout is not None:
                preferences.save_layout(layout, self.gui.layout_path)
        except NnvisError as error:
            self.complain(str(error))


@contextmanager
def _noted_interrupt() -> Iterator[threading.Event]:
    """Ctrl-C sets the event instead of raising; a second one raises.

    Raised inside a callback of GLFW or ImGui it would be lost.
    """
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event  # signals go elsewhere
        return
    before = signal.getsignal(signal.SIGINT) or signal.default_int_handler

    def note(*_: Any) -> None:
        event.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)


def open_viewer(path: Path | None = None, network: Network | None = None) -> None:
    """Show the viewer until its window is closed.

    Parameters
    ----------
    path
        A run or network to open.
    network
        One that is in memory, when there is no path.

    Raises
    ------
    RenderError
        When no window or no OpenGL 3.3 is to be had: it says what to do.
    """
    viewer = Viewer(path)
    try:
        if network is not None:
            viewer.effects.show_network(network, "from Python")
        with _noted_interrupt() as interrupted:
            while viewer.step():
                if interrupted.is_set():
                    raise KeyboardInterrupt
    finally:
        with suppress(KeyboardInterrupt):
            viewer.release()
