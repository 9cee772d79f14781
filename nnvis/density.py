"""Per-class density of points in space, the field that nodes and edges climb.

The cell size follows the bandwidth, so early wide grids are tiny and the cost of an estimate
does not grow with the bandwidth: trilinear splat, then one short separable Gaussian.
Source: Hurter, Ersoy, Telea, *Graph bundling by kernel density estimation*, 2012, for the
density climb; the class-wise field is the ``nn_vis`` thesis's.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from nnvis.kernels import density as kernels

if TYPE_CHECKING:
    from jaxtyping import Float32, Int32, Int64

LANES = kernels.LANES

# Kernel width as a share of the bandwidth; see docs/decisions/bundling.md for the measurements.
SIGMA_PER_BANDWIDTH = 0.4
CELLS_PER_BANDWIDTH = 3.0
# Points that one partial grid should at least serve, and the most partial grids: more would
# cost more to sum than they save. Both are independent of the number of threads, so that the
# result is, too.
_POINTS_PER_CHUNK = 20_000
_MOST_CHUNKS = 8


class StageTimes:
    """Seconds spent in each named stage, for the benchmark's shares."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begin = perf_counter()
        yield
        self.seconds[name] += perf_counter() - begin


@dataclass(frozen=True)
class Grid:
    """A class density on cells; the last lane holds the norm over classes.

    ``origin`` is the centre of the first cell, ``cell`` the width of a cell in scene units,
    ``values`` is flat (cells, LANES), x slowest and z fastest.
    """

    origin: Float32[np.ndarray, "3"]
    cell: np.float32
    shape: Int64[np.ndarray, "3"]
    values: Float32[np.ndarray, "cell lane"]


def gaussian_taps(sigma: float) -> Float32[np.ndarray, "tap"]:
    """Normalised Gaussian weights at whole cells out to three ``sigma`` (in cells)."""
    radius = max(1, math.ceil(3 * sigma))
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return (taps / taps.sum()).astype(np.float32)


def class_lanes(importance: Float32[np.ndarray, "unit class"]) -> Float32[np.ndarray, "unit lane"]:
    """Each unit's importance scaled to length 1, in lanes ready for the kernels.

    With more classes than lanes the vectors are projected to the directions that best keep
    their cosines (truncated singular value decomposition) and scaled to length 1 again. A unit
    without importance gets zeros.
    """
    values = np.nan_to_num(np.asarray(importance, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    values = unit_length(values)
    if values.shape[1] > kernels.DIRECTIONS:
        _, axes = np.linalg.eigh(values.T @ values)
        axes = axes[:, ::-1][:, : kernels.DIRECTIONS]
        # Eigenvectors have no sign of their own: fix it, so that runs agree.
        largest = np.abs(axes).argmax(axis=0)
        axes = axes * np.sign(axes[largest, np.arange(axes.shape[1])])
        values = unit_length(values @ axes)
    lanes = np.zeros((len(values), LANES), np.float32)
    lanes[:, : values.shape[1]] = values
    return lanes


def unit_length(vectors: np.ndarray) -> np.ndarray:
    """Rows scaled to length 1; rows of zeros stay zero."""
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, norm, out=np.zeros_like(vectors), where=norm > 1e-12)


class ClassDensity:
    """Estimates densities again and again in the same memory."""

    def __init__(self, times: StageTimes | None = None) -> None:
        self._times = times or StageTimes()
        self._memory: dict[str, np.ndarray] = {}

    def estimate(
        self,
        points: Float32[np.ndarray, "point 3"],
        offset: Int64[np.ndarray, "edge_plus_1"],
        vectors: Float32[np.ndarray, "unit lane"],
        ends: Int32[np.ndarray, "edge 2"],
        mix: int,
        bandwidth: float,
        smallest_cell: float,
        in_plane: bool = False,
    ) -> Grid:
        """Density of the interior points of all polylines.

        Parameters
        ----------
        bandwidth
            Kernel radius in scene units, > 0.
        smallest_cell
            Cells are never smaller than this, scene units, > 0.
        in_plane
            All points have the same z, and density varies in x and y only: the points lie
            half-way between two equal planes of cells, so that no gradient leaves the plane.

        Returns
        -------
        Grid
            Valid until the next call, which reuses its memory.
        """
        cell = max(bandwidth / CELLS_PER_BANDWIDTH, smallest_cell)
        taps = gaussian_taps(SIGMA_PER_BANDWIDTH * bandwidth / cell)
        radius = len(taps) // 2
        low = points.min(axis=0)
        high = points.max(axis=0)
        origin = (low - (radius + 0.5) * cell).astype(np.float32)
        shape = np.ceil((high - origin) / cell).astype(np.int64) + radius + 2
        if in_plane:
            origin[2] = low[2] - 0.5 * cell
            shape[2] = 2
        cells = int(shape.prod())
        chunks = int(np.clip(len(points) // _POINTS_PER_CHUNK, 1, _MOST_CHUNKS))
        grid = self._array("grid", cells)
        blurred = self._array("blurred", cells)
        partial = self._array("partial", chunks * cells).reshape(chunks, cells, LANES)
        with self._times.stage("splat"):
            kernels.splat(
                points, offset, vectors, ends, mix, origin, np.float32(cell), shape, partial
            )
            kernels.sum_partial(partial, grid)
        with self._times.stage("blur"):
            nx, ny, nz = (int(n) for n in shape)
            kernels.blur_axis(grid, 1, nx, ny * nz, taps, blurred)
            kernels.blur_axis(blurred, nx, ny, nz, taps, grid)
            values = grid
            if not in_plane:
                kernels.blur_axis(grid, nx * ny, nz, 1, taps, blurred)
                values = blurred
            kernels.norm_into_last_lane(values)
        return Grid(origin, np.float32(cell), shape, values)

    def _array(self, name: str, cells: int) -> np.ndarray:
        memory = self._memory.get(name)
        if memory is None or len(memory) < cells:
            memory = np.empty((cells, LANES), np.float32)
            self._memory[name] = memory
        return memory[:cells]
