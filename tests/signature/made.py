"""Paths of samples that are made up, and small networks to take signatures of."""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import nn

from nnvis.signature import Paths

# Centres of the four classes of :func:`blobs`.
CENTRES = np.array([[0, 0], [4, 0], [0, 4], [4, 4]], np.float32)


def paths(entry, signature, predicted, n_entries, clusters, n_classes) -> Paths:
    return Paths(
        np.arange(len(entry)),
        np.asarray(entry, np.int32),
        np.asarray(signature, np.int32).reshape(len(entry), len(clusters)),
        np.asarray(predicted, np.int32),
        tuple(range(n_entries)),
        tuple(f"in{k}" for k in range(n_entries)),
        tuple(f"out{k}" for k in range(n_classes)),
        tuple(f"fc{k + 1}" for k in range(len(clusters))),
        tuple(clusters),
    )


def random_paths(seed, samples=60, n_entries=4, clusters=(3, 5), n_classes=3) -> Paths:
    rng = np.random.default_rng(seed)
    return paths(
        rng.integers(0, n_entries, samples),
        np.column_stack([rng.integers(0, count, samples) for count in clusters]),
        rng.integers(0, n_classes, samples),
        n_entries,
        clusters,
        n_classes,
    )


def blobs(count, classes, seed):
    """(x, y): ``count`` points around the centre of each of ``classes``."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.asarray(classes), count)
    return CENTRES[y] + rng.normal(0, 0.4, (len(y), 2)).astype(np.float32), y


@functools.cache
def trained() -> nn.Sequential:
    """Three of the four classes of blobs, learnt well."""
    x, y = blobs(60, (0, 1, 2), 0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = nn.Sequential(
            nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 3)
        )
        optimiser = torch.optim.Adam(model.parameters(), 0.02)
        for _ in range(60):
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(model(torch.from_numpy(x)), torch.from_numpy(y))
            loss.backward()
            optimiser.step()
    return model


def blob_data(test_classes=(0, 1, 2, 3)):
    """(x_train, y_train, x_test, y_test) for :func:`trained`; class 3 is in the test set only."""
    return (*blobs(60, (0, 1, 2), 0), *blobs(25, test_classes, 1))
