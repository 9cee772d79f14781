"""The reference that scoring is timed against computes what scoring computes."""

from __future__ import annotations

import numpy as np
from oracles.gates_cases import fitted

from nnvis.bench.class_by_class import score_class_by_class
from nnvis.bench.importance import agreement_of, curve_difference
from nnvis.importance import score_importance
from nnvis.model import Samples


def test_class_by_class_ranks_edges_as_all_at_once():
    rng = np.random.default_rng(1)
    y = np.arange(1200) % 4
    x = rng.normal(size=(1200, 8)).astype(np.float32)
    x[np.arange(1200), y] += 3
    model = fitted(8, 12, 4, x=x, y=y)
    config = {"epochs": 40, "batch_size": 64, "learning_rate": 2e-3}
    ours = score_importance(model, x, y, config)
    theirs = score_class_by_class(model, x, y, 4, 40, 64, learning_rate=2e-3)
    assert agreement_of(model, ours, theirs) > 0.98
    samples = Samples(x, y, x, y, tuple("abcd"))
    assert curve_difference(model, samples, ours, ours) == 0
