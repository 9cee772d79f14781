"""How good a bundling is, measured on the polylines (``algorithms`` §3)."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.bundling.actions import advect_edges, straighten_edges
from nnvis.config import ProcessingConfig
from nnvis.density import unit_length
from nnvis.kernels import polyline, raster
from nnvis.model import Network
from nnvis.progress import Progress

if TYPE_CHECKING:
    from jaxtyping import Float32, Int64

# Voxel width of all measures, scene units, fixed so that numbers compare between settings.
VOXEL = 1 / 45


@dataclass(frozen=True)
class BundlingQuality:
    """Measures of one bundling, all connections together.

    Attributes
    ----------
    ink
        Voxels touched, over those that straight edges touch; smaller is tighter.
    mean_distortion
        Mean of polyline length over straight length.
    purity
        Σ_voxels |Σ v| / Σ_voxels Σ |v| for the class vectors v along the edges; 1 when every
        voxel holds one class direction.
    shuffled_purity
        Purity of the same network bundled with class vectors shuffled among the edges, counted
        with the shuffled vectors it was bundled with. Even edges that share a voxel only by
        geometry then carry unlike classes, so this is low.
    blind_purity
        Purity of that same bundling, counted with the edges' true vectors: what bundling
        reaches that knows the geometry but not the classes. Edges that end near each other
        have like classes anyway, so this is the harder baseline of the two.
    end_points_exact
        Every polyline starts and ends exactly at its units.
    """

    ink: float
    mean_distortion: float
    purity: float
    shuffled_purity: float
    blind_purity: float
    end_points_exact: bool

    @property
    def purity_gap(self) -> float:
        """How much purer than the bundling of shuffled classes."""
        return self.purity - self.shuffled_purity

    @property
    def blind_gap(self) -> float:
        """How much purer than a bundling blind to the classes; the conservative gap."""
        return self.purity - self.blind_purity

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "purity_gap": self.purity_gap, "blind_gap": self.blind_gap}


def measure_bundling(
    network: Network,
    config: ProcessingConfig,
    seed: int = 0,
    progress: Progress | None = None,
) -> BundlingQuality:
    """Measure a bundled network; bundles once more with shuffled class vectors to compare."""
    ends = np.stack([network.edge_source, network.edge_target], axis=1)
    if network.edge_count == 0:
        return BundlingQuality(1.0, 1.0, 1.0, 1.0, 1.0, True)
    mix = config.edge_importance_type
    shuffled_ends = shuffle_within_connections(network, np.random.default_rng(seed))
    shuffled = advect_edges(straighten_edges(network), config, progress, class_ends=shuffled_ends)
    plain = straighten_edges(network)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # Counting is not parallel in itself, and leaves Python free to run.
        counted = pool.map(
            lambda drawn, own: ink_and_purity(drawn, own, mix),
            [network, plain, shuffled, shuffled],
            [ends, ends, shuffled_ends, ends],
        )
        (occupied, purity), (straight_occupied, _), (_, shuffled_purity), (_, blind_purity) = (
            counted
        )
    position = network.unit_position
    first = network.point_position[network.point_offset[:-1]]
    last = network.point_position[network.point_offset[1:] - 1]
    exact = np.array_equal(first, position[network.edge_source]) and np.array_equal(
        last, position[network.edge_target]
    )
    return BundlingQuality(
        ink=occupied / straight_occupied,
        mean_distortion=mean_distortion(network, plain),
        purity=purity,
        shuffled_purity=shuffled_purity,
        blind_purity=blind_purity,
        end_points_exact=bool(exact),
    )


def mean_distortion(network: Network, plain: Network) -> float:
    """Mean of polyline length over straight length; edges without length are left out."""
    straight = edge_lengths(plain).astype(np.float64)
    length = edge_lengths(network)[straight > 0]
    return float(np.mean(length / straight[straight > 0])) if len(length) else 1.0


def edge_lengths(network: Network) -> Float32[np.ndarray, "edge"]:
    """Length of each polyline, scene units."""
    length = np.empty(network.edge_count, np.float32)
    polyline.lengths(network.point_position, network.point_offset, length)
    return length


def shuffle_within_connections(
    network: Network, rng: np.random.Generator
) -> Int64[np.ndarray, "edge 2"]:
    """Each edge gets the two units of another edge of the same connection."""
    ends = np.stack([network.edge_source, network.edge_target], axis=1).astype(np.int64)
    pair = network.unit_layer[ends[:, 0]] * len(network.layers) + network.unit_layer[ends[:, 1]]
    shuffled = ends.copy()
    for connection in np.unique(pair):
        edges = np.flatnonzero(pair == connection)
        shuffled[edges] = ends[rng.permutation(edges)]
    return shuffled


def ink_and_purity(network: Network, ends: np.ndarray, mix: int) -> tuple[int, float]:
    """Number of voxels touched, and the purity of the class vectors in them."""
    points, offset = network.point_position, network.point_offset
    low = points.min(axis=0).astype(np.float64) - VOXEL
    shape = ((points.max(axis=0) - low) / VOXEL).astype(np.int64) + 2
    vectors = unit_length(network.unit_importance.astype(np.float64)).astype(np.float32)
    ends = ends.astype(np.int32)
    row = np.full(int(shape.prod()), -1, np.int32)
    occupied = raster.mark_voxels(points, offset, low, VOXEL, shape, row)
    # Rows for touched voxels alone: all voxels of a thousand classes would fill the memory.
    total = np.zeros((occupied, vectors.shape[1]), np.float32)
    norms = raster.sum_vectors(points, offset, vectors, ends, mix, low, VOXEL, shape, row, total)
    purity = float(np.linalg.norm(total, axis=1).sum() / norms) if norms > 0 else 1.0
    return occupied, purity
