"""What an action does beyond the view state: files and work on networks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.app import actions as act
from nnvis.app import loading
from nnvis.app.analysing import Analysing, Finding
from nnvis.app.history import History
from nnvis.app.looking import Looking
from nnvis.app.processing import OPERATIONS
from nnvis.app.replaying import JOB, Replaying
from nnvis.app.shading import Shading
from nnvis.app.state import Shown
from nnvis.app.teaching import JOB as LESSON
from nnvis.app.teaching import Lecture, Teaching
from nnvis.app.training import follows, network_at
from nnvis.app.worker import Outcome, Pause, Publish
from nnvis.bundling import DensityCells, density_cells
from nnvis.errors import RenderError
from nnvis.model import Network
from nnvis.progress import Progress
from nnvis.store import save_network

if TYPE_CHECKING:
    from nnvis.app.viewer import Viewer

_GRID = "Density grid"


class Effects:
    """The viewer's hands: everything here runs in the window's thread, long work excepted."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self.shading = Shading(viewer)
        self.looking = Looking(viewer)
        self.replaying = Replaying(viewer)
        self.analysing = Analysing(viewer)
        self.teaching = Teaching(viewer, self._idle)
        self._handlers: dict[type, Callable[[Any], None]] = {
            act.SetRendering: self._set_rendering,
            act.SetPreference: lambda _: self.arrange(),
            act.ResetRendering: lambda _: self.arrange(),
            act.SetMode: lambda _: self.arrange(),
            act.Open: self._open,
            act.OpenImportance: self._open_importance,
            act.Save: self._save,
            act.Generate: self._generate,
            act.RunDemo: self._run_demo,
            act.Start: self._start,
            act.Stop: lambda _: self._viewer.worker.stop(),
            act.Undo: lambda _: self._undo(),
            act.Redo: lambda _: self._redo(),
            act.GoTo: self.looking.go_to,
            act.PointAt: self.looking.point_at,
            act.TakePicture: self.looking.take_picture,
            act.ToggleRecording: lambda _: self.looking.toggle_recording(),
            act.ResetLayout: lambda _: self._viewer.gui and self._viewer.gui.first_layout(),
            act.ShowWindow: lambda _: self.shading.look(),
            act.ChooseShader: lambda action: self.shading.look(action.name),
            act.EditShader: self.shading.edit,
            act.SaveShader: self.shading.save,
            act.RevertShader: self.shading.revert,
            act.SetUniform: self.shading.set_uniform,
            act.Compute: self._compute,
            **self.teaching.handlers,
        }
        self._before: tuple[str, Network] | None = None
        self._latest: Network | None = None
        self._grid_of: tuple[Any, ...] | None = None
        self._seed = 0
        self.shading.look()

    def of(self, action: act.Action) -> None:
        """Do what ``action`` asks of the world; the state is changed already.

        Raises
        ------
        NnvisError
            One sentence, for the user.
        """
        handler = self._handlers.get(type(action))
        if handler is not None and not self.teaching.puts_off(action):
            handler(action)

    @property
    def is_changing(self) -> bool:
        """Whether work is under way that changes the network at every iteration."""
        return self._before is not None

    # What is shown

    def show(self, shown: Shown, *, history: History | None = None) -> None:
        """Put a network on the screen."""
        viewer = self._viewer
        stage = viewer.stage
        assert stage is not None
        before = viewer.state.shown
        same_units = before is not None and shown.is_same_network(before)
        stage.show(shown)
        viewer.state = replace(
            viewer.state,
            shown=shown,
            mode=loading.known(viewer.state.mode, shown.network),
            hovered=None,
            pinned=viewer.state.pinned if same_units else None,
            lit=viewer.state.lit if same_units else (),
            history=viewer.state.history if history is None else history,
        )
        if not same_units:
            viewer.state = replace(viewer.state, camera=self.looking.framed("default"), flight=None)
        name = Path(shown.origin).name if shown.is_saved else shown.origin
        viewer.window.set_title(f"{name} - nnvis")
        self._follow_grid()

    def show_work(self, newest: Any) -> None:
        """The newest state of running work."""
        if isinstance(newest, Shown):
            self.show(newest)
        elif isinstance(newest, Lecture):
            self.teaching.take(newest)

    def finish(self, outcome: Outcome) -> None:
        """A job has ended: show what it gave, or say why it gave nothing."""
        viewer = self._viewer
        before, self._before = self._before, None
        latest, self._latest = self._latest, None
        if outcome.trace:
            print(outcome.trace, file=sys.stderr)
        if not isinstance(outcome.result, DensityCells) and outcome.name == _GRID:
            self._grid_of = None  # stopped or failed: computed when it is asked for again
        if outcome.name == LESSON:
            self.teaching.finish(outcome)
            return
        if outcome.error is not None:
            if before is not None and viewer.state.shown is not None:
                self.show_network(before[1])
            viewer.complain(outcome.error)
            return
        if outcome.was_stopped:
            if before is not None and latest is not None and viewer.state.shown is not None:
                history = viewer.state.history.changed(*before)
                self.show_network(latest, history=history)
                viewer.say(f"{outcome.name} stopped; what was complete is kept, undo brings back "
                           "the state before.")  # fmt: skip
            else:
                viewer.say(f"{outcome.name} stopped; nothing has changed.")
            return
        if outcome.name == JOB:
            read: Any = outcome.result
            self.replaying.take(read)
            return
        if isinstance(outcome.result, Finding):
            self.analysing.take(outcome.result)
            return
        if isinstance(outcome.result, DensityCells):
            assert viewer.stage is not None
            viewer.stage.show_grid(outcome.result)
            return
        shown, message = outcome.result
        history = None
        if before is not None:
            history = viewer.state.history.changed(*before)
        elif shown.network is not (viewer.state.shown and viewer.state.shown.network):
            history = History()
        self.show(shown, history=history)
        if message:
            viewer.say(message)
        if before is None and history is not None:
            self.teaching.forget()
            self.replaying.forget(loading.run_folder(shown.origin) if shown.is_saved else None)
            settings = loading.settings_of(shown.network, viewer.state.processing)
            viewer.state = replace(viewer.state, processing=settings)
        if shown.is_saved and history is not None and before is None:
            kept = viewer.state.preferences.with_recent(Path(shown.origin).absolute())
            viewer.state = replace(viewer.state, preferences=kept)

    def show_network(
        self, network: Network, origin: str | None = None, *, history: History | None = None
    ) -> None:
        """Arrange a network that is here already, from ``origin`` or a change of what is shown."""
        state = self._viewer.state
        saved = None
        if origin is None and state.shown is not None:
            origin, saved = state.shown.origin, state.shown.saved
        shown = loading.arranged(network, state.mode, state.rendering, origin or "", saved)
        self.show(shown, history=history)

    def arrange(self) -> None:
        """The same network with the class visibility and colours that are wanted now.

        Running work does so with whatever it publishes, and when it ends the viewer asks again.
        """
        viewer = self._viewer
        shown, state = viewer.state.shown, viewer.state
        if shown is None or viewer.worker.is_busy:
            return
        training, network = state.training, shown.network
        if training is not None and not follows(training, network):
            training = None
        moment = None if training is None else state.moment
        if loading.is_current(shown, state.mode, state.rendering, moment):
            return

        def task(_: Progress, __: Publish) -> Any:
            then = None
            if training is not None:
                then = state.moment, network_at(training, state.moment, network)
            again = loading.arranged(
                network, state.mode, state.rendering, shown.origin, shown.saved, then
            )
            return again, ""

        viewer.worker.start("Arranging", task)

    def _set_rendering(self, action: act.SetRendering) -> None:
        if action.name == "grid_render_mode":
            self._follow_grid()
        else:
            self.arrange()

    def _follow_grid(self) -> None:
        """Compute the density grid when it is to be drawn and is not there."""
        viewer = self._viewer
        state, stage = viewer.state, viewer.stage
        assert stage is not None
        if state.shown is None or state.rendering.grid_render_mode == "none":
            return
        wanted = (state.shown.network, state.processing)
        if self._grid_of is not None and self._grid_of[0] is wanted[0]:
            return
        if viewer.worker.is_busy:
            return
        self._grid_of = wanted
        network, settings = wanted
        viewer.worker.start(_GRID, lambda *_: density_cells(network, settings))

    def _arranged(self, network: Network, origin: str, *, saved: Any = None) -> Shown:
        """For the working thread: arranged with what is wanted by now.

        ``saved`` is the network in the file, or ``True`` for this one.
        """
        state = self._viewer.state
        kept = network if saved is True else saved
        return loading.arranged(network, state.mode, state.rendering, origin, kept)

    # Where networks come from

    def _idle(self) -> None:
        worker = self._viewer.worker
        report = worker.report()
        if report is not None:
            raise RenderError(f"{report.name} is still running; stop it, or wait until it is done.")

    def _open(self, action: act.Open) -> None:
        self._idle()

        def task(_: Progress, __: Publish) -> Any:
            network, file = loading.opened(action.path)
            origin = file.parent if (file.parent / "run.json").is_file() else file
            return self._arranged(network, str(origin), saved=True), ""

        self._viewer.worker.start(f"Opening {action.path.name}", task)

    def _open_importance(self, action: act.OpenImportance) -> None:
        self._idle()
        state = self._viewer.state

        def task(_: Progress, __: Publish) -> Any:
            # All edges: how much the network before was pruned has nothing to do with this one.
            whole = state.processing.model_copy(update={"prune_percentage": 0.0})
            network = loading.importance_opened(action.path, whole)
            origin = f"importance of {action.path}"
            return self._arranged(network, origin), "On the lattice, not processed yet."

        self._viewer.worker.start(f"Opening {action.path.name}", task)

    def _generate(self, action: act.Generate) -> None:
        self._idle()
        state = self._viewer.state
        self._seed += 1
        seed = self._seed

        def task(_: Progress, __: Publish) -> Any:
            network = loading.generated(action.layers, action.classes, state.processing, seed)
            sizes = "-".join(map(str, action.layers))
            made = self._arranged(network, f"random {sizes}")
            return made, "A random network, not processed yet."

        self._viewer.worker.start("Generating", task)

    def _run_demo(self, _: act.RunDemo) -> None:
        self._idle()

        def task(progress: Progress, _: Publish) -> Any:
            folder = loading.demo(progress)
            network, file = loading.opened(folder)
            return self._arranged(network, str(file.parent), saved=True), ""

        self._viewer.worker.start("The demo", task)

    def _save(self, action: act.Save) -> None:
        viewer = self._viewer
        shown = viewer.state.shown
        if shown is None:
            raise RenderError("There is no network to save; open or generate one first.")
        self._idle()
        path = action.path
        if not path.parent.is_dir():
            raise RenderError(f"Cannot save {path}: there is no folder {path.parent}.")
        from nnvis.pipeline import pruned

        share = viewer.state.processing.prune_percentage
        network = shown.network
        if network.edge_count:
            network = pruned(network, max(share, loading.pruned_share(network)))
        save_network(network, path)
        origin = str(path.absolute())
        saved = network if network.edge_count < shown.network.edge_count else shown.network
        kept = viewer.state.preferences.with_recent(path.absolute())
        now = replace(shown, origin=origin, saved=saved)
        viewer.state = replace(viewer.state, shown=now, preferences=kept)
        viewer.say(f"Saved {network.edge_count:,} edges in {path}.")

    # Analyses and processing

    def _compute(self, action: act.Compute) -> None:
        self._idle()
        self.analysing.compute(action.analysis, dict(action.settings))

    def _start(self, action: act.Start) -> None:
        viewer = self._viewer
        shown = viewer.state.shown
        if shown is None:
            raise RenderError("There is no network to process; open or generate one first.")
        self._idle()
        operation = OPERATIONS[action.operation]
        # An edge that was left out before cannot come back.
        share = max(viewer.state.processing.prune_percentage, loading.pruned_share(shown.network))
        settings = viewer.state.processing.model_copy(update={"prune_percentage": share})
        self._seed += 1
        rng = np.random.default_rng(self._seed)
        before = shown.network
        self._before, self._latest = (operation.label, before), None
        origin = shown.origin

        def task(progress: Progress, publish: Publish) -> Any:
            from nnvis.pipeline import pruned

            pause = Pause()

            def watch(network: Network) -> None:
                self._latest = network
                if pause.is_over:
                    with pause.after():
                        publish(self._arranged(network, origin, saved=shown.saved))

            given = before
            if before.edge_count:
                given = pruned(before, settings.prune_percentage)
            config = {**given.config, "processing": settings.model_dump()}
            result = operation.work(replace(given, config=config), settings, rng, progress, watch)
            return self._arranged(result, origin, saved=shown.saved), ""

        viewer.worker.start(operation.label, task)

    def _undo(self) -> None:
        self._idle()
        state = self._viewer.state
        if state.shown is None or state.history.undo_name is None:
            return
        network, history = state.history.undone(state.shown.network)
        self.show_network(network, history=history)

    def _redo(self) -> None:
        self._idle()
        state = self._viewer.state
        if state.shown is None or state.history.redo_name is None:
            return
        network, history = state.history.redone(state.shown.network)
        self.show_network(network, history=history)
