"""Measures against independent libraries, each in its own convention.

Checked with pyunicorn 1.0.0, PyRQA 8.1.0 and accrqa 1.0.3. How they differ from nnvis:

* pyunicorn leaves the main diagonal out of diagonal lines (``theiler=1`` here), but not out of
  the recurrence rate.
* PyRQA takes a Theiler corrector for diagonal lines; its recurrence rate is of all cells.
* accrqa keeps the main diagonal in determinism, mean length and entropy, and leaves it out of
  the longest line.

None of the three knows bands, so they see thresholds of a series' distances |x_i − x_j|.
Their single precision, or a small number that they add to denominators, sets the tolerance.
"""

from __future__ import annotations

import warnings
from importlib.metadata import version

import numpy as np
import pytest
from fingerprint.matrices import MATRICES

from nnvis.fingerprint import recurrence, recurrence_threshold

RNG = np.random.default_rng(5)
SERIES = {
    "random": RNG.random(60),
    "walk": np.cumsum(RNG.standard_normal(60)) / 8,
    "all recurrent": np.zeros(40),
    "none but the diagonal": np.arange(40) * 10.0,
    "blocks": np.repeat([0.0, 4.0, 8.0], 12),
    "back and forth": np.tile([0.0, 0.1, 5.0], 15),
}
EPSILON = 0.3
TOLERANCE = {"rel": 2e-6, "abs": 2e-6}


def series(name: str) -> np.ndarray:
    # Multiples of 1/64, so that single precision gives the same distances.
    return np.round(SERIES[name] * 64) / 64


def distance_of(values: np.ndarray) -> np.ndarray:
    return np.abs(values[:, None] - values)


def compare(found, theirs: dict[str, float], library: str) -> None:
    for name, value in theirs.items():
        wanted = pytest.approx(float(value), **TOLERANCE)
        assert getattr(found, name) == wanted, f"{name} of {library} {version(library)}"


@pytest.mark.parametrize("name", MATRICES)
def test_pyunicorn(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip("pyunicorn.timeseries")
    distance = MATRICES[name]
    if (distance != distance.T).any() or len(distance) < 2:
        pytest.skip("pyunicorn reads one triangle of a matrix")
    low, high = 0.0, 0.5
    plot = module.RecurrencePlot(
        np.zeros(len(distance)), metric="supremum", threshold=1, silence_level=3
    )
    plot.R = ((distance >= low) & (distance < high)).astype(plot.R.dtype)
    theirs = {
        "determinism": plot.determinism(2),
        "diagonal_mean": plot.average_diaglength(2),
        "diagonal_max": plot.max_diaglength(),
        "diagonal_entropy": plot.diag_entropy(2),
    }
    found = recurrence(distance, low, high, theiler=1)
    compare(found, theirs, "pyunicorn")
    theirs = {
        "recurrence_rate": plot.R.sum() / plot.R.size,
        "laminarity": plot.laminarity(2),
        "trapping_time": plot.trapping_time(2),
        "vertical_max": plot.max_vertlength(),
        "vertical_entropy": plot.vert_entropy(2),
        "recurrence_time": plot.mean_recurrence_time(1),
    }
    compare(recurrence(distance, low, high), theirs, "pyunicorn")


@pytest.mark.parametrize("theiler", [0, 1, 3])
@pytest.mark.parametrize("name", SERIES)
def test_pyrqa(name, theiler):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("pyrqa")
        cl = pytest.importorskip("pyopencl")
        try:
            cl.get_platforms()
        except cl.LogicError:
            pytest.skip("PyRQA needs an OpenCL platform: pip install pocl-binary-distribution")
        result = pyrqa_result(series(name), EPSILON, theiler)
    found = recurrence_threshold(distance_of(series(name)), EPSILON, theiler=theiler)
    theirs = {
        "determinism": result.determinism,
        "diagonal_mean": result.average_diagonal_line,
        "diagonal_max": result.longest_diagonal_line,
        "divergence": result.divergence,
        "diagonal_entropy": result.entropy_diagonal_lines,
        "laminarity": result.laminarity,
        "trapping_time": result.trapping_time,
        "vertical_max": result.longest_vertical_line,
        "vertical_entropy": result.entropy_vertical_lines,
        "recurrence_time": result.average_white_vertical_line,
    }
    # Where there is nothing to count, PyRQA has not-a-number and nnvis 0.
    compare(found, {key: np.nan_to_num(x, posinf=x) for key, x in theirs.items()}, "PyRQA")
    whole = recurrence_threshold(distance_of(series(name)), EPSILON)
    compare(whole, {"recurrence_rate": result.recurrence_rate}, "PyRQA")


def pyrqa_result(values: np.ndarray, epsilon: float, theiler: int):
    from pyrqa.analysis_type import Classic
    from pyrqa.computation import RQAComputation
    from pyrqa.metric import MaximumMetric
    from pyrqa.neighbourhood import FixedRadius
    from pyrqa.settings import Settings
    from pyrqa.time_series import TimeSeries

    settings = Settings(
        TimeSeries(values.astype(np.float32), embedding_dimension=1, time_delay=1),
        analysis_type=Classic,
        neighbourhood=FixedRadius(epsilon),
        similarity_measure=MaximumMetric,
        theiler_corrector=theiler,
    )
    result = RQAComputation.create(settings, verbose=False).run()
    result.min_diagonal_line_length = 2
    result.min_vertical_line_length = 2
    result.min_white_vertical_line_length = 1
    return result


@pytest.mark.parametrize("name", SERIES)
def test_accrqa(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        accrqa = pytest.importorskip("accrqa")
        values = series(name).astype(np.float32)
        threshold = np.array([EPSILON], np.float32)
        options = {
            "distance_type": accrqa.accrqaDistance("maximal"),
            "comp_platform": accrqa.accrqaCompPlatform("cpu"),
        }
        diagonal = accrqa.DET(values, 1, 1, 2, threshold, **options)
        vertical = accrqa.LAM(values, 1, 1, 2, threshold, **options)
    theirs = {
        "recurrence_rate": diagonal["RR"][0],
        "determinism": diagonal["DET"][0],
        "diagonal_mean": diagonal["L"][0],
        "diagonal_entropy": diagonal["ENTR"][0],
        "laminarity": vertical["LAM"][0],
        "trapping_time": vertical["TT"][0],
        "vertical_max": vertical["TTmax"][0],
        "vertical_entropy": vertical["ENTR"][0],
    }
    distance = distance_of(series(name))
    found = recurrence_threshold(distance, EPSILON)
    compare(found, {key: np.nan_to_num(x) for key, x in theirs.items()}, "accrqa")
    without = recurrence_threshold(distance, EPSILON, theiler=1)
    compare(without, {"diagonal_max": diagonal["Lmax"][0]}, "accrqa")
