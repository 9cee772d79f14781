"""The nearest neighbours of samples at one moment."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.neighbours.alike import search_distinct
from nnvis.neighbours.checks import (
    METHODS,
    METRICS,
    chosen_samples,
    neighbours_wanted,
    one_of,
    points_of,
)
from nnvis.neighbours.leaves import Leaves

if TYPE_CHECKING:
    from jaxtyping import Float32, Float64, Int32, Int64
    from threadpoolctl import ThreadpoolController

# Time grows with the square of the samples; see docs/decisions/neighbours.md.
MOST_EXACT = 50_000
# Rough distances of a block, 128 x 4096 of float32, stay in a core's second cache.
_ROWS = 128
_COLUMNS = 4096
# Columns of a block are dealt out to groups, at least four for each neighbour: a power of two.
_GROUPS = 128
# Half a step of float32 at 1.
_UNIT = 2.0**-24
# The number of threads of the matrix library belongs to the whole process, so one search at a
# time may change it; each uses all processors anyway.
_ALONE = threading.Lock()


@dataclass(frozen=True)
class _Search:
    """What all threads read."""

    points: Float64[np.ndarray, "sample axis"]
    left: Float32[np.ndarray, "chosen term"]
    tiles: tuple[Float32[np.ndarray, "term column"], ...]
    own: Int64[np.ndarray, "chosen"]
    margin: Float32[np.ndarray, "chosen"]
    k: int
    groups: int


def nearest_neighbours(
    points: Any,
    k: int,
    metric: str = "euclidean",
    samples: Any = None,
    method: str | None = None,
    threads: int | None = None,
) -> Int32[np.ndarray, "chosen k"]:
    """Ids of the k samples nearest to each chosen one, nearest first, among all samples.

    Exact results are those of a loop over all pairs that adds up squared differences in
    float64, axis by axis: the same ids in the same order, also where distances are equal, when
    the smaller id comes first, and for any number of threads. A sample is never its own
    neighbour, but a duplicate of it is a neighbour like any other. Of samples that are all
    alike, the neighbours are therefore the first ids.

    Parameters
    ----------
    points : (N, …) numbers
        What represents each sample; numpy or torch. Further axes are laid flat.
    k
        1 to N − 1.
    metric
        ``euclidean``, or ``cosine``: the distance of rows of length 1, ordered as 1 − cosine.
        A row of zeros has no direction; it is at cosine 0 to all others and 1 to its like.
    samples : ids or N truth values
        Whose neighbours are wanted; all when ``None``.
    method
        ``exact`` or ``approximate`` (needs pynndescent); when ``None`` exact up to 50,000
        samples.
    threads
        One a processor unless given.

    Returns
    -------
    (chosen, k) int32
        Sample ids: positions in ``points``, whatever was chosen.

    Raises
    ------
    ConfigError
        For ``k``, ``metric``, ``method`` or ``samples`` out of range, or pynndescent missing.
    DatasetError
        For points that are no numbers, not finite or have no rows.

    Examples
    --------
    >>> nearest_neighbours([[0.0], [1.0], [1.5], [1.5]], 2).tolist()
    [[1, 2], [2, 3], [3, 1], [2, 1]]
    """
    one_of(metric, METRICS, "metric")
    if method is not None:
        one_of(method, METHODS, "method")
    given = points_of(points)
    count = len(given)
    wanted = neighbours_wanted(k, count)
    own = chosen_samples(samples, count)
    if metric == "cosine":
        given = _directions(given)
    if method_for(count, method) == "approximate":
        from nnvis.neighbours.approximate import search_approximately

        return search_approximately(given, wanted, own)
    search = partial(_search, threads=threads or _processors())
    return search_distinct(given, wanted, own, search)


def method_for(count: int, method: str | None = None) -> str:
    """``exact`` or ``approximate``: the one asked for, else by the number of samples."""
    return method or ("exact" if count <= MOST_EXACT else "approximate")


def _directions(points: Float64[np.ndarray, "sample axis"]) -> Float64[np.ndarray, "sample axis"]:
    """Rows of length 1; rows of zeros get an axis of their own."""
    from nnvis.kernels.pairs import unit_rows

    units = np.empty((len(points), points.shape[1] + 1))
    unit_rows(points, units)
    return units if units[:, -1].any() else np.ascontiguousarray(units[:, :-1])


def _search(
    points: Float64[np.ndarray, "sample axis"],
    k: int,
    own: Int64[np.ndarray, "chosen"],
    threads: int,
) -> Int32[np.ndarray, "chosen k"]:
    search = _prepare(points, k, own)
    nearest = np.empty((len(own), k), np.int32)
    crowded = np.zeros(len(own), np.bool_)
    blocks = -(-len(own) // _ROWS)
    threads = max(1, min(threads, blocks))
    starts = iter(range(0, len(own), _ROWS))
    with _ALONE, _controller().limit(limits=1, user_api="blas"):
        _in_threads(threads, lambda: _by_blocks(search, starts, nearest, crowded))
    rows = np.flatnonzero(crowded)
    if len(rows):
        leaves = Leaves.of(points)
        pieces = iter([rows[at : at + 16] for at in range(0, len(rows), 16)])

        def by_leaves() -> None:
            for piece in pieces:
                nearest[piece] = leaves.nearest(own[piece], k)

        _in_threads(threads, by_leaves)
    return nearest


def _prepare(
    points: Float64[np.ndarray, "sample axis"], k: int, own: Int64[np.ndarray, "chosen"]
) -> _Search:
    """Centre and scale, so that float32 neither overflows nor wastes digits on the distance from
    zero; one column more makes the matrix product add the squared lengths."""
    from nnvis.kernels.neighbours import NOBODY

    count, axes = points.shape
    centred = points - points.mean(axis=0)
    largest = float(np.abs(centred).max())
    centred /= largest if largest > 0 else 1.0
    square = np.einsum("na,na->n", centred, centred)
    longest = float(square.max())
    centred /= np.sqrt(longest) if longest > 0 else 1.0
    square /= longest if longest > 0 else 1.0
    groups = min(max(_GROUPS, -(-4 * (k + 1) // _GROUPS) * _GROUPS), _COLUMNS // 4)
    tiles = []
    for begin in range(0, count, _COLUMNS):
        end = min(begin + _COLUMNS, count)
        tile = np.zeros((axes + 1, -(-(end - begin) // groups) * groups), np.float32)
        tile[:axes, : end - begin] = centred[begin:end].T
        tile[axes] = NOBODY
        tile[axes, : end - begin] = square[begin:end]
        tiles.append(tile)
    left = np.ones((len(own), axes + 1), np.float32)
    left[:, :axes] = -2 * centred[own]
    # A product of float32 rows is wrong by at most terms x unit x sum of the terms' sizes, in any
    # order of adding up; rounding the coordinates adds four units. With lengths up to 1 the sizes
    # add up to (|a| + 1)². Twice that, for the k-th and for whom it is compared with.
    margin = 2.2 * (axes + 8) * _UNIT * (np.sqrt(square[own]) + 1) ** 2
    return _Search(points, left, tuple(tiles), own, margin.astype(np.float32), k, groups)


def _by_blocks(
    search: _Search, starts: Iterator[int], nearest: np.ndarray, crowded: np.ndarray
) -> None:
    """One thread's work: blocks of rows, as long as there are any."""
    from nnvis.kernels.neighbours import ANYBODY, collect
    from nnvis.kernels.ranking import rank

    room = 4 * search.k + 128
    widest = max(tile.shape[1] for tile in search.tiles)
    memory = np.empty(_ROWS * widest, np.float32)
    score, ident = np.empty((_ROWS, room), np.float32), np.empty((_ROWS, room), np.int32)
    count, limit = np.empty(_ROWS, np.int64), np.empty(_ROWS, np.float32)
    for start in starts:
        part = slice(start, min(start + _ROWS, len(search.own)))
        own, margin = search.own[part], search.margin[part]
        rows = len(own)
        count[:], limit[:] = 0, ANYBODY
        begin = 0
        for tile in search.tiles:
            rough = memory[: rows * tile.shape[1]].reshape(rows, tile.shape[1])
            np.matmul(search.left[part], tile, out=rough)
            grouped = rough.reshape(rows, -1, search.groups)
            collect(grouped, begin, own, search.k, margin, score, ident, count, limit)
            begin += _COLUMNS
        rank(search.points, own, search.k, ident, count, nearest[part])
        crowded[part] = count[:rows] < 0


def _in_threads(threads: int, work: Any) -> None:
    if threads == 1:
        work()
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work) for _ in range(threads)]:
            done.result()


@cache
def _controller() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
