"""A small run with its model, data and history, as the demo leaves one."""

from __future__ import annotations

from pathlib import Path


def signed_run(folder: Path) -> Path:
    """A 2-8-6-7 network that learnt the seven blobs for a few epochs."""
    from nnvis.config import ImportanceConfig, ProcessingConfig, TrainingConfig, read_config
    from nnvis.datasets import load_samples
    from nnvis.pipeline import trained_run
    from nnvis.progress import Progress

    samples = load_samples("blobs", seed=0)
    training = read_config(TrainingConfig, {"hidden": (8, 6), "epochs": 4, "learning_rate": 0.02})
    quick = {"edge_bandwidth_reduction": 0.3, "node_bandwidth_reduction": 0.3, "sampling_rate": 5.0}
    settings = read_config(ProcessingConfig, quick)
    scoring = read_config(ImportanceConfig, {"epochs": 1})
    with trained_run(
        folder / "run", "blobs", samples, training, settings, scoring, Progress(), overwrite=False
    ):
        pass
    return folder / "run"
