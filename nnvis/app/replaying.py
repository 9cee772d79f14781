"""The time line at work: reads a run's history, draws its flows, lets the network follow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.app.atlas import Atlas
from nnvis.app.pictures import enlarged, inked
from nnvis.app.training import Training, read_training
from nnvis.app.worker import Publish
from nnvis.progress import Progress
from nnvis.render.flows import scene_of_flows

if TYPE_CHECKING:
    from nnvis.app.viewer import Viewer
    from nnvis.fingerprint import SingleEpoch

JOB = "Reading the training"


class Replaying:
    """Keeps what of the training is on the graphics card."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._pending: Path | None = None
        self._flows: tuple[Any, ...] | None = None
        self._painted: tuple[Any, ...] | None = None

    def forget(self, folder: Path | None) -> None:
        """Another network is shown, from the run in ``folder`` when that is one."""
        self._pending = folder
        self._viewer.state = replace(
            self._viewer.state, run=folder, training=None, single=None, moment=0.0,
            is_playing=False, transition=None, has_flows=False, other=None, samples=(), lit=(),
            path=None, analyses={},
        )  # fmt: skip

    def read(self) -> None:
        """Read the history that is waiting for the working thread to be free."""
        folder, worker = self._pending, self._viewer.worker
        if folder is None or worker.is_busy:
            return
        self._pending = None
        if not any((folder / "epochs").glob("*.safetensors")):
            return

        def task(progress: Progress, _: Publish) -> Any:
            return read_training(folder, progress)

        worker.start(JOB, task)

    def take(self, training: Training | SingleEpoch | None) -> None:
        """The history is read; the time line stands at its end."""
        if training is None:
            return
        if not isinstance(training, Training):
            self._viewer.state = replace(self._viewer.state, single=training)
            return
        last = float(training.count - 1)
        self._viewer.state = replace(self._viewer.state, training=training, moment=last)
        if training.note:
            self._viewer.say(training.note)

    def follow(self) -> None:
        """Bring flows and pictures on the graphics card up to the state; costs nothing when they
        are."""
        viewer = self._viewer
        stage, state = viewer.stage, viewer.state
        assert stage is not None
        training = state.training
        self._paint(training, state.rendering.background)
        scene = None if state.shown is None else state.shown.scene
        step = None
        if training is not None and state.has_flows and scene is not None:
            step = min(state.epoch_row, len(training.moved) - 1)
        if self._flows is not None and self._flows[0] is scene and self._flows[1] == step:
            return
        self._flows = (scene, step)
        arcs = None
        if training is not None and step is not None and scene is not None:
            arcs = scene_of_flows(scene, training.moved[step])
        stage.show_flows(arcs)

    def _paint(self, training: Training | None, background: Any) -> None:
        """The recurrence plot and the probe's pictures as textures."""
        before = self._painted
        if before is not None and before[0] is training and before[1] == background:
            return
        self._painted = (training, background)
        viewer = self._viewer
        assert viewer.stage is not None
        pictures: dict[str, np.ndarray] = {}
        if training is not None:
            pictures["recurrence"] = recurrence_picture(training.distance, background)
            if training.probe is not None and training.probe.picture is not None:
                probe = training.probe.picture
                pictures["probe"] = Atlas.of(probe).painted(probe)
        textures = viewer.stage.set_pictures("training", pictures)
        viewer.state = replace(viewer.state, textures=textures)


def recurrence_picture(distance: np.ndarray, background: Any) -> np.ndarray:
    """Distances (step, step) as (row, column, 4) uint8: dark ink where two steps are alike."""
    return enlarged(inked(1 - np.clip(distance, 0, 1), background))
