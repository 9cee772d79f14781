"""Neighbourhoods at the size of a training, beside scikit-learn's exact search."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.bench.machine import installed
from nnvis.bench.measuring import measure
from nnvis.bench.tables import Part, Row, times_as_fast

if TYPE_CHECKING:
    from jaxtyping import Float32, Int64

TARGET_SMALL = 3.0
TARGET_LARGE = 20.0
_K = 15
# Exact settings of scikit-learn, all on every processor; the fastest is the one to compare with.
SETTINGS: dict[str, dict[str, Any]] = {
    "brute force": {"algorithm": "brute"},
    "k-d tree": {"algorithm": "kd_tree"},
    "ball tree": {"algorithm": "ball_tree"},
}
# Seconds that one epoch may take before the other epochs are not waited for.
_PATIENCE = 0.5


def neighbours(
    repeats: int,
    epochs: int = 50,
    small: tuple[int, int] = (5_000, 10),
    large: tuple[int, int] = (10_000, 64),
) -> Part:
    """The targets of neighbourhood dynamics: kNN of every epoch and the overlaps."""
    from nnvis.neighbours import nearest_neighbours, neighbour_overlap

    rng = np.random.default_rng(0)
    neighbour_overlap(representations(3, 200, 4, rng), _K)
    nearest_neighbours(np.zeros((200, 3)), _K)
    rows: list[Row] = []
    for (samples, axes), target in ((small, TARGET_SMALL), (large, TARGET_LARGE)):
        given = representations(epochs, samples, axes, rng)
        label = f"{epochs} epochs × {samples:,} samples × {axes} dimensions, k = {_K}"
        begin = process_time()
        ours = measure(lambda given=given: neighbour_overlap(given, _K), repeats)
        worked = (process_time() - begin) / len(ours)
        rows.append(Row(f"neighbours and overlaps, {label}", ours, target=target))
        rows.append(Row("its processor time, all threads", (worked,), note="holds when busy too"))
        rows += _beside_scikit_learn(given, ours)
        if samples == small[0]:
            alike = np.round(given)
            rows.append(
                Row(
                    "the same, rounded to whole numbers",
                    measure(lambda given=alike: neighbour_overlap(given, _K), 1),
                    note="many equal distances",
                )
            )
            sure = saturated(epochs, samples, axes, rng)
            rows.append(
                Row(
                    "the same, nearly all probabilities 0 or 1",
                    measure(lambda given=sure: neighbour_overlap(given, _K), 1),
                    note="hundreds of duplicates of each sample",
                )
            )
    return Part("neighbours", tuple(rows))


def _beside_scikit_learn(
    given: Float32[np.ndarray, "epoch sample axis"], ours: tuple[float, ...]
) -> list[Row]:
    """scikit-learn's best exact setting, chosen on the first epoch."""
    seconds = {
        name: float(np.median(measure(lambda o=options: with_scikit_learn(given[:1], o), 3)))
        for name, options in SETTINGS.items()
    }
    best = min(seconds, key=lambda name: seconds[name])
    slow = seconds[best] > _PATIENCE
    part = given[: max(2, len(given) // 5)] if slow else given
    share = len(given) / len(part)
    taken = measure(lambda: with_scikit_learn(part, SETTINGS[best]), 1)
    theirs = tuple(each * share for each in taken)
    others = ", ".join(
        f"{name} {seconds[name] / seconds[best]:.2g} times as long"
        for name in SETTINGS
        if name != best
    )
    name = f"scikit-learn {installed('scikit-learn')}, {best}"
    note = f"nnvis is {times_as_fast('it', theirs, ours)}; {others}"
    note += f"; measured on {len(part)} epochs" if slow else ""
    return [Row(name, theirs, note=note)]


def with_scikit_learn(
    given: Float32[np.ndarray, "epoch sample axis"], options: dict[str, Any]
) -> list[Int64[np.ndarray, "sample k"]]:
    """Neighbours of every epoch; asked for the samples that it was given, it leaves each out of
    its own neighbours."""
    from sklearn.neighbors import NearestNeighbors

    found = []
    for points in given:
        search = NearestNeighbors(n_neighbors=_K, n_jobs=-1, **options).fit(points)
        found.append(search.kneighbors(return_distance=False))
    return found


def representations(
    epochs: int, samples: int, axes: int, rng: np.random.Generator
) -> Float32[np.ndarray, "epoch sample axis"]:
    """Ten classes that draw apart while each sample wanders within its own."""
    label = rng.integers(0, 10, samples)
    centre = rng.standard_normal((10, axes))
    own = rng.standard_normal((samples, axes))
    given = np.empty((epochs, samples, axes), np.float32)
    for t in range(epochs):
        own += 0.3 * rng.standard_normal((samples, axes))
        given[t] = own + centre[label] * (6 * t / epochs)
    return given


def saturated(
    epochs: int, samples: int, classes: int, rng: np.random.Generator
) -> Float32[np.ndarray, "epoch sample axis"]:
    """Class probabilities as a run keeps them, of a network that is sure of nine in ten."""
    logits = representations(epochs, samples, classes, rng) * 0.5
    label = rng.integers(0, classes, samples)
    logits[:, np.arange(samples), label] += np.where(rng.random(samples) < 0.9, 30, 3)
    probability = np.exp(logits - logits.max(axis=2, keepdims=True))
    probability /= probability.sum(axis=2, keepdims=True)
    return probability.astype(np.float16).astype(np.float32)
