"""Signatures of a wide network, in a process of its own, beside clusters of every sample."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.bench.measuring import measure, peak_memory, run_process
from nnvis.bench.networks import has_mnist, trained
from nnvis.bench.tables import Part, Row, number, times_as_fast

if TYPE_CHECKING:
    from torch import nn

TARGET = 30.0
TARGET_MEMORY = 3.0
_HIDDEN = (512, 512, 512)
_SAMPLES = 60_000
_TESTS = 10_000
_BINS = 10
_AS_TEXT = 1000


def signatures(
    repeats: int, samples: int = _SAMPLES, hidden: tuple[int, ...] = _HIDDEN, epochs: int = 1
) -> Part:
    """Ten clusters a layer for 60,000 training samples; alternatives get the same activations."""
    words = (str(repeats), str(samples), str(epochs), *map(str, hidden))
    code = "from nnvis.bench.signatures import main; main()"
    printed = run_process([sys.executable, "-c", code, *words])
    found = json.loads(printed.strip().splitlines()[-1])
    return part_of(found, hidden)


def part_of(found: dict[str, Any], hidden: Sequence[int]) -> Part:
    """The table of what :func:`measured` found."""
    sizes = "-".join(map(str, (784, *hidden, 10)))
    ours, clustering = found["seconds"], found["clustering_seconds"]
    plain = found["plain_seconds"]
    text, whole = found["text_seconds"], found["samples"] / found["text_samples"]
    rows = (
        Row(
            f"signatures of {sizes}, {found['samples']:,} samples",
            tuple(ours),
            target=TARGET,
            note=f"and {found['tests']:,} test samples; 10 clusters a layer",
        ),
        Row(
            "peak memory of the process",
            (found["peak_bytes"] / 2**30,),
            "GiB",
            TARGET_MEMORY,
            note=f"{found['before_bytes'] / 2**30:.2f} GiB of it before: libraries and samples",
        ),
        Row(f"the same in {_BINS} bins", tuple(found["bins_seconds"])),
        Row("clusters of the last hidden layer alone", (clustering,)),
        Row(
            "scikit-learn's KMeans on every sample of it, as many starts",
            (plain,),
            note=f"nnvis is {times_as_fast('it', (plain,), (clustering,))}; its squared distances "
            f"are {found['inertia_ratio'] - 1:+.2%} of that",
        ),
        Row(
            "MiniBatchKMeans on every sample of it",
            (found["batch_seconds"],),
            note=f"squared distances {found['batch_ratio'] - 1:+.2%}",
        ),
        Row(
            f"activations of {found['text_samples']:,} samples as CSV, written and read",
            (text,),
            note=f"the earlier library's way; {number(text * whole)} s for all",
        ),
    )
    remark = f"Samples: {found['source']}; labels are the network's own predictions."
    return Part("signatures", rows, (remark,))


def measured(repeats: int, samples: int, epochs: int, hidden: tuple[int, ...]) -> dict[str, Any]:
    """Seconds and bytes, first of signatures alone, then of the alternatives."""
    from nnvis.learning import evaluate
    from nnvis.signature import signatures as compute

    model, digits = trained("digits", hidden, epochs)
    x, source = _rows(digits.x_train, samples)
    tests = digits.x_test[: min(_TESTS, samples)]
    # Every sample counts as correctly classified, so that there is most to do.
    y = evaluate(model, x, np.zeros(len(x), np.int64))[1].astype(np.int64)
    compute(model, x[:500], y[:500], tests[:50], np.zeros(50, np.int64), 2)
    before = peak_memory()
    rest = (x, y, tests, np.zeros(len(tests), np.int64), 10)
    seconds = measure(lambda: compute(model, *rest), repeats)
    peak = peak_memory()
    return {
        "seconds": seconds,
        "before_bytes": before,
        "peak_bytes": peak,
        "bins_seconds": measure(lambda: compute(model, *rest, bins=_BINS), 1),
        "samples": len(x),
        "tests": len(tests),
        "source": source,
        **_alternatives(model, x),
    }


def _alternatives(model: nn.Module, x: np.ndarray) -> dict[str, Any]:
    """Clusters of the last hidden layer's activations, and these as text."""
    from io import StringIO

    from sklearn.cluster import KMeans, MiniBatchKMeans

    from nnvis.graph import undisturbed
    from nnvis.graph.activations import activations
    from nnvis.graph.running import inputs
    from nnvis.graph.taps import hidden_taps
    from nnvis.signature.clustering import find_clusters
    from nnvis.signature.running import MOST_SAMPLES
    from nnvis.signature.sampling import order_of

    given = inputs(x, model)
    with undisturbed(model):
        taps = hidden_taps(model, given)[-1:]
        rows = order_of(given, 0)
        values = np.concatenate([each[0] for *_, each in activations(model, given, taps, rows)])
    kmeans: Any = KMeans
    found: dict[str, Any] = {}

    def ours() -> None:
        found["ours"] = find_clusters("last", values[:MOST_SAMPLES], 10, None, 0).centres

    def plain() -> None:
        found["plain"] = kmeans(10, n_init=3, random_state=0).fit(values).cluster_centers_

    def batches() -> None:
        mini: Any = MiniBatchKMeans
        found["batches"] = (
            mini(10, n_init=3, random_state=0, batch_size=4096).fit(values).cluster_centers_
        )

    def as_text() -> None:
        text = StringIO()
        np.savetxt(text, values[:_AS_TEXT], delimiter=",")
        text.seek(0)
        np.loadtxt(text, delimiter=",")

    layers = len(hidden_layers(model))
    seconds = {name: measure(each, 1)[0] for name, each in (("o", ours), ("p", plain))}
    batch_seconds = measure(batches, 1)[0]
    least = _inertia(values, found["plain"])
    return {
        "clustering_seconds": seconds["o"],
        "plain_seconds": seconds["p"],
        "batch_seconds": batch_seconds,
        "inertia_ratio": _inertia(values, found["ours"]) / least,
        "batch_ratio": _inertia(values, found["batches"]) / least,
        "text_seconds": measure(as_text, 1)[0] * layers,
        "text_samples": min(_AS_TEXT, len(values)),
    }


def hidden_layers(model: nn.Module) -> list[nn.Module]:
    """Modules with weights but the last."""
    return [each for each in model.children() if list(each.parameters())][:-1]


def _inertia(values: np.ndarray, centres: np.ndarray) -> float:
    """Squared distances to the nearest centre, summed."""
    total = 0.0
    for start in range(0, len(values), 4096):
        part = values[start : start + 4096].astype(np.float64)
        squares = (part**2).sum(1)[:, None] + (centres.astype(np.float64) ** 2).sum(1)
        total += float((squares - 2 * part @ centres.T).min(1).sum())
    return total


def _rows(digits: np.ndarray, count: int) -> tuple[np.ndarray, str]:
    """MNIST's, or the bundled digits again and again with a little noise."""
    if has_mnist() and count == _SAMPLES:
        from nnvis.datasets import load_samples

        return load_samples("mnist").x_train, "the full MNIST"
    rng = np.random.default_rng(0)
    rows = np.resize(digits, (count, digits.shape[1])).astype(np.float32)
    rows += rng.normal(0, 0.05, rows.shape).astype(np.float32)
    return rows, "the bundled digits, repeated with noise"


def main() -> None:
    """Measure what the command line's words say and print one line of JSON."""
    repeats, samples, epochs, *hidden = map(int, sys.argv[1:])
    print(json.dumps(measured(repeats, samples, epochs, tuple(hidden))))
