"""A piece of a plane in input space, over which a model's classes are mapped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import ConfigError, DatasetError

if TYPE_CHECKING:
    from jaxtyping import Float32, Float64

# More grid points along an axis than any screen shows.
MOST_POINTS = 8192
_SQUARE = 1e-6


@dataclass(frozen=True, eq=False)
class Plane:
    """A rectangle on a plane: the place (u, v) is the input ``origin + u axes[0] + v axes[1]``.

    Made by :func:`nnvis.plane_of`, :func:`nnvis.plane_through` or :func:`nnvis.principal_plane`.

    Attributes
    ----------
    origin
        An input on the plane, flat.
    axes
        Two orthonormal directions, so that distances on the plane are those of input space.
    extent
        Left, right (along u), bottom, top (along v), in units of the inputs.
    sample_shape
        The shape of one input as the model takes it.
    labels
        What u and v are called in figures.
    made
        How the plane was made; ``kind`` and what it was made from, as JSON can hold it.

    Raises
    ------
    DatasetError
        When the parts do not make a plane.
    """

    origin: Float64[np.ndarray, "feature"]
    axes: Float64[np.ndarray, "2 feature"]
    extent: tuple[float, float, float, float]
    sample_shape: tuple[int, ...]
    labels: tuple[str, str] = ("u", "v")
    made: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        origin = np.asarray(self.origin, np.float64)
        axes = np.asarray(self.axes, np.float64)
        extent = tuple(float(side) for side in self.extent)
        shape = tuple(int(side) for side in self.sample_shape)
        size = math.prod(shape)
        if origin.shape != (size,) or axes.shape != (2, size) or size < 2:
            raise DatasetError(
                f"A plane among inputs of the shape {shape} needs an origin of {size} numbers and "
                f"2 axes of as many, at least 2, got {origin.shape} and {axes.shape}."
            )
        if not (np.isfinite(origin).all() and np.abs(axes @ axes.T - np.eye(2)).max() <= _SQUARE):
            raise DatasetError(
                "A plane needs an origin of finite numbers and two axes of length 1 at a right "
                "angle; make it with nnvis.plane_of, plane_through or principal_plane."
            )
        ordered = len(extent) == 4 and extent[0] < extent[1] and extent[2] < extent[3]
        if not (ordered and all(map(math.isfinite, extent))):
            raise DatasetError(
                "The extent of a plane must be left < right and bottom < top, "
                f"got {', '.join(f'{side:g}' for side in extent)}."
            )
        values = {"origin": origin, "axes": axes, "extent": extent, "sample_shape": shape}
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def words(self) -> str:
        """How it was made, for captions."""
        kind = self.made.get("kind")
        if kind == "inputs":
            return "the plane of the inputs"
        if kind == "samples":
            numbers = [str(number) for number in self.made.get("samples", ())]
            return f"the plane through samples {', '.join(numbers[:-1])} and {numbers[-1]}"
        if kind == "principal":
            return f"the two principal axes around {self.made.get('centre', 'a centre')}"
        return "a plane of inputs"

    def coordinates(
        self, points: int | Sequence[int] = 200, step: float | Sequence[float] | None = None
    ) -> tuple[Float64[np.ndarray, "x"], Float64[np.ndarray, "y"]]:
        """Places of a grid along u and along v, both ends of the extent among them.

        Parameters
        ----------
        points
            Grid points along each axis, or (along u, along v): 2 to 8,192.
        step
            Instead of ``points`` the distance between them, in units of the inputs, or
            (along u, along v). Made a little smaller where the extent is no multiple of it.

        Raises
        ------
        ConfigError
            When one is out of range.
        """
        left, right, bottom, top = self.extent
        if step is None:
            n_u, n_v = _pair("points", points)
        else:
            widths = right - left, top - bottom
            steps = _pair("step", step)
            for each in steps:
                if not (_is_number(each) and each > 0):
                    raise ConfigError(f"step must be a number above 0, got {each!r}.")
            n_u, n_v = (
                math.ceil(width / each - 1e-9) + 1
                if width / each < MOST_POINTS
                else MOST_POINTS + 1
                for width, each in zip(widths, steps, strict=True)
            )
            if max(n_u, n_v) > MOST_POINTS:
                raise ConfigError(
                    f"step {min(steps):g} gives more than {MOST_POINTS:,} points along an axis of "
                    f"{max(widths):g}; make it larger."
                )
        for each in (n_u, n_v):
            whole = isinstance(each, int | np.integer) and not isinstance(each, bool)
            if not whole or not 2 <= each <= MOST_POINTS:
                raise ConfigError(
                    f"points must be whole numbers from 2 to {MOST_POINTS:,}, got {each!r}."
                )
        return np.linspace(left, right, int(n_u)), np.linspace(bottom, top, int(n_v))

    def samples_at(self, place: np.ndarray) -> Float64[np.ndarray, "n feature"]:
        """The inputs, flat, at places (n, 2)."""
        return self.origin + np.asarray(place, np.float64) @ self.axes

    def place(self, x: Any) -> Float64[np.ndarray, "sample 2"]:
        """(u, v) of the points of the plane that are nearest to inputs ``x``.

        Raises
        ------
        DatasetError
            When the inputs are of another size than the plane's.
        """
        return (self._flat(x) - self.origin) @ self.axes.T

    def distance(self, x: Any) -> Float64[np.ndarray, "sample"]:
        """How far inputs ``x`` lie from the plane, in units of the inputs."""
        away = self._flat(x) - self.origin
        away -= (away @ self.axes.T) @ self.axes
        return np.linalg.norm(away, axis=1)

    def is_like(self, other: Plane) -> bool:
        """Whether both are the same rectangle of the same plane."""
        return (
            self.sample_shape == other.sample_shape
            and self.extent == other.extent
            and np.array_equal(self.origin, other.origin)
            and np.array_equal(self.axes, other.axes)
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, ready for JSON."""
        return {
            "origin": self.origin.tolist(),
            "axes": self.axes.tolist(),
            "extent": list(self.extent),
            "sample_shape": list(self.sample_shape),
            "labels": list(self.labels),
            "made": dict(self.made),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Plane:
        """The plane that :meth:`to_dict` described.

        Raises
        ------
        DatasetError
            When the values do not describe one.
        """
        try:
            u, v = values.get("labels", ("u", "v"))
            return cls(
                np.asarray(values["origin"], np.float64),
                np.asarray(values["axes"], np.float64),
                tuple(values["extent"]),
                tuple(values["sample_shape"]),
                (str(u), str(v)),
                dict(values.get("made", {})),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DatasetError(
                "A plane is described by origin, axes, extent and sample_shape, got "
                f"{', '.join(map(str, values)) or 'nothing'} ({error})."
            ) from error

    def _flat(self, x: Any) -> np.ndarray:
        array = np.asarray(x.detach().cpu() if hasattr(x, "detach") else x, np.float64)
        flat = array.reshape(len(array), -1) if array.ndim > 1 else array
        if flat.ndim != 2 or flat.shape[1] != len(self.origin):
            raise DatasetError(
                f"The plane lies among inputs of {len(self.origin)} numbers, but x has the shape "
                f"{array.shape}."
            )
        return flat


@dataclass(frozen=True, eq=False)
class MappedPlane:
    """A plane over which a run records class maps, and where its probe samples lie.

    Attributes
    ----------
    points
        Grid points along u and along v.
    place
        (u, v) of each probe sample.
    distance
        How far each lies from the plane.
    """

    plane: Plane
    points: tuple[int, int]
    place: Float32[np.ndarray, "sample 2"]
    distance: Float32[np.ndarray, "sample"]


def _pair(name: str, value: Any) -> tuple[Any, Any]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) != 2:
            raise ConfigError(f"{name} must be one number or two, got {value!r}.")
        return value[0], value[1]
    return value, value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and math.isfinite(float(value))
