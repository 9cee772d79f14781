"""The teaching mode at work: the network learns on the working thread, the window follows it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.app import actions as act
from nnvis.app import loading
from nnvis.app.history import History
from nnvis.app.lesson import PICTURE, Learnt, Lesson, Teach, TrainLesson
from nnvis.app.live_network import live_network
from nnvis.app.mapping import painted
from nnvis.app.state import Shown, ViewState
from nnvis.app.worker import Outcome, Pause, Publish, Report
from nnvis.errors import DatasetError, NnvisError
from nnvis.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from nnvis.app.viewer import Viewer
    from nnvis.learning.live import LiveNetwork

JOB = "Your own points"
ORIGIN = "your own points"
PANEL = "Class map"
# Steps are taken in bursts so long, seconds, and looked at after each.
_BURST = 0.1
# Places along each side of the plane where the network is asked, and pixels of its picture.
_PLACES, _CRISP = 101, 201
_MOST_LOOKS = 2000
# Other work; it needs the thread, so the lesson pauses for it.
_WORK = (
    act.Open, act.OpenImportance, act.Save, act.Generate, act.RunDemo, act.Start, act.Undo,
    act.Redo, act.Compute,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Lecture:
    """What the working thread hands over: how far the network is, and how it looks."""

    learnt: Learnt
    shown: Shown
    seen: Hashable
    was_cancelled: bool = False


class Teaching:
    """Starts and follows the lesson's work.

    The work reads the lesson from the viewer's state before each burst, so points and settings
    reach it while it runs.

    Parameters
    ----------
    require_idle
        Raises when other work is under way.
    """

    def __init__(self, viewer: Viewer, require_idle: Callable[[], None]) -> None:
        self._viewer = viewer
        self._require_idle = require_idle
        self._pending: act.Action | None = None
        self._back: str | None = None
        self._has_begun = False
        self._seen: Hashable = None
        # These two are the working thread's while it works.
        self._network: LiveNetwork | None = None
        self._curve: list[tuple[float, float, float]] = []
        self.handlers: dict[type, Callable[[Any], None]] = {
            Teach: self._teach,
            TrainLesson: self._train,
        }

    def puts_off(self, action: act.Action) -> bool:
        """Whether ``action`` has to wait for the lesson to pause; it is then done."""
        if not self._is_working or not isinstance(action, _WORK):
            return False
        self._pending = action
        self._pause()
        self._viewer.worker.stop()
        return True

    def report(self) -> Report | None:
        """Where the working thread is, for the panels: catching up with points that are drawn is
        too short to tell, and switching other panels off for it would make them flicker."""
        report, lesson = self._viewer.worker.report(), self._viewer.state.lesson
        if lesson is None or lesson.learnt is None or lesson.is_training:
            return report
        return None if report is not None and report.name == JOB else report

    def follow(self) -> None:
        """Start the work that the lesson asks for; costs nothing when there is none."""
        viewer = self._viewer
        state = viewer.state
        lesson = state.lesson
        if lesson is None or viewer.worker.is_busy:
            return
        if lesson.is_training or _view(state, lesson) != self._seen:
            viewer.worker.start(JOB, self._work)

    def take(self, lecture: Lecture) -> None:
        """Show the newest of the network; nothing when the lesson is over by now."""
        viewer = self._viewer
        lesson = viewer.state.lesson
        if lesson is None:
            return
        if lesson.learnt is None:
            viewer.effects.replaying.forget(None)
            settings = loading.settings_of(lecture.shown.network, viewer.state.processing)
            viewer.state = replace(viewer.state, processing=settings)
        before = viewer.state.shown
        stays = before is not None and lecture.shown.is_same_network(before)
        viewer.effects.show(lecture.shown, history=None if stays else History())
        assert viewer.stage is not None
        textures = viewer.stage.set_pictures(PICTURE, {PICTURE: lecture.learnt.picture})
        lesson = replace(lesson, learnt=lecture.learnt)
        viewer.state = replace(viewer.state, lesson=lesson, textures=textures)
        self._seen = lecture.seen

    def forget(self) -> None:
        """Another network is shown: the lesson is over."""
        viewer = self._viewer
        self._back, self._has_begun = None, False
        if viewer.state.lesson is None and PICTURE not in viewer.state.textures:
            return
        assert viewer.stage is not None
        textures = viewer.stage.set_pictures(PICTURE, {})
        viewer.state = replace(viewer.state, lesson=None, textures=textures)

    def finish(self, outcome: Outcome) -> None:
        """The work has paused, or cannot go on; what waited for it is done now."""
        viewer = self._viewer
        if outcome.error is not None:
            lesson = viewer.state.lesson
            if lesson is not None:
                # Where training stood is shown yet; what cannot be shown is not tried again.
                self._seen = None if lesson.is_training else _view(viewer.state, lesson)
            self._pause()
            viewer.complain(outcome.error)
        elif outcome.was_stopped:
            self._pause()
        elif outcome.result is not None:
            self.take(outcome.result)
            if outcome.result.was_cancelled:
                self._pause()
        pending, self._pending = self._pending, None
        if pending is not None:
            viewer.apply(pending)

    @property
    def _is_working(self) -> bool:
        report = self._viewer.worker.report()
        return report is not None and report.name == JOB

    def _pause(self) -> None:
        state = self._viewer.state
        if state.lesson is not None and state.lesson.is_training:
            paused = replace(state.lesson, is_training=False)
            self._viewer.state = replace(state, lesson=paused)

    def _teach(self, action: Teach) -> None:
        viewer = self._viewer
        lesson = viewer.state.lesson
        if lesson is None:
            self._leave()
            return
        if not self._has_begun:
            try:
                self._require_idle()
            except NnvisError:
                viewer.state = replace(viewer.state, lesson=None)
                raise
            self._back, self._has_begun = lesson.back, True
            self._seen = self._network = None
        assert viewer.gui is not None
        viewer.gui.bring_to_front(PANEL)

    def _leave(self) -> None:
        """Back to what was shown before, when that can be opened again."""
        back = self._back
        self.forget()
        if back is not None:
            self._viewer.apply(act.Open(Path(back)))

    def _train(self, action: TrainLesson) -> None:
        lesson = self._viewer.state.lesson
        if lesson is None or not action.is_on or lesson.is_training:
            return
        here = "there are none yet" if not len(lesson.label) else "all are of one"
        raise DatasetError(f"Draw points of at least two classes; {here}.")

    def _work(self, progress: Progress, publish: Publish) -> Lecture | None:
        """On the working thread: learn until the lesson pauses or ends, at once if it has."""
        pause = Pause()
        while True:
            begin = time.monotonic()
            state = self._viewer.state
            lesson = state.lesson
            if lesson is None:
                return None
            network = self._fitting(lesson)
            was_cancelled = progress.is_cancelled
            burst = max(_BURST, 1 / lesson.speed)
            if not lesson.is_training or was_cancelled:
                return replace(self._lecture(network, state, lesson), was_cancelled=was_cancelled)
            network.train(
                lesson.place, lesson.label, lesson.learning_rate, round(burst * lesson.speed)
            )
            if pause.is_over:
                with pause.after():
                    publish(self._lecture(network, state, lesson))
            progress.check(JOB)  # no steps to report: it has no end
            time.sleep(max(begin + burst - time.monotonic(), 0))

    def _fitting(self, lesson: Lesson) -> LiveNetwork:
        """The network as it has learnt so far, or a new one when another is wanted."""
        if self._network is None or self._network.key != lesson.key:
            from nnvis.learning.live import LiveNetwork

            self._network = LiveNetwork(*lesson.key)
            self._curve = []
        return self._network

    def _lecture(self, network: LiveNetwork, state: ViewState, lesson: Lesson) -> Lecture:
        look = network.look(lesson.place, lesson.label)
        if self._curve and self._curve[-1][0] == look.steps:
            self._curve.pop()
        self._curve.append((look.steps, look.loss, look.accuracy))
        if len(self._curve) > _MOST_LOOKS:
            del self._curve[1:-1:2]  # every other one, the ends stay
        picture = painted(network.probability(_PLACES), _CRISP, state)
        curve = np.array(self._curve)
        learnt = Learnt(look.steps, look.loss, look.accuracy, curve, picture)
        layout = state.shown.network if lesson.learnt is not None and state.shown else None
        live = live_network(look, state.processing, layout)
        shown = loading.arranged(live, state.mode, state.rendering, ORIGIN)
        return Lecture(learnt, shown, _view(state, lesson))


def _view(state: ViewState, lesson: Lesson) -> Hashable:
    """What a lecture depends on, besides the steps."""
    return lesson.edits, lesson.key, state.rendering.background, state.map_kind
