"""Recurrence quantification: of one interval of distances, of a threshold, of all bands."""

from __future__ import annotations

import math
from typing import Any

from nnvis.errors import ConfigError, DatasetError
from nnvis.fingerprint.checks import at_least, distance_of
from nnvis.fingerprint.lines import (
    Bands,
    even_bands,
    lines_within,
    measures_by_band,
    number_bands,
)
from nnvis.fingerprint.measures import RecurrenceMeasures, measures_of


def recurrence(
    distance: Any,
    low: float,
    high: float,
    l_min: int = 2,
    v_min: int = 2,
    theiler: int = 0,
    closed: bool = False,
) -> RecurrenceMeasures:
    """Measures of the cells with ``low <= D < high``, or ``<= high`` when ``closed``.

    Parameters
    ----------
    distance : (N, N)
        Symmetric or not; numpy or torch. Cell (s, t) stands in row s, column t.
    l_min, v_min
        Shortest diagonal and vertical line that counts as one, from 1 on.
    theiler
        Cells with |s − t| below it are left out of the recurrence rate and of everything that
        concerns diagonals; 0 keeps the main diagonal, 1 leaves it out. Vertical measures always
        use the whole matrix.

    Raises
    ------
    DatasetError
        For a matrix that is not square, or holds NaN (it names the first place).
    ConfigError
        For a setting out of range.

    Examples
    --------
    >>> import numpy as np
    >>> found = recurrence(np.array([[0.0, 0.4], [0.4, 0.0]]), 0, 0.1, theiler=1)
    >>> found.recurrence_rate, found.vertical_max
    (0.0, 1)
    """
    if not (math.isfinite(low) and not math.isnan(high)) or low > high:
        raise ConfigError(f"low must be a number not above high, got low {low}, high {high}.")
    at_least(1, l_min=l_min, v_min=v_min)
    at_least(0, theiler=theiler)
    bands = Bands((float(low), float(high)), closed)
    lines = lines_within(distance_of(distance), bands, theiler)
    return measures_of(lines, bands.borders, closed, l_min, v_min, theiler)[0]


def recurrence_threshold(
    distance: Any, epsilon: float, l_min: int = 2, v_min: int = 2, theiler: int = 0
) -> RecurrenceMeasures:
    """Measures of the cells with ``D <= epsilon``, as classic recurrence plots have them.

    Parameters and errors are those of :func:`recurrence`; ``epsilon`` is at least 0.
    """
    if not epsilon >= 0:
        raise ConfigError(f"epsilon must be 0 or more, got {epsilon}.")
    return recurrence(distance, 0.0, epsilon, l_min, v_min, theiler, closed=True)


def recurrence_bands(
    distance: Any, width: float = 0.05, l_min: int = 2, v_min: int = 2, theiler: int = 0
) -> tuple[RecurrenceMeasures, ...]:
    """Measures of each band [0, width), [width, 2 width), … of distances in [0, 1].

    Bands share no cell and leave none out: a border value belongs to the band that it begins,
    and the last band is closed. Other parameters and errors are those of :func:`recurrence`.

    Raises
    ------
    DatasetError
        Also for a distance outside [0, 1]: divide the matrix by its largest first.
    """
    at_least(1, l_min=l_min, v_min=v_min)
    at_least(0, theiler=theiler)
    bands, numbers = numbered(distance, width)
    return measures_by_band(numbers, bands, l_min, v_min, theiler)


def numbered(distance: Any, width: float) -> tuple[Bands, Any]:
    """Even bands over [0, 1] and the band number of each cell."""
    matrix = distance_of(distance)
    bands = even_bands(width)
    numbers = number_bands(matrix, bands)
    if numbers.max() == len(bands):
        raise DatasetError(
            f"distance must lie in [0, 1], got {matrix.min():g} to {matrix.max():g}; divide it "
            "by its largest value first."
        )
    return bands, numbers
