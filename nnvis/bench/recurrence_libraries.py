"""Other people's recurrence quantification of the same matrix, and plain NumPy code for it.

PyRQA and accrqa take a series and compare its distances |x_i − x_j|, so that is the matrix that
all are given, with one threshold: none of them knows bands.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.bench.machine import installed
from nnvis.bench.measuring import measure
from nnvis.bench.tables import Row, times_as_fast

if TYPE_CHECKING:
    from jaxtyping import Float32, Float64

_WARM_UP = 64


def with_pyunicorn(series: Float32[np.ndarray, "epoch"], epsilon: float) -> None:
    """All measures of a recurrence plot."""
    module: Any = import_module("pyunicorn.timeseries")
    plot = module.RecurrencePlot(series, metric="supremum", threshold=epsilon, silence_level=3)
    plot.recurrence_rate()
    for diagonal in (plot.determinism, plot.average_diaglength, plot.diag_entropy):
        diagonal(2)
    plot.max_diaglength()
    for vertical in (plot.laminarity, plot.trapping_time, plot.vert_entropy):
        vertical(2)
    plot.max_vertlength()
    plot.mean_recurrence_time(1)


def with_pyrqa(series: Float32[np.ndarray, "epoch"], epsilon: float) -> None:
    """All measures, on the OpenCL device that PyRQA chooses."""
    settings = import_module("pyrqa.settings").Settings(
        import_module("pyrqa.time_series").TimeSeries(series, embedding_dimension=1, time_delay=1),
        analysis_type=import_module("pyrqa.analysis_type").Classic,
        neighbourhood=import_module("pyrqa.neighbourhood").FixedRadius(epsilon),
        similarity_measure=import_module("pyrqa.metric").MaximumMetric,
        theiler_corrector=1,
    )
    computation: Any = import_module("pyrqa.computation").RQAComputation
    str(computation.create(settings, verbose=False).run())


def with_accrqa(series: Float32[np.ndarray, "epoch"], epsilon: float) -> None:
    """Diagonal and vertical measures, on the processor."""
    accrqa: Any = import_module("accrqa")
    options = {
        "distance_type": accrqa.accrqaDistance("maximal"),
        "comp_platform": accrqa.accrqaCompPlatform("cpu"),
    }
    threshold = np.array([epsilon], np.float32)
    accrqa.DET(series, 1, 1, 2, threshold, **options)
    accrqa.LAM(series, 1, 1, 2, threshold, **options)


# Each with the packages that it needs.
LIBRARIES: dict[str, tuple[Callable[..., None], tuple[str, ...]]] = {
    "pyunicorn": (with_pyunicorn, ("pyunicorn",)),
    "PyRQA": (with_pyrqa, ("PyRQA", "pocl-binary-distribution")),
    "accrqa": (with_accrqa, ("accrqa",)),
}


def against_libraries(
    series: Float32[np.ndarray, "epoch"],
    epsilon: float,
    ours: tuple[float, ...],
    bands: tuple[float, ...],
    repeats: int,
) -> list[Row]:
    """A row for each library: its time for one threshold, or how to install it.

    ``ours`` and ``bands`` are nnvis's seconds for that threshold and for 20 bands.
    """
    rows = []
    for name, (run, packages) in LIBRARIES.items():
        label = f"{name}, one threshold, {len(series):,} × {len(series):,}"
        if any(installed(package) is None for package in packages):
            rows.append(Row(label, note=f"not installed: pip install {' '.join(packages)}"))
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                run(series[:_WARM_UP], epsilon)
                seconds = measure(lambda run=run: run(series, epsilon), repeats)
        except Exception as error:  # another project's code, which may raise anything
            rows.append(Row(label, note=f"failed: {type(error).__name__}: {error}"))
            continue
        compared = times_as_fast(f"{name} {installed(packages[0])}", seconds, ours)
        per_band = times_as_fast("it", seconds, tuple(each / 20 for each in bands))
        note = f"nnvis is {compared} for one, and {per_band} for each of 20 bands"
        rows.append(Row(label, seconds, note=note))
    return rows


def plain_bands(
    distance: Float64[np.ndarray, "s t"],
    bands: int,
    lengths_of: Callable[[np.ndarray], list[int]],
) -> list[list[float]]:
    """All measures of each band as one would first write them: a loop over lines, with NumPy.

    ``lengths_of`` finds the runs of a line: :func:`cell_by_cell` or :func:`line_at_once`.
    """
    found = []
    for band in range(bands):
        low, high = band / bands, (band + 1) / bands
        inside = (distance >= low) & ((distance < high) | (band == bands - 1))
        size = len(inside)
        diagonal, vertical, white, density = [], [], [], []
        first, second = [], []
        for d in range(1 - size, size):
            diagonal += lengths_of(np.diagonal(inside, d))
        for column in inside.T:
            vertical += lengths_of(column)
            white += lengths_of(~column)
            points = np.flatnonzero(column)
            starts = points[np.diff(points, prepend=-2) > 1]
            first += np.diff(points).tolist()
            second += np.diff(starts).tolist()
        for d in range(1, size - 9):
            both = np.diagonal(inside, d).sum() + np.diagonal(inside, -d).sum()
            density.append(both / (2 * (size - d)))
        of_diagonals, of_verticals = _of_lines(diagonal), _of_lines(vertical)
        found.append(
            [
                float(inside.mean()),
                *of_diagonals,
                1 / of_diagonals[2] if of_diagonals[2] else float("inf"),
                *of_verticals,
                *(float(np.mean(times)) if times else 0.0 for times in (white, first, second)),
                float(np.polyfit(np.arange(len(density)), density, 1)[0]),
            ]
        )
    return found


def cell_by_cell(cells: np.ndarray) -> list[int]:
    """Lengths of runs by walking along the line."""
    found = []
    length = 0
    for at in range(len(cells)):
        if cells[at]:
            length += 1
        elif length:
            found.append(length)
            length = 0
    return [*found, length] if length else found


def line_at_once(cells: np.ndarray) -> list[int]:
    """The same from where the line changes."""
    change = np.diff(np.concatenate([[0], cells.astype(np.int8), [0]]))
    return (np.flatnonzero(change == -1) - np.flatnonzero(change == 1)).tolist()


def _of_lines(lengths: list[int]) -> list[float]:
    """Share on lines of at least two cells, their mean length, the longest, entropy."""
    everything = np.array(lengths, np.int64)
    kept = everything[everything >= 2]
    if not len(kept):
        return [0.0, 0.0, float(everything.max(initial=0)), 0.0]
    share = np.unique(kept, return_counts=True)[1] / len(kept)
    entropy = float(-(share * np.log(share)).sum())
    return [kept.sum() / everything.sum(), kept.mean(), float(everything.max()), entropy]
