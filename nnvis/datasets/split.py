"""Set a part of the samples aside for testing, evenly over classes."""

from __future__ import annotations

import numpy as np


def split_indices(
    labels: np.ndarray, rng: np.random.Generator, share: float = 0.2
) -> tuple[np.ndarray, np.ndarray]:
    """Rising sample numbers (training, test) with ``share`` of each class in the test part.

    A class of one sample stays in the training part; one of more gives at least one to each.
    When no class can give one, the last sample is in both, so that neither part is empty.
    """
    chosen: list[np.ndarray] = []
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        wanted = max(1, round(share * len(members))) if len(members) > 1 else 0
        chosen.append(members[:wanted])
    test = np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, np.int64)
    train = np.setdiff1d(np.arange(len(labels)), test)
    if not len(test):
        test = train[-1:]
    return train, test
