"""Transitions, distances and recurrence at the size of a long training."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from nnvis.bench.measuring import measure, run_child
from nnvis.bench.recurrence_libraries import (
    against_libraries,
    cell_by_cell,
    line_at_once,
    plain_bands,
)
from nnvis.bench.tables import Part, Row, times_as_fast

if TYPE_CHECKING:
    from jaxtyping import Float64, Int32

TARGET_TRANSITIONS = 2.0
TARGET_SMALL = 0.05
TARGET_LARGE = 0.8
TARGET_MEMORY = 500.0
TARGET_RATIO = 200.0
_CLASSES = 10
_SPARSE_CLASSES = 1000


def fingerprint(
    repeats: int,
    epochs: int = 700,
    samples: int = 60_000,
    small: int = 1000,
    large: int = 5000,
    plain: int = 500,
    processes: bool = True,
) -> Part:
    """The targets of the training fingerprints, beside three libraries and plain NumPy."""
    from nnvis.fingerprint import (
        prediction_distance,
        recurrence_bands,
        recurrence_threshold,
        sparse_transitions,
        transition_distance,
        transitions,
    )

    rng = np.random.default_rng(0)
    given = predictions(epochs, samples, _CLASSES, rng)
    transition_distance(transitions(given[:3, :70], _CLASSES))
    prediction_distance(given[:3, :70])
    size = f"{epochs} epochs × {samples:,} samples × {_CLASSES} classes"
    rows = [
        Row(
            f"transitions and their distance, {size}",
            measure(lambda: transition_distance(transitions(given, _CLASSES)), repeats),
            target=TARGET_TRANSITIONS,
        ),
        Row(
            "raw distance of the predictions, the same",
            measure(lambda: prediction_distance(given), repeats),
        ),
    ]
    del given
    many = predictions(epochs // 7, samples // 6, _SPARSE_CLASSES, rng)
    rows.append(
        Row(
            f"sparse transitions and distance, {len(many)} epochs × {many.shape[1]:,} samples × "
            f"{_SPARSE_CLASSES} classes",
            measure(
                lambda: transition_distance(sparse_transitions(many, _SPARSE_CLASSES)), repeats
            ),
        )
    )
    del many
    recurrence_bands(random_distance(64, rng))
    for rows_of, target in ((small, TARGET_SMALL), (large, TARGET_LARGE)):
        distance = random_distance(rows_of, rng)
        rows.append(
            Row(
                f"20 bands of {rows_of:,} × {rows_of:,}",
                measure(lambda matrix=distance: recurrence_bands(matrix), 2 * repeats + 1),
                target=target,
                note="random distances: lines are as short, and so as many, as can be",
            )
        )
        del distance
    if processes:
        used = run_child(["recurrence", str(large)])
        rows.append(
            Row(
                "memory beyond the matrix",
                (used["beyond_bytes"] / 2**20,),
                "MiB",
                TARGET_MEMORY,
                note=f"peak of a process of its own, 20 bands of {large:,} × {large:,}",
            )
        )
    rows += _one_threshold(large, repeats, recurrence_threshold, rng)
    distance = random_distance(plain, rng)
    ours = measure(lambda: recurrence_bands(distance), 5 * repeats)
    words = f"20 bands of {plain} × {plain}"
    theirs = measure(lambda: plain_bands(distance, 20, cell_by_cell), 1)
    better = measure(lambda: plain_bands(distance, 20, line_at_once), 1)
    ratio = float(np.median(theirs) / np.median(ours))
    rows += [
        Row(words, ours),
        Row("NumPy with a loop over lines and their cells", theirs),
        Row("speed over it", (ratio,), "times", TARGET_RATIO, at_least=True),
        Row(
            "NumPy with a loop over lines, each at once",
            better,
            note=f"nnvis is {times_as_fast('it', better, ours)}",
        ),
    ]
    return Part("fingerprint", tuple(rows))


def _one_threshold(
    size: int, repeats: int, threshold: Callable[..., object], rng: np.random.Generator
) -> list[Row]:
    from nnvis.fingerprint import recurrence_bands

    series = np.cumsum(rng.standard_normal(size)).astype(np.float32)
    series /= np.ptp(series)
    distance = np.abs(series[:, None] - series)
    epsilon = 0.05
    threshold(distance[:64, :64].copy(), epsilon)
    recurrence_bands(distance[:64, :64].copy())
    seconds = measure(lambda: threshold(distance, epsilon), 2 * repeats + 1)
    bands = measure(lambda: recurrence_bands(distance), 2 * repeats + 1)
    label = f"one threshold, {size:,} × {size:,}, matrix given"
    rows = against_libraries(series, epsilon, seconds, bands, repeats)
    return [
        Row(label, seconds),
        Row("20 bands of the same", bands, note="a random walk: long lines"),
        *rows,
    ]


def random_distance(size: int, rng: np.random.Generator) -> Float64[np.ndarray, "s t"]:
    """Symmetric, evenly distributed in [0, 1], zero on the diagonal."""
    matrix = rng.random((size, size))
    upper = np.tril_indices(size)
    matrix[upper] = matrix.T[upper]
    np.fill_diagonal(matrix, 0)
    return matrix


def predictions(
    epochs: int, samples: int, classes: int, rng: np.random.Generator
) -> Int32[np.ndarray, "epoch sample"]:
    """A training: one sample in twenty changes class at each epoch."""
    given = np.empty((epochs, samples), np.int32)
    given[0] = rng.integers(0, classes, samples)
    for t in range(1, epochs):
        given[t] = given[t - 1]
        moved = rng.integers(0, samples, samples // 20)
        given[t, moved] = rng.integers(0, classes, len(moved))
    return given
