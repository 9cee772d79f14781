"""Class-aware edge bundling in 3D."""

from nnvis.bundling.actions import (
    advect_edges,
    diverge_edges,
    noise_edges,
    resample_edges,
    smooth_edges,
    straighten_edges,
)
from nnvis.bundling.grid import DensityCells, density_cells
from nnvis.bundling.quality import BundlingQuality, edge_lengths, measure_bundling

__all__ = [
    "BundlingQuality",
    "DensityCells",
    "advect_edges",
    "density_cells",
    "diverge_edges",
    "edge_lengths",
    "measure_bundling",
    "noise_edges",
    "resample_edges",
    "smooth_edges",
    "straighten_edges",
]
