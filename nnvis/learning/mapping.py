"""Run a model over a plane of inputs: a class map, once or at recorded epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from nnvis.errors import DatasetError, StoreError
from nnvis.graph import undisturbed
from nnvis.graph.running import BATCH, call, check_finite, device_of
from nnvis.learning.values import whole
from nnvis.model import MappedPlane, Plane

if TYPE_CHECKING:
    from jaxtyping import Float32

# Numbers in a batch of inputs, so that large inputs come in smaller batches.
_MOST_NUMBERS = 2**21
MAP_POINTS = 100


def class_map(
    model: nn.Module,
    plane: Plane,
    points: int | Sequence[int] = 200,
    *,
    step: float | Sequence[float] | None = None,
) -> Float32[np.ndarray, "y x class"]:
    """Class probabilities over a grid on ``plane``.

    Parameters
    ----------
    model
        Returns logits (samples, classes). It runs in evaluation mode and is left as it was.
    plane
        From :func:`nnvis.plane_of`, :func:`nnvis.plane_through` or
        :func:`nnvis.principal_plane`.
    points
        Grid points along each axis, or (along u, along v); both ends of the plane's extent are
        among them.
    step
        Instead of ``points`` their distance, in units of the inputs.

    Returns
    -------
    array
        (ny, nx, classes), each place sums to 1; row 0 is the bottom of the plane, column 0 its
        left.

    Raises
    ------
    ConfigError
        When ``points`` or ``step`` is out of range.
    DatasetError
        When ``plane`` is none.
    ModelError
        When the model refuses the inputs, or returns NaN or infinity anywhere on the plane.
    """
    require_plane(plane)
    u, v = plane.coordinates(points, step)
    with undisturbed(model):
        return _evaluated(model, plane, u, v, "on the plane")


class MapRecorder:
    """The maps that a :class:`~nnvis.Recorder` adds to some of its records.

    Parameters
    ----------
    planes
        By the names of the maps.
    every
        Only epochs, or numbers of records, that are multiples of it get maps.
    points
        As of :func:`class_map`.
    x
        The probe samples.

    Raises
    ------
    DatasetError
        When a plane is none or lies among other inputs than the probe's.
    StoreError
        When a name or ``every`` is out of range.
    """

    def __init__(
        self,
        planes: Mapping[str, Plane] | None,
        every: int,
        points: int | Sequence[int],
        x: torch.Tensor,
    ) -> None:
        self._every = whole("maps_every", every, 1)
        self.planes: dict[str, MappedPlane] = {}
        shape = tuple(x.shape[1:])
        for name, plane in (planes or {}).items():
            if not isinstance(name, str) or not name.strip():
                raise StoreError(f"The name of a map must be a text, got {name!r}.")
            require_plane(plane)
            if plane.sample_shape != shape:
                raise DatasetError(
                    f"The plane of the map {name!r} lies among inputs of the shape "
                    f"{plane.sample_shape}, but the probe's have {shape}."
                )
            u, v = plane.coordinates(points)
            self.planes[name] = MappedPlane(
                plane,
                (len(u), len(v)),
                plane.place(x).astype(np.float32),
                plane.distance(x).astype(np.float32),
            )

    def wants(self, number: int) -> bool:
        """Whether the record of this number gets maps."""
        return bool(self.planes) and number % self._every == 0

    def maps(self, model: nn.Module, where: str) -> dict[str, np.ndarray]:
        """Each plane's map as float16, as records hold probabilities.

        Call it inside :func:`~nnvis.graph.undisturbed`.
        """
        found = {}
        for name, mapped in self.planes.items():
            u, v = mapped.plane.coordinates(mapped.points)
            words = f"the map {name} at {where}"
            found[name] = _evaluated(model, mapped.plane, u, v, words).astype(np.float16)
        return found

    def together_with(self, stored: Mapping[str, MappedPlane]) -> dict[str, MappedPlane] | None:
        """The planes that a run keeps and these; ``None`` when it has these already.

        Raises
        ------
        StoreError
            When the run's maps of the same name lie on another plane or grid.
        """
        for name, mapped in self.planes.items():
            known = stored.get(name)
            if known is None:
                continue
            if known.points != mapped.points or not known.plane.is_like(mapped.plane):
                raise StoreError(
                    f"The run's maps {name!r} lie on another plane or grid ({known.points[0]} × "
                    f"{known.points[1]} points on {known.plane.words}); give the same one or "
                    "choose another name."
                )
        if all(name in stored for name in self.planes):
            return None
        return {**stored, **self.planes}


def require_plane(plane: Any) -> None:
    """Raise :class:`DatasetError` unless ``plane`` is a :class:`~nnvis.model.Plane`."""
    if not isinstance(plane, Plane):
        raise DatasetError(
            f"A class map needs a plane, got a {type(plane).__name__}; make one with "
            "nnvis.plane_of, plane_through or principal_plane."
        )


def _evaluated(
    model: nn.Module, plane: Plane, u: np.ndarray, v: np.ndarray, where: str
) -> Float32[np.ndarray, "y x class"]:
    """Class probabilities at all (u, v); call it inside ``undisturbed``."""
    first = next(model.parameters(), None)
    dtype = first.dtype if first is not None and first.is_floating_point() else torch.float32
    device = device_of(model)
    origin, axes, along, up = (
        torch.from_numpy(np.ascontiguousarray(each)).to(device, dtype)
        for each in (plane.origin, plane.axes, u, v)
    )
    total = len(u) * len(v)
    size = max(1, min(BATCH, _MOST_NUMBERS // len(plane.origin)))
    found: np.ndarray | None = None
    with torch.no_grad():
        for start in range(0, total, size):
            number = torch.arange(start, min(start + size, total), device=device)
            row, column = number // len(u), number % len(u)
            x = origin + along[column, None] * axes[0] + up[row, None] * axes[1]
            out = call(model, x.reshape(-1, *plane.sample_shape))
            check_finite(out, where)
            probability = torch.softmax(out.float(), 1).cpu().numpy()
            if found is None:
                found = np.empty((total, probability.shape[1]), np.float32)
            found[start : start + len(x)] = probability
    assert found is not None
    return found.reshape(len(v), len(u), -1)
