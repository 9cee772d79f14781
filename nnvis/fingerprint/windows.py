"""Recurrence measures in a window that moves along time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import ConfigError
from nnvis.fingerprint.bands import numbered
from nnvis.fingerprint.checks import at_least
from nnvis.fingerprint.lines import measures_by_band
from nnvis.fingerprint.measures import MEASURES
from nnvis.model.figures import draw

if TYPE_CHECKING:
    from jaxtyping import Float64, Int64
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class RecurrenceWindows:
    """Measures of each band in squares along the main diagonal of a distance matrix.

    Attributes
    ----------
    first
        Row at which each window begins; it holds rows ``first … first + window − 1``.
    window
        Rows of a window.
    low, high
        Borders of each band.
    values
        For each measure its value in each window and band.
    """

    first: Int64[np.ndarray, "window"]
    window: int
    low: Float64[np.ndarray, "band"]
    high: Float64[np.ndarray, "band"]
    values: Mapping[str, Float64[np.ndarray, "window band"]]

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, ready for JSON; what is infinite becomes ``None``."""
        return {
            "first": self.first.tolist(),
            "window": self.window,
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "values": {
                name: [[x if np.isfinite(x) else None for x in row] for row in table.tolist()]
                for name, table in self.values.items()
            },
        }

    def plot(self, caption: str | None = None) -> Figure:
        """The measures over time, a row for each."""
        return draw("measures", self, caption=caption)


def recurrence_windows(
    distance: Any,
    window: int,
    width: float = 0.05,
    step: int = 1,
    l_min: int = 2,
    v_min: int = 2,
    theiler: int = 0,
) -> RecurrenceWindows:
    """Measures of every band for windows that begin ``step`` rows after each other.

    Other parameters and errors are those of :func:`recurrence_bands`.

    Raises
    ------
    ConfigError
        Also when the window is larger than the matrix.
    """
    at_least(1, window=window, step=step, l_min=l_min, v_min=v_min)
    at_least(0, theiler=theiler)
    bands, numbers = numbered(distance, width)
    if window > len(numbers):
        raise ConfigError(
            f"window must be at most {len(numbers)}, the rows of the distance matrix, got {window}."
        )
    first = np.arange(0, len(numbers) - window + 1, step)
    values = {name: np.empty((len(first), len(bands))) for name in MEASURES}
    for row, begin in enumerate(first):
        square = np.ascontiguousarray(numbers[begin : begin + window, begin : begin + window])
        for band, found in enumerate(measures_by_band(square, bands, l_min, v_min, theiler)):
            for name in MEASURES:
                values[name][row, band] = getattr(found, name)
    borders = np.array(bands.borders)
    return RecurrenceWindows(first, window, borders[:-1], borders[1:], values)
