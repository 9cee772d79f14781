"""Scoring ten classes at once, against class by class with torch's own batch norm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.bench.measuring import measure
from nnvis.bench.networks import EPOCHS, HIDDEN, has_mnist, trained
from nnvis.bench.tables import Part, Row, number, times_as_fast

if TYPE_CHECKING:
    from torch import nn

    from nnvis.model import Importance, Samples

TARGET = 10.0
TARGET_SETTLED = 5.0
TARGET_RATIO = 2.0
TARGET_DIFFERENCE = 0.01
SETTLE = 0.99  # as the setting's own description suggests
_PERCENT = range(0, 101, 10)


def importance(
    repeats: int,
    data: str | None = None,
    hidden: tuple[int, ...] = HIDDEN,
    training_epochs: int = EPOCHS,
    epochs: int = 20,
) -> Part:
    """All classes of MNIST, or of the bundled digits when MNIST is not on this machine."""
    from nnvis.bench.class_by_class import score_class_by_class
    from nnvis.importance import score_importance

    full = has_mnist() if data is None else data == "mnist"
    model, samples = trained(data or ("mnist" if full else "digits"), hidden, training_epochs)
    x, y, classes = samples.x_train, samples.y_train, len(samples.class_names)
    found: dict[str, Any] = {}

    def ours() -> None:
        found["ours"] = score_importance(model, x, y, {"epochs": epochs})

    def settled() -> None:
        found["settled"] = score_importance(model, x, y, {"epochs": epochs, "settle": SETTLE})

    def theirs() -> None:
        rate = found["ours"].options["learning_rate"]
        found["theirs"] = score_class_by_class(model, x, y, classes, epochs, learning_rate=rate)

    score_importance(model, x, y, {"epochs": 1})
    seconds = measure(ours, repeats)
    seconds_settled = measure(settled, repeats)
    seconds_theirs = measure(theirs, repeats)
    ratio = np.median(seconds_theirs) / np.median(seconds)
    agreement = agreement_of(model, found["ours"], found["theirs"])
    difference = curve_difference(model, samples, found["ours"], found["settled"])
    reseeded = score_importance(model, x, y, {"epochs": epochs, "seed": 1})
    by_seed = curve_difference(model, samples, found["ours"], reseeded)
    ran = found["settled"].options["epochs_run"]
    other = "class by class (BatchNorm1d, DataLoader)"
    rows = (
        Row(
            f"{classes} classes at once, {epochs} epochs",
            seconds,
            target=TARGET if full else None,
            note=times_as_fast(other, seconds_theirs, seconds),
        ),
        Row(other, seconds_theirs, note=f"rank correlation with ours {agreement:.4f}"),
        Row(
            "speed over class by class",
            (float(ratio),),
            "times",
            TARGET_RATIO if full else None,
            at_least=True,
        ),
        Row(
            f"with early settling at {SETTLE}",
            seconds_settled,
            target=TARGET_SETTLED if full else None,
            note=f"{ran} of {epochs} epochs; "
            + times_as_fast("class by class", seconds_theirs, seconds_settled),
        ),
        Row(
            "its pruning curve against the full one's",
            (difference,),
            "",
            TARGET_DIFFERENCE,
            note=f"largest difference of test accuracy at {len(_PERCENT)} points; "
            f"all epochs with another seed differ by {number(by_seed)}",
        ),
    )
    remarks = [f"{number(len(x))} samples: {samples.source}."]
    if not full:
        remarks.append(
            "The targets are for the full MNIST, which is not on this machine; these are the "
            "bundled digits. Set NNVIS_DATA to a folder that holds it."
        )
    return Part("importance", rows, tuple(remarks))


def agreement_of(model: nn.Module, ours: Importance, theirs: list[np.ndarray]) -> float:
    """Rank correlation of the combined scores of all edges, of our units' and of theirs."""
    from nnvis.graph import read_graph
    from nnvis.importance import combined_scores
    from nnvis.importance.scores import flatten, rank_correlation
    from nnvis.model import Importance

    graph = read_graph(model)
    units = dict(ours.units)
    units.update(
        (connection.source, scales.astype(np.float32))
        for connection, scales in zip(graph.connections, theirs, strict=True)
    )
    other = Importance(units, ours.edges, ours.class_names)
    first, second = (flatten(combined_scores(one, graph), graph) for one in (ours, other))
    return rank_correlation(first, second)


def curve_difference(
    model: nn.Module, samples: Samples, full: Importance, settled: Importance
) -> float:
    """Largest difference of the two pruning curves' test accuracy."""
    from nnvis.importance import prune_curve

    first, second = (
        prune_curve(model, one, samples.x_test, samples.y_test, percent=_PERCENT).accuracy
        for one in (full, settled)
    )
    return float(np.abs(first - second).max())
