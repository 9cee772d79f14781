"""A run with class maps that were recorded, made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from app.saved import saved_run

CLASSES, SAMPLES = 4, 40
EPOCHS = (0, 2, 4)


def mapped_run(folder: Path) -> Path:
    """Three epochs of forty samples in the plane, a quadrant for each class; at the first epoch
    the map knows nothing, at the last it is certain."""
    from nnvis.classmap import plane_of
    from nnvis.model import EpochRecord, MappedPlane, Probe
    from nnvis.store import Run

    run = Run.open(saved_run(folder))
    rng = np.random.default_rng(5)
    x = rng.uniform(-1, 1, (SAMPLES, 2))
    x[:4] = [[-1, -1], [1, -1], [-1, 1], [1, 1]]
    label = ((x[:, 0] > 0) + 2 * (x[:, 1] > 0)).astype(np.int32)
    plane = plane_of(x)
    u, v = plane.coordinates((21, 11))
    certain = np.eye(CLASSES)[(u[None, :] > 0) + 2 * (v[:, None] > 0)]
    place, distance = plane.place(x).astype(np.float32), np.zeros(SAMPLES, np.float32)
    run.save_planes({"plane": MappedPlane(plane, (21, 11), place, distance)})
    for epoch in EPOCHS:
        share = epoch / EPOCHS[-1]
        probability = share * np.eye(CLASSES)[label] + (1 - share) / CLASSES
        run.save_epoch(
            EpochRecord(
                epoch=epoch,
                prediction=probability.argmax(axis=1).astype(np.int32),
                probability=probability.astype(np.float16),
                numbers={"test_accuracy": 0.25 + 0.75 * share},
                class_map={"plane": (share * certain + (1 - share) / CLASSES).astype(np.float16)},
            )
        )
    run.save_probe(Probe(SAMPLES, label, None, None))
    return run.path
