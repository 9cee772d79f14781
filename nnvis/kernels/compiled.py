"""Whether the kernels of bundling and of its measures are on the disk, without running one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nnvis.kernels import advection, density, polyline, raster

# In two parts of about the same time to compile.
KERNELS: Mapping[str, tuple[Any, ...]] = {
    "nodes": (
        polyline.bounds,
        density.splat,
        density.sum_partial,
        density.blur_axis,
        density.norm_into_last_lane,
        advection.climb,
    ),
    "edges": (
        polyline.copy_lines,
        polyline.lengths,
        polyline.resample,
        polyline.smooth,
        raster.mark_voxels,
        raster.sum_vectors,
    ),
}


def is_on_disk(kernel: Any) -> bool:
    """Whether an index of its compiled code is there and newer than its source.

    Numba alone knows whether the code fits this processor and its own version; where it does
    not, it compiles when the kernel is called.
    """
    folder = kernel.stats.cache_path
    if not folder:
        return False
    function = kernel.py_func
    source = Path(function.__code__.co_filename)
    name = f"{source.stem}.{function.__qualname__}-{function.__code__.co_firstlineno}."
    try:
        changed = source.stat().st_mtime
        return any(
            entry.name.startswith(name)
            and entry.suffix == ".nbi"
            and entry.stat().st_mtime >= changed
            for entry in Path(folder).iterdir()
        )
    except OSError:
        return False


def missing_parts() -> list[str]:
    """Names of :data:`KERNELS`' parts of which a kernel is yet to be compiled."""
    return [part for part, kernels in KERNELS.items() if not all(map(is_on_disk, kernels))]
