"""Recurrence measures of one band, from its lines."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import lru_cache
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
    """What the kernels counted of one band."""

    diagonal: Int64[np.ndarray, "length"]
    vertical: Int64[np.ndarray, "length"]
    spans: Int64[np.ndarray, "5"]
    by_diagonal: Int64[np.ndarray, "diagonal"]


def measures_of(
    lines: Lines, low: float, high: float, closed: bool, l_min: int, v_min: int, theiler: int
) -> RecurrenceMeasures:
    """The measures of one band of a matrix of N rows.

    Parameters
    ----------
    lines
        Lines of each length 0 … N; spans as in :func:`nnvis.kernels.recurrence.vertical_lines`;
        recurrent cells on each diagonal −(N − 1) … N − 1, 0 within the Theiler window.
    """
    size = len(lines.diagonal) - 1
    determinism, mean, longest, entropy = line_measures(lines.diagonal, l_min)
    laminarity, trapping, tallest, vertical_entropy = line_measures(lines.vertical, v_min)
    points = int(_numbers(size + 1) @ lines.vertical)
    counted = int(lines.by_diagonal.sum())
    outside = max(size - theiler, 0) * (max(size - theiler, 0) + 1)
    cells = size * size if theiler == 0 else outside
    white, first, second = _recurrence_times(lines, size, points)
    density = _density(lines.by_diagonal, size)
    return RecurrenceMeasures(
        recurrence_rate=counted / cells if cells else 0.0,
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
        trend=_slope(density, max(1, theiler), size - (_BORDER if size > 2 * _BORDER else 1)),
        low=float(low),
        high=float(high),
        closed=closed,
        size=size,
        points=points,
        l_min=l_min,
        v_min=v_min,
        theiler=theiler,
        diagonal_lengths=lines.diagonal[: longest + 1].copy(),
        vertical_lengths=lines.vertical[: tallest + 1].copy(),
        density=density,
    )


def line_measures(lengths: Int64[np.ndarray, "length"], least: int) -> tuple:
    """(share of cells on lines of at least ``least``, their mean length, the longest, entropy).

    Sums of fractions are exactly rounded, so that their order does not matter.
    """
    found = np.flatnonzero(lengths)
    if not len(found):
        return 0.0, 0.0, 0, 0.0
    cells = int(found @ lengths[found])
    kept = found[found >= least]
    lines = int(lengths[kept].sum())
    if not lines:
        return 0.0, 0.0, int(found[-1]), 0.0
    on_lines = int(kept @ lengths[kept])
    shares = [count / lines for count in lengths[kept].tolist()]
    entropy = -math.fsum(share * math.log(share) for share in shares)
    return on_lines / cells, on_lines / lines, int(found[-1]), entropy + 0.0


def _recurrence_times(lines: Lines, size: int, points: int) -> tuple[float, float, float]:
    """Means of white vertical lines, of T⁽¹⁾ and of T⁽²⁾; 0 where there are none."""
    runs = int(lines.vertical.sum())
    columns, starts, ends, begins, finishes = map(int, lines.spans)
    gaps = runs - columns
    # A column has a white line in each gap, one before its first and one after its last line;
    # a column without the band is one white line.
    whites = gaps + (columns - begins) + (columns - finishes) + (size - columns)
    white = (size * size - points) / whites if whites else 0.0
    successive = points - columns
    first = (ends - columns) / successive if successive else 0.0
    return white, first, starts / gaps if gaps else 0.0


def _density(by_diagonal: np.ndarray, size: int) -> Float64[np.ndarray, "diagonal"]:
    upper = by_diagonal[size - 1 :]
    lower = by_diagonal[size - 1 :: -1]
    density = (upper + lower) / (2 * (size - _numbers(size)))
    density[0] = upper[0] / size
    return density


@lru_cache(4)
def _numbers(count: int) -> Int64[np.ndarray, "number"]:
    """0 … count − 1, shared by all bands and so not to be changed."""
    numbers = np.arange(count)
    numbers.flags.writeable = False
    return numbers


def _slope(density: np.ndarray, first: int, last: int) -> float:
    """Of the least-squares line through ``density`` from ``first`` to ``last``, inclusive."""
    values = density[first : last + 1]
    if len(values) < 2 or not values.any():
        return 0.0
    middle = (len(values) - 1) / 2
    mean = math.fsum(values.tolist()) / len(values)
    top = math.fsum(((_numbers(len(values)) - middle) * (values - mean)).tolist())
    return top / (len(values) * (len(values) ** 2 - 1) / 12)
