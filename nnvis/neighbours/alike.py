"""Samples that are exactly alike: one search for all of them, and every one in its result."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float64, Int32, Int64

    Search = Callable[
        [Float64[np.ndarray, "point axis"], int, Int64[np.ndarray, "asked"]],
        Int32[np.ndarray, "asked near"],
    ]

_ROWS = 4096


def search_distinct(
    points: Float64[np.ndarray, "sample axis"],
    k: int,
    own: Int64[np.ndarray, "chosen"],
    search: Search,
) -> Int32[np.ndarray, "chosen k"]:
    """What ``search(points, k, own)`` gives, found by searching among distinct points only.

    Nobody is lost: points are numbered in the order of their first samples, and ties go to the
    smaller number. Where a point is not among the k nearest, each of those k has a sample that
    is nearer than all of its samples, or as near with a smaller id.
    """
    kind, first = distinct(points)
    if len(first) == len(points):
        return search(points, k, own)
    from nnvis.kernels.pairs import expand

    alone = np.ascontiguousarray(points[first])
    asked, back = np.unique(kind[own], return_inverse=True)
    wanted = min(k, len(first) - 1)
    near = search(alone, wanted, asked) if wanted else np.empty((len(asked), 0), np.int32)
    members = np.argsort(kind, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(kind))])
    nearest = np.empty((len(own), k), np.int32)
    expand(alone, near, asked, back, own, start, members, nearest)
    return nearest


def distinct(
    points: Float64[np.ndarray, "sample axis"],
) -> tuple[Int64[np.ndarray, "sample"], Int64[np.ndarray, "point"]]:
    """The number of each sample's point, and the first sample at each point, rising."""
    seen: dict[bytes, int] = {}
    kind = np.empty(len(points), np.int64)
    row = np.dtype((np.void, points.shape[1] * points.itemsize))
    for begin in range(0, len(points), _ROWS):
        # Adding 0 makes -0 to 0, which has other bytes and lies at the same place.
        block = np.ascontiguousarray(points[begin : begin + _ROWS] + 0.0)
        keys = block.view(row)[:, 0].tolist()
        kind[begin : begin + len(keys)] = [seen.setdefault(key, len(seen)) for key in keys]
    return kind, np.unique(kind, return_index=True)[1]
