"""Class maps of one training over one plane, for any moment of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.classmap.interpolation import check_interpolation, interpolate_maps
from nnvis.errors import ConfigError, DatasetError
from nnvis.model import Plane
from nnvis.model.figures import draw

if TYPE_CHECKING:
    from jaxtyping import Bool, Float32, Float64, Int32, Int64
    from matplotlib.figure import Figure

# The first of these that was logged is told beside the epoch.
ACCURACIES = ("test_accuracy", "validation_accuracy", "val_accuracy", "accuracy", "train_accuracy")
# Samples nearer to the plane than this share of its longer side lie on it.
_ON_PLANE = 1e-3


@dataclass(frozen=True)
class PlacedSamples:
    """Samples as points on a plane.

    Attributes
    ----------
    place
        (u, v) of each.
    distance
        How far each lies from the plane; 0 throughout for inputs of two numbers.
    label
        Their true classes, or ``None``.
    """

    place: Float32[np.ndarray, "sample 2"]
    distance: Float32[np.ndarray, "sample"]
    label: Int32[np.ndarray, "sample"] | None = None

    def on_plane(self, plane: Plane) -> Bool[np.ndarray, "sample"]:
        """Which lie on it, but for a thousandth of its longer side."""
        u0, u1, v0, v1 = plane.extent
        return self.distance <= _ON_PLANE * max(u1 - u0, v1 - v0)


@dataclass(frozen=True)
class ClassMaps:
    """Maps over one plane at some epochs.

    Attributes
    ----------
    name
        Of the maps in their run.
    plane
        Where they lie.
    epochs
        Numbers of the records with a map, rising.
    probability
        At each of them (ny, nx, classes), row 0 at the bottom.
    class_names
        One a class.
    source
        In words, where the maps come from.
    samples
        To be drawn on top, or ``None``.
    logged_epochs, numbers
        Numbers of all records of the run, and what was logged at each, NaN where nothing was.
    run_name
        The run's.
    """

    name: str
    plane: Plane
    epochs: Int64[np.ndarray, "epoch"]
    probability: np.ndarray
    class_names: tuple[str, ...]
    source: str = ""
    samples: PlacedSamples | None = None
    logged_epochs: Int64[np.ndarray, "record"] | None = None
    numbers: Mapping[str, Float64[np.ndarray, "record"]] = field(default_factory=dict)
    run_name: str = ""

    def __post_init__(self) -> None:
        shape = self.probability.shape
        if not len(self.epochs) or len(shape) != 4 or shape[0] != len(self.epochs):
            raise DatasetError(
                f"Class maps must be (epochs, rows, columns, classes) for {len(self.epochs)} "
                f"epochs, at least one, got {shape}."
            )
        if shape[3] != len(self.class_names):
            raise DatasetError(
                f"The maps have {shape[3]} classes, but there are {len(self.class_names)} names."
            )

    @property
    def first(self) -> int:
        """The first epoch with a map."""
        return int(self.epochs[0])

    @property
    def last(self) -> int:
        """The last epoch with a map."""
        return int(self.epochs[-1])

    def at(
        self, moment: float | None = None, interpolation: str = "linear"
    ) -> Float32[np.ndarray, "y x class"]:
        """Probabilities at any moment between the first and the last epoch, (ny, nx, classes).

        Parameters
        ----------
        moment
            An epoch or a time between two; the last one when not given. At a recorded epoch
            the result is its map, divided by its sum over classes, which rounding to float16
            may have moved from 1.
        interpolation
            ``linear`` or ``geometric``, see :func:`interpolate_maps`.

        Raises
        ------
        ConfigError
            When the moment is outside, or the interpolation unknown.
        """
        check_interpolation(interpolation)
        when = float(self.last if moment is None else moment)
        if not self.first <= when <= self.last:
            raise ConfigError(
                f"There are maps from epoch {self.first} to {self.last}, got {when:g}."
            )
        after = int(np.searchsorted(self.epochs, when, side="left"))
        if self.epochs[after] == when:
            return _normal(self.probability[after])
        start, end = self.epochs[after - 1], self.epochs[after]
        share = (when - start) / (end - start)
        first, second = (_normal(self.probability[each]) for each in (after - 1, after))
        return interpolate_maps(first, second, float(share), interpolation)

    def title(self, moment: float | None = None) -> str:
        """The epoch, and the accuracy that was logged last up to then."""
        when = float(self.last if moment is None else moment)
        shown = self._logged("training_epoch", when)
        # Records within epochs are numbered one after the other and know their time.
        words = f"Epoch {when:.1f}" if shown is None else f"Epoch {shown[1]:.2f}"
        if float(when).is_integer() and shown is None:
            words = f"Epoch {int(when)}"
        for name in ACCURACIES:
            found = self._logged(name, when)
            if found is not None:
                return f"{words}  ·  {name.replace('_', ' ')} {found[1]:.1%}"
        return words

    def colours(
        self,
        moment: float | None = None,
        kind: str = "region",
        interpolation: str = "linear",
        background: str = "light",
        colormap: str | None = None,
    ) -> Float32[np.ndarray, "y x 3"]:
        """The map of a moment as sRGB in [0, 1], row 0 at the bottom; see ``plot``."""
        import importlib

        paint = importlib.import_module("nnvis.render.classmap").paint_map
        return paint(self.at(moment, interpolation), kind, background, colormap)

    def plot(
        self,
        kind: str = "region",
        moment: float | None = None,
        caption: str | None = None,
        interpolation: str = "linear",
        dark: bool = False,
        colormap: str | None = None,
        samples: bool = True,
        moments: int = 1,
    ) -> Figure:
        """A figure of one moment, or of several side by side.

        Parameters
        ----------
        kind
            ``region``: class colours mixed by probabilities; ``boundary``: the highest
            probability of any class.
        moment
            As of :meth:`at`.
        colormap
            Of a boundary map, a name of matplotlib's or colorcet's.
        samples
            Whether to draw the samples on top.
        moments
            With more than one, that many spread evenly over the training.
        """
        return draw(
            "classmap", self, kind=kind, moment=moment, caption=caption, dark=dark,
            interpolation=interpolation, colormap=colormap, samples=samples, moments=moments,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, ready for JSON."""
        return {
            "name": self.name,
            "run": self.run_name,
            "source": self.source,
            "plane": self.plane.to_dict(),
            "epochs": self.epochs.tolist(),
            "class_names": list(self.class_names),
            "probability": self.probability.astype(np.float32).tolist(),
        }

    def _logged(self, name: str, when: float) -> tuple[int, float] | None:
        """The last finite value of that name up to ``when``, with its record's number."""
        values = self.numbers.get(name)
        if values is None or self.logged_epochs is None:
            return None
        known = np.flatnonzero(np.isfinite(values) & (self.logged_epochs <= when))
        if not len(known):
            return None
        return int(self.logged_epochs[known[-1]]), float(values[known[-1]])


def _normal(probability: np.ndarray) -> Float32[np.ndarray, "y x class"]:
    single = probability.astype(np.float32)
    return single / single.sum(axis=-1, keepdims=True)
