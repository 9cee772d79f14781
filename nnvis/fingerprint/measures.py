"""Recurrence measures of one band, from its lines."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import mul
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.model.figures import draw

if TYPE_CHECKING:
    from jaxtyping import Float64, Int64
    from matplotlib.figure import Figure

MEASURES = (
    *("recurrence_rate", "determinism", "diagonal_mean", "diagonal_max", "divergence"),
    *("diagonal_entropy", "laminarity", "trapping_time", "vertical_max", "vertical_entropy"),
    *("recurrence_time", "recurrence_time_1", "recurrence_time_2", "trend"),
)
# The last diagonals hold too few cells for their density to mean much.
_BORDER = 10


@dataclass(frozen=True)
class RecurrenceMeasures:
    """Recurrence quantification of the cells of one band.

    Source: Marwan, Romano, Thiel, Kurths, *Recurrence plots for the analysis of complex
    systems*, Physics Reports 438, 2007, whose symbols stand in brackets. A line is a run of
    recurrent cells that cannot be made longer; it may touch the matrix's border. Without any
    recurrent cell every measure is 0, but for divergence, infinite, and recurrence_time, N.

    Attributes
    ----------
    recurrence_rate
        Share of cells that are recurrent [RR]. Cells nearer to the main diagonal than
        ``theiler`` count neither as recurrent nor as cells.
    determinism
        Share of the recurrent cells that lie on diagonal lines of at least ``l_min`` [DET].
    diagonal_mean
        Mean length of diagonal lines of at least ``l_min`` [L].
    diagonal_max
        Length of the longest diagonal line, also when shorter than ``l_min`` [L_max].
    divergence
        1 / ``diagonal_max`` [DIV].
    diagonal_entropy
        Entropy, natural logarithm, of the lengths of diagonal lines of at least ``l_min``
        [ENTR]: −Σ p ln p, p the share of *lines* of each length.
    laminarity, trapping_time, vertical_max, vertical_entropy
        The same for vertical lines, with ``v_min``, over the whole matrix [LAM, TT, V_max].
    recurrence_time
        Mean length of white vertical lines: of runs of cells down a column that are not
        recurrent, also when they touch the border.
    recurrence_time_1
        Mean distance from one recurrent cell to the next one down the column [T⁽¹⁾].
    recurrence_time_2
        Mean distance from the start of one vertical line to the start of the next one down the
        column [T⁽²⁾].
    trend
        Slope of the least-squares line through the density of recurrent cells on diagonals,
        per step away from the main diagonal [TREND]. The last ten diagonals are left out where
        there are more than twenty.
    low, high, closed
        Cells with ``low <= D < high`` are recurrent, with ``closed`` also those at ``high``.
    size, points
        Rows of the matrix; recurrent cells in all of it.
    l_min, v_min, theiler
        The settings.
    diagonal_lengths, vertical_lengths
        How many lines have each length, from 0 to the longest.
    density
        Share of recurrent cells on both diagonals at each distance from the main one [RR_τ].
    """

    recurrence_rate: float
    determinism: float
    diagonal_mean: float
    diagonal_max: int
    divergence: float
    diagonal_entropy: float
    laminarity: float
    trapping_time: float
    vertical_max: int
    vertical_entropy: float
    recurrence_time: float
    recurrence_time_1: float
    recurrence_time_2: float
    trend: float
    low: float
    high: float
    closed: bool
    size: int
    points: int
    l_min: int
    v_min: int
    theiler: int
    diagonal_lengths: Int64[np.ndarray, "length"]
    vertical_lengths: Int64[np.ndarray, "length"]
    density: Float64[np.ndarray, "diagonal"]

    @property
    def band(self) -> str:
        """The band as mathematicians write it, such as ``[0.05, 0.1)``."""
        return f"[{self.low:g}, {self.high:g}{']' if self.closed else ')'}"

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, ready for JSON; what is infinite becomes ``None``."""
        values: dict[str, Any] = {"band": self.band}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, np.ndarray):
                value = value.tolist()
            elif isinstance(value, float) and not math.isfinite(value):
                value = None
            values[each.name] = value
        return values

    def plot(self, caption: str | None = None) -> Figure:
        """How many lines have which length, and the density of diagonals."""
        return draw("lines", self, caption=caption)


@dataclass(frozen=True)
class Lines:
    """What the kernels counted of each band."""

    diagonal: Int64[np.ndarray, "band length"]
    vertical: Int64[np.ndarray, "band length"]
    spans: Int64[np.ndarray, "band 5"]
    by_diagonal: Int64[np.ndarray, "band diagonal"]


def measures_of(
    lines: Lines, borders: Sequence[float], closed: bool, l_min: int, v_min: int, theiler: int
) -> tuple[RecurrenceMeasures, ...]:
    """The measures of each band of a matrix of N rows.

    Parameters
    ----------
    lines
        Lines of each length 0 … N; spans as in :func:`nnvis.kernels.recurrence.vertical_lines`;
        recurrent cells on each diagonal −(N − 1) … N − 1, 0 within the Theiler window.
    borders, closed
        See :class:`nnvis.fingerprint.lines.Bands`.
    """
    n_bands, size = len(lines.diagonal), lines.diagonal.shape[1] - 1
    points = (lines.vertical @ _numbers(size + 1)).tolist()
    counted = lines.by_diagonal.sum(1).tolist()
    outside = max(size - theiler, 0) * (max(size - theiler, 0) + 1)
    cells = size * size if theiler == 0 else outside
    density = _density(lines.by_diagonal, size)
    last = size - (_BORDER if size > 2 * _BORDER else 1)
    trends = _slopes(density[:, max(1, theiler) : last + 1])
    diagonal = _line_measures(lines.diagonal, l_min)
    vertical = _line_measures(lines.vertical, v_min)
    runs = lines.vertical.sum(1).tolist()
    spans = lines.spans.tolist()
    found = []
    for band in range(n_bands):
        determinism, mean, longest, entropy = diagonal[band]
        laminarity, trapping, tallest, vertical_entropy = vertical[band]
        white, first, second = _recurrence_times(runs[band], spans[band], size, points[band])
        found.append(
            RecurrenceMeasures(
                recurrence_rate=counted[band] / cells if cells else 0.0,
                determinism=determinism,
                diagonal_mean=mean,
                diagonal_max=longest,
                divergence=1 / longest if longest else math.inf,
                diagonal_entropy=entropy,
                laminarity=laminarity,
                trapping_time=trapping,
                vertical_max=tallest,
                vertical_entropy=vertical_entropy,
                recurrence_time=white,
                recurrence_time_1=first,
                recurrence_time_2=second,
                trend=trends[band],
                low=float(borders[band]),
                high=float(borders[band + 1]),
                closed=closed and band == n_bands - 1,
                size=size,
                points=points[band],
                l_min=l_min,
                v_min=v_min,
                theiler=theiler,
                diagonal_lengths=lines.diagonal[band, : longest + 1].copy(),
                vertical_lengths=lines.vertical[band, : tallest + 1].copy(),
                density=density[band],
            )
        )
    return tuple(found)


def _line_measures(
    lengths: Int64[np.ndarray, "band length"], least: int
) -> list[tuple[float, float, int, float]]:
    """For each band (share of cells on lines of at least ``least``, their mean length, the
    longest, entropy).

    Sums of fractions are exactly rounded, so that their order does not matter.
    """
    bands, present = np.nonzero(lengths)
    counts = lengths[bands, present].tolist()
    places = np.searchsorted(bands, range(len(lengths) + 1)).tolist()
    found = []
    for band in range(len(lengths)):
        own = slice(places[band], places[band + 1])
        found.append(_of_lines(present[own].tolist(), counts[own], least))
    return found


def _of_lines(lengths: list[int], counts: list[int], least: int) -> tuple[float, float, int, float]:
    """The same of one band, its lengths rising."""
    if not lengths:
        return 0.0, 0.0, 0, 0.0
    cells = sum(map(mul, lengths, counts))
    begin = bisect_left(lengths, least)
    kept = counts[begin:]
    lines = sum(kept)
    if not lines:
        return 0.0, 0.0, lengths[-1], 0.0
    on_lines = sum(map(mul, lengths[begin:], kept))
    shares = [count / lines for count in kept]
    entropy = -math.fsum([share * math.log(share) for share in shares])
    return on_lines / cells, on_lines / lines, lengths[-1], entropy + 0.0


def _recurrence_times(
    runs: int, spans: list[int], size: int, points: int
) -> tuple[float, float, float]:
    """Means of white vertical lines, of T⁽¹⁾ and of T⁽²⁾; 0 where there are none."""
    columns, starts, ends, begins, finishes = spans
    gaps = runs - columns
    # A column has a white line in each gap, one before its first and one after its last line;
    # a column without the band is one white line.
    whites = gaps + (columns - begins) + (columns - finishes) + (size - columns)
    white = (size * size - points) / whites if whites else 0.0
    successive = points - columns
    first = (ends - columns) / successive if successive else 0.0
    return white, first, starts / gaps if gaps else 0.0


def _density(
    by_diagonal: Int64[np.ndarray, "band diagonal"], size: int
) -> Float64[np.ndarray, "band distance"]:
    upper = by_diagonal[:, size - 1 :]
    density = (upper + by_diagonal[:, size - 1 :: -1]) / (2 * (size - _numbers(size)))
    density[:, 0] = upper[:, 0] / size
    return density


@lru_cache(4)
def _numbers(count: int) -> Int64[np.ndarray, "number"]:
    """0 … count − 1, shared by all matrices of a size and so not to be changed."""
    numbers = np.arange(count)
    numbers.flags.writeable = False
    return numbers


def _slopes(density: Float64[np.ndarray, "band distance"]) -> list[float]:
    """Of the least-squares line through each row."""
    count = density.shape[1]
    if count < 2:
        return [0.0] * len(density)
    means = np.array([math.fsum(row) for row in density.tolist()]) / count
    parts = (_numbers(count) - (count - 1) / 2) * (density - means[:, None])
    scale = count * (count**2 - 1) / 12
    return [math.fsum(row) / scale for row in parts.tolist()]
