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
from nnvis.kernels import polyline

if TYPE_CHECKING:
    from jaxtyping import Float32, Int32, Int64

LANES = kernels.LANES


@dataclass(frozen=True)
class Kernel:
    """A Gaussian's width and its cells, both for a bandwidth of one."""

    sigma: float
    cells: float


# docs/decisions/bundling.md has the measurements behind these.
NODE_KERNEL = Kernel(sigma=0.4, cells=3.0)
EDGE_KERNEL = Kernel(sigma=1.0, cells=1.5)
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

    ``place`` is the centre of the first cell (x, y, z) and the width of a cell, scene units;
    ``values`` is flat (cells, LANES), x slowest and z fastest.
    """

    place: Float32[np.ndarray, "4"]
    shape: Int64[np.ndarray, "3"]
    values: Float32[np.ndarray, "cell lane"]


def gaussian_taps(sigma: float) -> Float32[np.ndarray, "tap"]:
    """Normalised Gaussian weights at whole cells out to three ``sigma`` (in cells)."""
    radius = max(1, math.ceil(3 * sigma))
    # Far below a cell the neighbours get nothing; the square must not overflow.
    sigma = max(sigma, 1e-3)
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


def bounding_box(
    points: Float32[np.ndarray, "point 3"],
) -> tuple[Float32[np.ndarray, "3"], Float32[np.ndarray, "3"]]:
    """Smallest and largest coordinates; there must be a point."""
    extents = np.empty((min(len(points), 32), 2, 3), np.float32)
    polyline.bounds(points, extents)
    return extents[:, 0].min(axis=0), extents[:, 1].max(axis=0)


class ClassDensity:
    """Estimates densities again and again in the same memory."""

    def __init__(self, kernel: Kernel, times: StageTimes | None = None) -> None:
        self._kernel = kernel
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
        cell = max(bandwidth / self._kernel.cells, smallest_cell)
        taps = gaussian_taps(self._kernel.sigma * bandwidth / cell)
        radius = len(taps) // 2
        low, high = bounding_box(points)
        origin = (low - (radius + 0.5) * cell).astype(np.float32)
        shape = np.ceil((high - origin) / cell).astype(np.int64) + radius + 2
        if in_plane:
            origin[2] = low[2] - 0.5 * cell
            shape[2] = 2
        place = np.append(origin, np.float32(cell))
        cells = int(shape.prod())
        chunks = int(np.clip(len(points) // _POINTS_PER_CHUNK, 1, _MOST_CHUNKS))
        grid = self._array("grid", cells)
        blurred = self._array("blurred", cells)
        partial = self._array("partial", chunks * cells).reshape(chunks, cells, LANES)
        with self._times.stage("splat"):
            kernels.splat(points, offset, vectors, ends, mix, place, shape, partial)
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
        return Grid(place, shape, values)

    def _array(self, name: str, cells: int) -> np.ndarray:
        memory = self._memory.get(name)
        if memory is None or len(memory) < cells:
            memory = np.empty((cells, LANES), np.float32)
            self._memory[name] = memory
        return memory[:cells]
