"""Other people's edge bundling on the same number of edges, where it is installed.

Both bundle in two dimensions and know no classes, so they are given the usual 2D drawing of
the network: layers side by side, each layer's units evenly spaced on a line.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.bench.machine import installed
from nnvis.bench.measuring import measure
from nnvis.bench.tables import Row, times_as_fast

if TYPE_CHECKING:
    from jaxtyping import Float64, Int64

    from nnvis.model import Network

HAMMER = "datashader's hammer_bundle"
KDEDGE = "kdedge"
_WARM_UP = 200


def plane_of(network: Network) -> Float64[np.ndarray, "unit 2"]:
    """x by layer, y evenly over [0, 1] within the layer."""
    place = np.empty((network.unit_count, 2))
    for layer in range(len(network.layers)):
        units = network.unit_slice(layer)
        size = units.stop - units.start
        place[units, 0] = layer / max(len(network.layers) - 1, 1)
        place[units, 1] = (np.arange(size) + 0.5) / size
    return place


def bundle_with_hammer(
    place: Float64[np.ndarray, "unit 2"], edges: Int64[np.ndarray, "edge 2"]
) -> None:
    """datashader's ``hammer_bundle`` with its own settings."""
    pandas: Any = import_module("pandas")
    bundling: Any = import_module("datashader.bundling")
    bundling.hammer_bundle(
        pandas.DataFrame({"x": place[:, 0], "y": place[:, 1]}),
        pandas.DataFrame({"source": edges[:, 0], "target": edges[:, 1]}),
        weight=None,
    )


def bundle_with_kdedge(
    place: Float64[np.ndarray, "unit 2"], edges: Int64[np.ndarray, "edge 2"]
) -> None:
    """``kdedge.bundle`` with its own settings."""
    import_module("kdedge").bundle(nodes=place, edges=edges)


# Each with the packages that it needs and how to get them.
ALTERNATIVES: dict[str, tuple[Callable[..., None], tuple[str, ...], str]] = {
    HAMMER: (
        bundle_with_hammer,
        ("datashader", "dask", "scikit-image"),
        "pip install datashader dask scikit-image",
    ),
    KDEDGE: (bundle_with_kdedge, ("kdedge",), "pip install 'kdedge[perf]'"),
}


def against_others(network: Network, ours: tuple[float, ...], repeats: int) -> list[Row]:
    """A row for each alternative: its time, or how to install it."""
    place = plane_of(network)
    edges = np.stack([network.edge_source, network.edge_target], axis=1).astype(np.int64)
    rows = []
    for name, (bundle, packages, recipe) in ALTERNATIVES.items():
        label = f"{name}, 2D, without classes"
        if any(installed(package) is None for package in packages):
            rows.append(Row(label, note=f"not installed: {recipe}"))
            continue
        try:
            bundle(place, edges[:_WARM_UP])
            seconds = measure(lambda run=bundle: run(place, edges), repeats)
        except Exception as error:  # another project's code, which may raise anything
            rows.append(Row(label, note=f"failed: {type(error).__name__}: {error}"))
            continue
        compared = f"nnvis is {times_as_fast(f'{name} {installed(packages[0])}', seconds, ours)}"
        rows.append(Row(label, seconds, note=compared))
    return rows
