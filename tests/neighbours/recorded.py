"""Runs to look at: blobs that draw apart, with pictures, a layer and a probe's classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import nnvis
from nnvis.model import EpochRecord, Probe

SAMPLES = 60
CLASSES = ("cat", "dog", "bird")
LABEL = (np.arange(SAMPLES) % 3).astype(np.int32)


def record(epoch: int, samples: int = SAMPLES, layers: tuple[str, ...] = ("fc2",)) -> EpochRecord:
    """What a network knows after ``epoch`` epochs."""
    rng = np.random.default_rng(epoch)
    label = (np.arange(samples) % 3).astype(np.int32)
    logits = rng.standard_normal((samples, 3)) + np.eye(3)[label] * epoch
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return EpochRecord(
        epoch,
        logits.argmax(axis=1).astype(np.int32),
        probability.astype(np.float16),
        representation={name: logits.astype(np.float32) * (n + 1) for n, name in enumerate(layers)},
    )


def make_run(
    path: Path, epochs: int = 6, pictures: bool = True, layers: tuple[str, ...] = ("fc1", "fc2")
) -> nnvis.Run:
    """A run of some epochs; only even samples have pictures."""
    run = nnvis.Run.create(path, list(CLASSES))
    for epoch in range(epochs):
        run.save_epoch(record(epoch, layers=layers))
    number = np.arange(0, SAMPLES, 2, dtype=np.int32)
    shown = np.random.default_rng(0).integers(0, 256, (len(number), 6, 5), dtype=np.uint8)
    run.save_probe(Probe(SAMPLES, LABEL, shown, number) if pictures else Probe(SAMPLES, LABEL))
    return run
