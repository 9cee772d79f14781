"""Nearly all of the nearest neighbours of very many samples, by nearest-neighbour descent."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Float64, Int32, Int64

# More than k are asked for: the sample itself is among them, and the library's order is rough.
_SPARE = 10
_PART = 4096


def search_approximately(
    points: Float64[np.ndarray, "sample axis"], k: int, own: Int64[np.ndarray, "chosen"]
) -> Int32[np.ndarray, "chosen k"]:
    """The k nearest of each chosen sample, few of them missed; ties by id among those found.

    Source: Dong, Moses, Li, *Efficient k-nearest neighbor graph construction for generic
    similarity measures*, WWW 2011, as pynndescent does it, with a fixed seed.

    Raises
    ------
    ConfigError
        When pynndescent is not installed.
    """
    from nnvis.kernels.ranking import rank

    try:
        library: Any = import_module("pynndescent")
    except ImportError as error:
        raise ConfigError(
            f"Neighbours of {len(points):,} samples are searched approximately, which needs "
            "pynndescent; install it (pip install 'nnvis[neighbours]'), give fewer samples, or "
            "ask for the exact method, which takes longer the more there are."
        ) from error
    wanted = min(k + 1 + _SPARE, len(points))
    index = library.NNDescent(
        points.astype(np.float32), metric="euclidean", n_neighbors=wanted, random_state=0
    )
    graph = np.asarray(index.neighbor_graph[0])
    nearest = np.empty((len(own), k), np.int32)
    for begin in range(0, len(own), _PART):
        part = own[begin : begin + _PART]
        found = np.sort(graph[part], axis=1).astype(np.int32)
        candidates = np.empty((len(part), wanted), np.int32)
        count = np.empty(len(part), np.int64)
        for row, sample in enumerate(part):
            others = found[row][(found[row] >= 0) & (found[row] != sample)]
            # The descent may come back with too few; the first ids stand in for the rest.
            if len(others) < k:
                spare = np.setdiff1d(np.arange(k + len(others) + 1), [*others, sample])
                others = np.sort(np.concatenate([others, spare[: k - len(others)]]))
            candidates[row, : len(others)], count[row] = others, len(others)
        rank(points, part, k, candidates, count, nearest[begin : begin + _PART])
    return nearest
