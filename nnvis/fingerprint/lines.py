"""Number the cells of a matrix by band and count its lines, all bands in one go."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from nnvis.errors import ConfigError
from nnvis.fingerprint.checks import refuse_missing
from nnvis.fingerprint.measures import Lines, RecurrenceMeasures, measures_of

if TYPE_CHECKING:
    from jaxtyping import Float

_CHUNKS = 4
# Below this many rows, dividing the work costs more than it gives.
_LEAST_ROWS = 256
_MOST_BANDS = 1000


@dataclass(frozen=True)
class Bands:
    """Borders of bands that lie side by side.

    Attributes
    ----------
    borders
        One more than bands, rising.
    closed
        Whether the last band holds its upper border too.
    """

    borders: tuple[float, ...]
    closed: bool

    def __len__(self) -> int:
        return len(self.borders) - 1

    def edges(self, kind: np.dtype) -> Float[np.ndarray, "bands_and_one"]:
        """The borders as half-open ones in the matrix's own type.

        In float32 a distance of 0.35 lies below the float64 border 0.35, so the borders are
        rounded as the distances are.
        """
        edges = np.array(self.borders, kind)
        if self.closed:
            edges[-1] = np.nextafter(edges[-1], kind.type(np.inf))
        return edges


def even_bands(width: float) -> Bands:
    """Bands of ``width`` over [0, 1]; the last is closed, and narrower if need be.

    Border k is the number nearest to k · width with ``width`` taken as it is written: three
    times 0.05 is 0.15, though 3 * 0.05 is not. So a distance of 3/20 lies in the band from it.

    Raises
    ------
    ConfigError
        When ``width`` is not within [0.001, 1].

    >>> even_bands(0.4).borders
    (0.0, 0.4, 0.8, 1.0)
    """
    if not 1 / _MOST_BANDS <= width <= 1:
        raise ConfigError(f"width must be between {1 / _MOST_BANDS} and 1, got {width!r}.")
    count = round(1 / width)
    # A third cannot be written in digits, but three thirds are one.
    step = Fraction(1, count) if abs(count * width - 1) < 1e-9 else Fraction(str(float(width)))
    inner = [float(step * k) for k in range(1, int(1 / step) + 1) if step * k < 1]
    return Bands((0.0, *inner, 1.0), True)


def number_bands(distance: Float[np.ndarray, "s t"], bands: Bands) -> np.ndarray:
    """Band number of each cell, one past the last for those in none.

    Raises
    ------
    DatasetError
        For NaN.
    """
    from nnvis.kernels.recurrence import number_cells

    edges = bands.edges(distance.dtype)
    kind = np.uint8 if len(bands) < 255 else np.uint16
    numbers = np.empty(distance.shape, kind)
    faults = np.empty(len(distance), np.int64)
    width = bands.borders[1] - bands.borders[0]
    scale = edges.dtype.type(1 / width if width else 0)
    number_cells(distance, edges, scale, numbers, faults)
    refuse_missing(distance, faults)
    return numbers


def measures_by_band(
    numbers: np.ndarray, bands: Bands, l_min: int, v_min: int, theiler: int
) -> tuple[RecurrenceMeasures, ...]:
    """One of each band, from :func:`number_bands`."""
    lines = count_lines(numbers, len(bands), theiler)
    return measures_of(lines, bands.borders, bands.closed, l_min, v_min, theiler)


def count_lines(numbers: np.ndarray, n_bands: int, theiler: int) -> Lines:
    """Diagonal and vertical lines of each band of a square matrix of band numbers."""
    from nnvis.kernels.recurrence import STRIP, diagonal_lines, find_unlike, vertical_lines

    size = len(numbers)
    unlike = np.empty(-(-size // STRIP), bool)
    find_unlike(numbers, unlike)
    symmetric = not unlike.any()
    columns = numbers if symmetric else np.ascontiguousarray(numbers.T)
    chunks = _CHUNKS if size >= _LEAST_ROWS else 1
    vertical = np.zeros((chunks, n_bands + 1, size + 1), np.int64)
    spans = np.zeros((chunks, n_bands + 1, 5), np.int64)
    vertical_lines(columns, vertical, spans)
    # One triangle is enough where the other is its mirror image; the main diagonal is in both.
    diagonal = np.zeros((chunks, n_bands + 1, size + 1), np.int64)
    by_diagonal = np.zeros((2 * size - 1, n_bands + 1), np.int64)
    window = min(theiler, size)
    if symmetric:
        diagonal_lines(numbers, _shares(1, size, chunks), window, diagonal, by_diagonal)
        diagonal *= 2
        by_diagonal[: size - 1] = by_diagonal[: size - 1 : -1]
        middle = np.array([0, 1])
        diagonal_lines(numbers, middle, window, diagonal[:1], by_diagonal)
    else:
        bounds = _shares(1 - size, size, chunks)
        diagonal_lines(numbers, bounds, window, diagonal, by_diagonal)
    parts = (diagonal.sum(0), vertical.sum(0), spans.sum(0), by_diagonal.T)
    return Lines(*(part[:n_bands] for part in parts))


def lines_within(distance: Float[np.ndarray, "s t"], bands: Bands, theiler: int) -> Lines:
    """Diagonal and vertical lines of a single band: an eighth of the memory of band numbers.

    Raises
    ------
    DatasetError
        For NaN.
    """
    from nnvis.kernels.recurrence_bits import (
        WORD,
        diagonal_lines_of_bits,
        pack_band,
        transpose_bits,
        vertical_lines_of_bits,
    )

    size = len(distance)
    low, high = bands.edges(distance.dtype)
    words = np.empty((size, -(-size // WORD)), np.uint64)
    faults = np.empty(size, np.int64)
    pack_band(distance, low, high, words, faults)
    refuse_missing(distance, faults)
    columns = np.empty_like(words)
    transpose_bits(words, columns)
    chunks = _CHUNKS if size >= _LEAST_ROWS else 1
    vertical = np.zeros((chunks, size + 1), np.int64)
    spans = np.zeros((chunks, 5), np.int64)
    vertical_lines_of_bits(columns, vertical, spans)
    diagonal = np.zeros((chunks, size + 1), np.int64)
    by_diagonal = np.zeros(2 * size - 1, np.int64)
    window = min(theiler, size)
    if np.array_equal(words, columns):  # see count_lines
        diagonal_lines_of_bits(words, _shares(1, size, chunks), window, diagonal, by_diagonal)
        diagonal *= 2
        by_diagonal[: size - 1] = by_diagonal[: size - 1 : -1]
        diagonal_lines_of_bits(words, np.array([0, 1]), window, diagonal[:1], by_diagonal)
    else:
        bounds = _shares(1 - size, size, chunks)
        diagonal_lines_of_bits(words, bounds, window, diagonal, by_diagonal)
    parts = (diagonal.sum(0), vertical.sum(0), spans.sum(0), by_diagonal)
    return Lines(*(part[None] for part in parts))


def _shares(first: int, end: int, chunks: int) -> np.ndarray:
    """Diagonals ``first … end − 1`` in parts of about as many cells."""
    diagonals = np.arange(first, end)
    cells = np.concatenate([[0], np.cumsum(end - np.abs(diagonals))])
    bounds = np.searchsorted(cells, cells[-1] * np.arange(chunks + 1) / chunks) + first
    bounds[-1] = end
    return bounds.astype(np.int64)
