"""Everything a user can do, as values: panels return them, the viewer applies them between frames.

A list of actions is a session: it can be recorded, replayed and tested without a mouse.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnvis.app.lesson import LessonAction


@dataclass(frozen=True)
class SetRendering:
    """One setting of ``configs/rendering.json``."""

    name: str
    value: Any


@dataclass(frozen=True)
class SetProcessing:
    """One setting of ``configs/processing.json``."""

    name: str
    value: Any


@dataclass(frozen=True)
class SetPreference:
    """One of the user's own settings: font size, theme, …"""

    name: str
    value: Any


@dataclass(frozen=True)
class ResetRendering:
    """All rendering settings back to their defaults."""


@dataclass(frozen=True)
class ResetProcessing:
    """All processing settings back to their defaults."""


@dataclass(frozen=True)
class SetMode:
    """Class visibility: ``"importance"``, ``"all"`` or a class name."""

    mode: str


@dataclass(frozen=True)
class Open:
    """A processed network: a run's folder or a ``network.safetensors``."""

    path: Path


@dataclass(frozen=True)
class OpenImportance:
    """A run's importance and weights alone, laid out as a lattice with straight edges."""

    path: Path


@dataclass(frozen=True)
class Save:
    """The network shown, as a ``network.safetensors``."""

    path: Path


@dataclass(frozen=True)
class Generate:
    """A random network of these layer sizes."""

    layers: tuple[int, ...]
    classes: int


@dataclass(frozen=True)
class RunDemo:
    """Process the bundled digits, or open what an earlier demo left."""


@dataclass(frozen=True)
class Start:
    """A processing operation by its key in :data:`nnvis.app.processing.OPERATIONS`."""

    operation: str


@dataclass(frozen=True)
class Stop:
    """End the work at its next complete iteration and keep what is there."""


@dataclass(frozen=True)
class Undo:
    """Back to the network before the last change."""


@dataclass(frozen=True)
class Redo:
    """Forward again."""


@dataclass(frozen=True)
class Orbit:
    """A drag that turns the view, screen pixels."""

    right: float
    down: float


@dataclass(frozen=True)
class Pan:
    """A drag that moves the picture, in pixels of a view of this height."""

    right: float
    down: float
    height: float


@dataclass(frozen=True)
class Zoom:
    """Notches of the wheel, positive to come closer."""

    notches: float


@dataclass(frozen=True)
class Fly:
    """Move the camera for some seconds, each axis from −1 to 1."""

    forward: float
    right: float
    seconds: float


@dataclass(frozen=True)
class GoTo:
    """A named camera position, framed."""

    position: str


@dataclass(frozen=True)
class ToggleRotation:
    """Start or stop the slow turn."""


@dataclass(frozen=True)
class PointAt:
    """What lies under the mouse, pixels of the view from its upper left; ``None`` outside."""

    place: tuple[float, float] | None


@dataclass(frozen=True)
class Pin:
    """Hold a unit (its row in the network) and dim the rest; ``None`` lets go."""

    unit: int | None


@dataclass(frozen=True)
class TurnAbout:
    """Make a unit (its row in the network) what the camera turns about."""

    unit: int


@dataclass(frozen=True)
class TakePicture:
    """A PNG of the view, of any size; the view's own when ``None``."""

    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class ToggleRecording:
    """Begin or end a film of the view."""


@dataclass(frozen=True)
class ShowWindow:
    """Open or close a panel or dialog by its name."""

    name: str
    is_open: bool


@dataclass(frozen=True)
class ResetLayout:
    """Panels back to where they were at first."""


@dataclass(frozen=True)
class ChooseShader:
    """Show this file in the editor."""

    name: str


@dataclass(frozen=True)
class EditShader:
    """The text of a shader file while it is being typed."""

    name: str
    text: str


@dataclass(frozen=True)
class SaveShader:
    """Keep the edited text in the user's own folder."""

    name: str


@dataclass(frozen=True)
class RevertShader:
    """Drop the edit; ``fully`` drops the user's saved copy too."""

    name: str
    fully: bool = False


@dataclass(frozen=True)
class SetUniform:
    """The value of a uniform that the user added to a shader."""

    name: str
    value: Any


@dataclass(frozen=True)
class GoToEpoch:
    """A place on the time line, counted in recorded epochs from 0; between two it is a mixture."""

    moment: float


@dataclass(frozen=True)
class CompareWith:
    """The recorded epoch, counted from 0, that the place on the time line is compared with."""

    row: int


@dataclass(frozen=True)
class TogglePlay:
    """Let training pass, or stop it."""


@dataclass(frozen=True)
class ChooseTransition:
    """List the samples that went from one class to another; ``None`` for none."""

    classes: tuple[int, int] | None


@dataclass(frozen=True)
class ShowFlows:
    """Draw the changes of class as arcs between the output units, or not."""

    is_on: bool


@dataclass(frozen=True)
class SelectSamples:
    """These samples of the probe, in every panel; none lets go."""

    samples: tuple[int, ...]


@dataclass(frozen=True)
class SetMap:
    """How the class map is painted (region, boundary), and what it shows between two epochs
    (linear, geometric)."""

    kind: str
    interpolation: str


@dataclass(frozen=True)
class ChoosePath:
    """Follow a path through the clusters of activation signatures, such as ``3>2>5>3``: its
    samples and units are selected; ``None`` lets go. ``samples`` are ``test`` or ``train``."""

    path: str | None
    samples: str = "test"


@dataclass(frozen=True)
class Compute:
    """Work out what a panel shows, by its key in :data:`nnvis.app.analysing.ANALYSES`.

    ``settings`` are pairs of a name and a value.
    """

    analysis: str
    settings: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Dismiss:
    """Close the message."""


@dataclass(frozen=True)
class Escape:
    """Close what lies on top: a dialog, a message, the pinned unit."""


@dataclass(frozen=True)
class Quit:
    """Close the window."""


Action = (
    SetRendering
    | SetProcessing
    | SetPreference
    | ResetRendering
    | ResetProcessing
    | SetMode
    | Open
    | OpenImportance
    | Save
    | Generate
    | RunDemo
    | Start
    | Stop
    | Undo
    | Redo
    | Orbit
    | Pan
    | Zoom
    | Fly
    | GoTo
    | ToggleRotation
    | PointAt
    | Pin
    | TurnAbout
    | TakePicture
    | ToggleRecording
    | ShowWindow
    | ResetLayout
    | ChooseShader
    | EditShader
    | SaveShader
    | RevertShader
    | SetUniform
    | GoToEpoch
    | CompareWith
    | TogglePlay
    | ChooseTransition
    | ShowFlows
    | SelectSamples
    | SetMap
    | ChoosePath
    | Compute
    | LessonAction
    | Dismiss
    | Escape
    | Quit
)
