"""All classes at once against class by class with torch's own batch norm."""

from __future__ import annotations

import numpy as np
from benchmarks.importance_reference import score_class_by_class
from oracles.gates_cases import fitted

from nnvis.importance import score_importance


def test_scoring_agrees_with_batch_norm_class_by_class():
    rng = np.random.default_rng(0)
    y = np.arange(1200) % 4
    x = rng.normal(size=(1200, 8)).astype(np.float32)
    x[np.arange(1200), y] += 3
    model = fitted(8, 12, 4, x=x, y=y)
    # 60 epochs of 10 steps: enough for scales that start at one to part.
    config = {"epochs": 60, "batch_size": 64, "learning_rate": 1e-3, "l1": 0.01}
    ours = score_importance(model, x, y, config).units
    reference = score_class_by_class(model, x, y, 4, epochs=60, batch_size=64, l1=0.01)
    for name, expected in zip(("input", "fc1"), reference, strict=True):
        spread = expected.max() - expected.min()
        assert spread > 0.3, f"{name}: the scales have not parted, the test shows nothing"
        difference = np.abs(ours[name] - expected)
        assert difference.mean() < 0.05, f"{name} differs by {difference.mean():.3f} on average"
        correlation = np.corrcoef(ours[name].ravel(), expected.ravel())[0, 1]
        assert correlation > 0.95, f"{name} correlates only {correlation:.3f}"
