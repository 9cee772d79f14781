"""What the window shows, as one value: panels read it, nothing in it touches OpenGL."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnvis.app.flight import Flight
from nnvis.app.history import History
from nnvis.app.lesson import Lesson
from nnvis.app.preferences import Preferences
from nnvis.app.worker import Report
from nnvis.config import ProcessingConfig, RenderingConfig, read_config
from nnvis.model import Network
from nnvis.render.camera import Camera
from nnvis.render.scene import Scene

if TYPE_CHECKING:
    from nnvis.app.shaders import Workshop
    from nnvis.app.training import Training
    from nnvis.fingerprint import SingleEpoch

_RENDERING = read_config(RenderingConfig, None)
_PROCESSING = read_config(ProcessingConfig, None)
_PREFERENCES = read_config(Preferences, None)


@dataclass(frozen=True)
class Shown:
    """A network on the screen.

    Attributes
    ----------
    scene
        Its arrays for the class visibility chosen.
    origin
        Where it came from: a path, or how it was made.
    palette
        The class colours that the scene was made with.
    saved
        The network that the file at ``origin`` holds; ``None`` when there is no such file.
    then
        A place on the time line and the network as it was there, which the scene shows.
    """

    network: Network
    scene: Scene
    origin: str
    palette: str
    saved: Network | None = None
    then: tuple[float, Network] | None = None

    @property
    def moment(self) -> float | None:
        """Place on the time line that the scene shows; ``None`` for the network's own."""
        return None if self.then is None else self.then[0]

    @property
    def seen(self) -> Network:
        """The network as the scene shows it."""
        return self.network if self.then is None else self.then[1]

    @property
    def is_saved(self) -> bool:
        """Whether this is what the file at ``origin`` holds."""
        return self.network is self.saved

    def is_same_network(self, other: Shown) -> bool:
        """Whether the units are the same ones, though they and the edges may have moved, or may
        matter otherwise while they stay where they are."""
        mine, theirs = self.network, other.network
        return (
            mine.unit_importance is theirs.unit_importance
            or mine.unit_position is theirs.unit_position
        )


@dataclass(frozen=True)
class Notice:
    """A sentence for the user."""

    text: str
    is_error: bool = False


@dataclass(frozen=True)
class Frames:
    """How long drawing takes.

    Attributes
    ----------
    seconds
        Of the last drawn frames of the scene, oldest first.
    drawn_edges, drawn_points
        In the last of them, which may show less while the view moves.
    gpu_bytes
        Of the scene's buffers and textures.
    gl
        Version and renderer.
    """

    seconds: tuple[float, ...] = ()
    drawn_edges: int = 0
    drawn_points: int = 0
    grid_cells: int = 0
    gpu_bytes: int = 0
    gl: str = ""


@dataclass(frozen=True)
class ViewState:
    """Everything the window shows and the user has set.

    Attributes
    ----------
    mode
        Class visibility.
    hovered, pinned
        Rows of units in the network.
    windows
        Names of the panels and dialogs that are open beyond the first layout's.
    recording
        The film being recorded, its path.
    run
        Folder of the run that the network came from; ``None`` for other networks.
    training
        The recorded history of the run shown.
    single
        What the run's only usable epoch says: one makes no history.
    moment
        Place on its time line, counted in recorded epochs from 0.
    transition
        The classes (from, to) whose samples are listed.
    has_flows
        Whether changes of class are drawn as arcs.
    other
        The recorded epoch that the place on the time line is compared with, counted from 0;
        ``None`` for the last.
    samples
        Numbers of the probe samples that are selected, rising, the same for every panel.
    map_kind, map_interpolation
        How the class map is painted, and what it shows between two epochs.
    path
        The path through clusters of activations that is followed.
    lit
        Rows of units that are shown with the edges between them while no unit is pinned.
    analyses
        What panels had worked out of the run, by key of :data:`nnvis.app.analysing.ANALYSES`.
    lesson
        What the teaching mode is at; ``None`` outside it.
    textures
        OpenGL's numbers of pictures that panels show, by name.
    """

    camera: Camera = field(default_factory=Camera)
    flight: Flight | None = None
    is_rotating: bool = False
    shown: Shown | None = None
    mode: str = "all"
    rendering: RenderingConfig = _RENDERING
    processing: ProcessingConfig = _PROCESSING
    preferences: Preferences = _PREFERENCES
    history: History = field(default_factory=History)
    job: Report | None = None
    hovered: int | None = None
    pinned: int | None = None
    notice: Notice | None = None
    windows: frozenset[str] = frozenset()
    frames: Frames = field(default_factory=Frames)
    recording: str | None = None
    shaders: Workshop | None = None
    run: Path | None = None
    training: Training | None = None
    single: SingleEpoch | None = None
    moment: float = 0.0
    is_playing: bool = False
    transition: tuple[int, int] | None = None
    has_flows: bool = False
    other: int | None = None
    samples: tuple[int, ...] = ()
    map_kind: str = "region"
    map_interpolation: str = "linear"
    path: str | None = None
    lit: tuple[int, ...] = ()
    analyses: Mapping[str, Any] = field(default_factory=dict)
    lesson: Lesson | None = None
    textures: Mapping[str, int] = field(default_factory=dict)
    is_closing: bool = False

    @property
    def epoch_row(self) -> int:
        """The recorded epoch at or before the place on the time line."""
        if self.training is None:
            return 0
        return min(max(int(self.moment + 1e-6), 0), self.training.count - 1)

    def is_selected(self, sample: int) -> bool:
        """Whether a sample of the probe is; ``samples`` rises, and may hold thousands."""
        at = bisect_left(self.samples, sample)
        return at < len(self.samples) and self.samples[at] == sample

    @property
    def other_row(self) -> int:
        """The recorded epoch to compare with."""
        last = 0 if self.training is None else self.training.count - 1
        return last if self.other is None else min(self.other, last)

    @property
    def is_dark(self) -> bool:
        return self.rendering.background == "dark"

    @property
    def kept_edges(self) -> int:
        """Edges that the prune slider leaves, at most those the network holds."""
        if self.shown is None:
            return 0
        from nnvis.pipeline import kept_edges

        network = self.shown.network
        wanted = kept_edges(network.edges_total, self.processing.prune_percentage)
        return min(wanted, network.edge_count)

    @property
    def drawn_rendering(self) -> RenderingConfig:
        """The rendering settings with the prune slider as a threshold.

        Edges are sorted by importance, so what the slider keeps is a count from the front: it
        answers within a frame and nothing is uploaded.
        """
        if self.shown is None or self.kept_edges >= len(self.shown.scene.edge_importance):
            return self.rendering
        if self.kept_edges == 0:
            return self.rendering
        least = float(self.shown.scene.edge_importance[self.kept_edges - 1])
        if least <= self.rendering.edge_importance_threshold:
            return self.rendering
        return self.rendering.model_copy(update={"edge_importance_threshold": least})
