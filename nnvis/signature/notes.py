"""What a reader of signatures should know, a sentence each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Int64

    from nnvis.signature.paths import Paths

_MOST = 5


def notes_of(
    train: Paths, test: Paths, truth: Int64[np.ndarray, "sample"], clusters: int, fitted: int
) -> tuple[str, ...]:
    """Classes without signatures, classes never trained on, layers of fewer clusters.

    Parameters
    ----------
    truth
        Labels of all training samples, of the wrongly classified too.
    clusters
        Asked for.
    fitted
        Among how many training samples clusters were found.
    """
    names = train.class_names
    right = np.bincount(train.entry, minlength=len(names))
    there = np.bincount(truth, minlength=len(names))
    notes = []
    missed = [names[k] for k in range(len(names)) if there[k] and not right[k]]
    if missed:
        notes.append(
            f"No training sample of {_classes(missed)} is classified correctly, so no cluster is "
            "made of any; all other classes are shown."
        )
    untrained = [names[k] for k in range(len(names)) if not there[k]]
    if untrained:
        notes.append(f"There are no training samples of {_classes(untrained)}.")
    strange = [
        name
        for label, name in zip(test.entry_labels, test.entry_names, strict=True)
        if label >= len(names)
    ]
    if strange:
        notes.append(
            f"The network does not know {_classes(strange)}: its test samples are predicted as "
            "other classes."
        )
    for layer, count in zip(train.layers, train.clusters, strict=True):
        if count == 1:
            notes.append(
                f"Layer {layer} gives all correctly classified training samples the same "
                "activations, so they are one cluster."
            )
        elif count < clusters:
            notes.append(
                f"Layer {layer} has {count} clusters instead of {clusters}: its activations take "
                "no more values that can be told apart."
            )
    if fitted < len(train):
        notes.append(
            f"Clusters were found among {fitted:,} of the {len(train):,} correctly classified "
            "training samples, and all samples put into them."
        )
    return tuple(notes)


def _classes(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"class {names[0]!r}"
    shown = ", ".join(map(repr, names[:_MOST]))
    rest = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"the classes {shown}{rest}"
