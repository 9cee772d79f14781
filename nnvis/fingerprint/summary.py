"""Everything about the history of one training, from its recorded predictions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import DatasetError
from nnvis.fingerprint.bands import recurrence_bands
from nnvis.fingerprint.checks import at_least
from nnvis.fingerprint.distances import prediction_distance, transition_distance
from nnvis.fingerprint.history import History, Run, read_history
from nnvis.fingerprint.measures import RecurrenceMeasures
from nnvis.fingerprint.phases import Phase, changed_share, find_phases, undone_share
from nnvis.fingerprint.transitions import SparseTransitions, sparse_transitions, transitions
from nnvis.fingerprint.windows import RecurrenceWindows, recurrence_windows
from nnvis.model.figures import draw

if TYPE_CHECKING:
    from jaxtyping import Float64, Int64
    from matplotlib.figure import Figure

# More classes than this are kept sparse: most of classes² cells would be 0.
DENSE_CLASSES = 100
# A window is a fifth of the training, but long enough for lines to be seen.
_LEAST_WINDOW = 8


@dataclass(frozen=True)
class Fingerprint:
    """The history of a training: how predictions change, and when changes are alike.

    Attributes
    ----------
    history
        What was recorded and used, with notes on what was not.
    deltas
        Transition matrices (T − 1, C, C), or SparseTransitions for more than 100 classes.
    distance
        Transition distance, (T − 1, T − 1); row s is the transition from epoch s to s + 1.
    raw_distance
        Number of samples predicted differently, (T, T).
    changed, undone
        Share of samples that change class at each transition, and of these the share that
        return to the class that they left at the transition before.
    bands
        Recurrence measures of each band of ``distance``.
    windows
        The same along time.
    phases
        Named stretches of the training.
    width, l_min, v_min, theiler
        The settings.
    """

    history: History
    deltas: Int64[np.ndarray, "transition class class"] | SparseTransitions
    distance: Float64[np.ndarray, "transition transition"]
    raw_distance: Int64[np.ndarray, "epoch epoch"]
    changed: Float64[np.ndarray, "transition"]
    undone: Float64[np.ndarray, "transition"]
    bands: tuple[RecurrenceMeasures, ...]
    windows: RecurrenceWindows
    phases: tuple[Phase, ...]
    width: float
    l_min: int
    v_min: int
    theiler: int

    @property
    def caption(self) -> str:
        """Run and settings in one line, for below a figure."""
        history = self.history
        parts = [
            f"epochs {history.epochs[0]}–{history.epochs[-1]}",
            f"{history.predictions.shape[1]:,} probe samples",
            f"bands of {self.width:g}",
            f"l_min {self.l_min}",
            f"v_min {self.v_min}",
            f"Theiler window {self.theiler}",
        ]
        return f"{history.name}: {', '.join(parts)}" if history.name else ", ".join(parts)

    def distance_to(self, other: Fingerprint) -> Float64[np.ndarray, "transition other"]:
        """Transition distance between each transition of this run and each of another.

        Raises
        ------
        DatasetError
            When the runs have different classes: it names the first that differs.
        """
        first, second = self.history.class_names, other.history.class_names
        if first != second:
            raise DatasetError(
                f"The runs {self.history.name!r} and {other.history.name!r} have different "
                f"classes ({_difference(first, second)}); only runs with the same classes can be "
                "compared."
            )
        return transition_distance(self.deltas, other.deltas)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the sparse transitions as plain lists and numbers, ready for JSON."""
        history = self.history
        deltas = self.deltas
        return {
            "name": history.name,
            "epochs": history.epochs.tolist(),
            "samples": history.predictions.shape[1],
            "class_names": list(history.class_names),
            "notes": list(history.notes),
            "settings": {
                "width": self.width,
                "l_min": self.l_min,
                "v_min": self.v_min,
                "theiler": self.theiler,
                "window": self.windows.window,
            },
            "numbers": {
                name: [x if math.isfinite(x) else None for x in values.tolist()]
                for name, values in history.numbers.items()
            },
            "changed": self.changed.tolist(),
            "undone": self.undone.tolist(),
            "phases": [phase.to_dict() for phase in self.phases],
            "bands": [band.to_dict() for band in self.bands],
            "windows": self.windows.to_dict(),
            "transitions": deltas.tolist() if isinstance(deltas, np.ndarray) else None,
            "distance": self.distance.tolist(),
            "raw_distance": self.raw_distance.tolist(),
        }

    def plot(self, figure: str = "distance", caption: str | None = None) -> Figure:
        """One of the figures: ``distance``, ``raw_distance``, ``recurrence``, ``transitions``
        or ``measures``."""
        if figure == "measures":
            return draw(figure, self.windows, epochs=self.history.epochs, caption=caption)
        return draw(figure, self, caption=caption)


def fingerprint_run(
    run: Run,
    width: float = 0.05,
    l_min: int = 2,
    v_min: int = 2,
    theiler: int = 0,
    window: int | None = None,
) -> Fingerprint:
    """The fingerprint of the epochs that ``run`` has recorded.

    Parameters
    ----------
    window
        Transitions in the window that moves along time; a fifth of all, at least 8, unless
        given.

    Raises
    ------
    DatasetError
        When fewer than two epochs can be compared.
    ConfigError
        For a setting out of range; see :func:`~nnvis.fingerprint.recurrence_bands`.
    """
    return fingerprint_of(read_history(run), width, l_min, v_min, theiler, window)


def fingerprint_of(
    history: History,
    width: float = 0.05,
    l_min: int = 2,
    v_min: int = 2,
    theiler: int = 0,
    window: int | None = None,
) -> Fingerprint:
    """The same for predictions that lie in memory."""
    classes = len(history.class_names)
    count = transitions if classes <= DENSE_CLASSES else sparse_transitions
    deltas = count(history.predictions, classes)
    distance = transition_distance(deltas)
    steps = len(distance)
    if window is None:
        window = min(steps, max(_LEAST_WINDOW, steps // 5))
    at_least(1, window=window)
    return Fingerprint(
        history,
        deltas,
        distance,
        prediction_distance(history.predictions),
        changed_share(history.predictions),
        undone_share(history.predictions),
        recurrence_bands(distance, width, l_min, v_min, theiler),
        recurrence_windows(distance, window, width, 1, l_min, v_min, theiler),
        find_phases(history, deltas),
        float(width),
        l_min,
        v_min,
        theiler,
    )


def _difference(first: tuple[str, ...], second: tuple[str, ...]) -> str:
    if len(first) != len(second):
        return f"{len(first)} and {len(second)}"
    at = next(k for k, pair in enumerate(zip(first, second, strict=True)) if pair[0] != pair[1])
    return f"class {at} is {first[at]!r} in one and {second[at]!r} in the other"
