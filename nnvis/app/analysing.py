"""What panels have worked out of a run: on the working thread, kept until another run is shown."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.app import mapping, neighbourhood, signing
from nnvis.app.state import ViewState
from nnvis.app.worker import Publish
from nnvis.errors import StoreError
from nnvis.progress import Progress

if TYPE_CHECKING:
    from nnvis.app.viewer import Viewer


@dataclass(frozen=True)
class Analysis:
    """One kind of work that a panel asks for.

    Attributes
    ----------
    label
        Of the job, for the status line.
    work
        From the run's folder, the settings of :class:`~nnvis.app.actions.Compute` and the state
        when it was asked for, to what the panel reads in ``state.analyses``.
    view
        What the pictures below depend on; they are painted anew when it changes.
    paint
        Pictures (row, column, 4) uint8 for ``state.textures``, by name.
    """

    label: str
    work: Callable[[Path, Mapping[str, Any], ViewState, Progress], Any]
    view: Callable[[Any, ViewState], Hashable] = lambda found, state: None
    paint: Callable[[Any, ViewState], Mapping[str, np.ndarray]] = lambda found, state: {}


@dataclass(frozen=True)
class Finding:
    """The result of an analysis, and the run it is about."""

    key: str
    run: Path
    found: Any


ANALYSES: dict[str, Analysis] = {
    neighbourhood.KEY: Analysis(
        "Neighbours", neighbourhood.find, neighbourhood.view, neighbourhood.paint
    ),
    signing.KEY: Analysis("Signatures", signing.find),
    mapping.KEY: Analysis("Class map", mapping.find, mapping.view, mapping.paint),
}


class Analysing:
    """Starts analyses, keeps what they found in the state, and their pictures on the graphics
    card."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._painted: dict[str, tuple[Any, Hashable]] = {}

    def compute(self, key: str, settings: Mapping[str, Any]) -> None:
        """Start one; the working thread must be free.

        Raises
        ------
        StoreError
            When the network shown is of no run.
        """
        state, analysis = self._viewer.state, ANALYSES[key]
        run = state.run
        if run is None:
            raise StoreError(
                f"{analysis.label} needs a run, and this network is of none; open a run's folder."
            )

        def task(progress: Progress, _: Publish) -> Finding:
            return Finding(key, run, analysis.work(run, settings, state, progress))

        self._viewer.worker.start(analysis.label, task)

    def take(self, finding: Finding) -> None:
        """An analysis is done; it is dropped when another run is shown by now."""
        state = self._viewer.state
        if finding.run == state.run:
            analyses = {**state.analyses, finding.key: finding.found}
            if finding.key == signing.KEY:  # a path of other clusters means nothing
                shown = state.shown
                lit = () if shown is None else signing.lit_by(
                    finding.found, shown.network, state.samples
                )  # fmt: skip
                state = replace(state, path=None, lit=lit)
            self._viewer.state = replace(state, analyses=analyses)

    def follow(self) -> None:
        """Bring the pictures up to the state; costs nothing when they are."""
        viewer = self._viewer
        assert viewer.stage is not None
        for key, analysis in ANALYSES.items():
            state = viewer.state
            found = state.analyses.get(key)
            view = None if found is None else analysis.view(found, state)
            before = self._painted.get(key, (None, None))
            if before[0] is found and before[1] == view:
                continue
            self._painted[key] = (found, view)
            pictures = {} if found is None else analysis.paint(found, state)
            textures = viewer.stage.set_pictures(key, pictures)
            viewer.state = replace(viewer.state, textures=textures)
