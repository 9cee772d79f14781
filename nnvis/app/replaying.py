"""The time line at work: reads a run's history, draws its flows, lets the network follow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.app.atlas import Atlas
from nnvis.app.training import Training, follows, read_training
from nnvis.app.worker import Publish
from nnvis.progress import Progress
from nnvis.render import palette
from nnvis.render.flows import scene_of_flows

if TYPE_CHECKING:
    from nnvis.app.viewer import Viewer
    from nnvis.model import Network

JOB = "Reading the training"
# A recurrence plot is shown coarser beyond this many steps.
_MOST_CELLS = 2048
_CRISP = 512


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
            self._viewer.state, training=None, moment=0.0, is_playing=False, transition=None,
            has_flows=False,
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

    def take(self, training: Training | None) -> None:
        """The history is read; the time line stands at its end."""
        if training is None:
            return
        last = float(training.count - 1)
        self._viewer.state = replace(self._viewer.state, training=training, moment=last)
        if training.note:
            self._viewer.say(training.note)

    def then(self, network: Network) -> tuple[float, Network] | None:
        """The place on the time line and the network as it was there; ``None`` where training
        recorded neither its importance nor its weights.

        Places stay: one layout for the whole run, so that what changes on the screen is what
        changed in training.
        """
        state = self._viewer.state
        training = state.training
        if training is None or not follows(training, network):
            return None
        importance = training.importance_at(state.moment)
        weight = training.weight_at(state.moment, network)
        if importance is not None and importance.shape != network.unit_importance.shape:
            importance = None
        if importance is None and weight is None:
            return None
        return state.moment, _network_then(network, importance, weight)

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
        wanted = (scene, step)
        if self._flows is not None and all(
            a is b or (isinstance(a, int) and a == b)
            for a, b in zip(wanted, self._flows, strict=True)
        ):
            return
        self._flows = wanted
        arcs = None
        if training is not None and step is not None and scene is not None:
            arcs = scene_of_flows(scene, training.moved[step])
        stage.show_flows(arcs)

    def _paint(self, training: Training | None, background: Any) -> None:
        """The recurrence plot and the probe's pictures as textures."""
        wanted = (training, background)
        if self._painted is not None and self._painted[0] is training and (
            self._painted[1] == background
        ):  # fmt: skip
            return
        self._painted = wanted
        viewer = self._viewer
        assert viewer.stage is not None
        pictures: dict[str, np.ndarray] = {}
        if training is not None:
            pictures["recurrence"] = recurrence_picture(training.distance, background)
            if training.probe is not None and training.probe.picture is not None:
                probe = training.probe.picture
                pictures["probe"] = Atlas.of(probe).painted(probe)
        viewer.state = replace(viewer.state, textures=viewer.stage.set_pictures(pictures))


def _network_then(
    network: Network, importance: np.ndarray | None, weight: np.ndarray | None
) -> Network:
    """The network with another importance of its units, other weights, or both."""
    source = network.edge_source
    before = np.nan_to_num(network.unit_importance).mean(axis=1)[source]
    now = network.unit_importance if importance is None else importance.astype(np.float32)
    after = np.nan_to_num(now).mean(axis=1)[source]
    if weight is None:
        # An edge's own part of its combined score is what is left without its source unit's.
        own = np.divide(
            network.edge_importance, before, out=np.zeros_like(before), where=before > 0
        )
        weight = network.edge_weight
    else:
        own = np.abs(weight)
        layer = network.unit_layer[source]
        for number in np.unique(layer):
            here = layer == number
            own[here] /= max(float(own[here].max()), 1e-12)
    return replace(
        network,
        unit_importance=now,
        edge_weight=weight,
        edge_importance=(own * after).astype(np.float32),
    )


def recurrence_picture(distance: np.ndarray, background: Any) -> np.ndarray:
    """Distances (step, step) as (row, column, 4) uint8: dark ink where two steps are alike.

    More steps than a picture should have are thinned evenly.
    """
    every = -(-len(distance) // _MOST_CELLS)
    alike = 1 - np.clip(distance[::every, ::every], 0, 1)
    # Stretched in between by the graphics card, few cells would run into each other.
    larger = max(_CRISP // max(len(alike), 1), 1)
    alike = alike.repeat(larger, axis=0).repeat(larger, axis=1)
    paper = palette.background_colour(background)
    ink = np.array([0.05, 0.16, 0.42] if background == "light" else [0.62, 0.76, 1.0])
    colour = paper + alike[..., None] ** 1.5 * (ink - paper)
    whole = np.ones((*alike.shape, 4))
    whole[..., :3] = colour
    return np.rint(255 * whole).astype(np.uint8)
