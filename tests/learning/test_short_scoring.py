"""The short scoring of a recorder ranks units like a full one."""

from __future__ import annotations

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import nn

from nnvis.datasets import load_samples
from nnvis.importance import score_importance
from nnvis.learning.recorder import SMALL_BUDGET


def test_short_scoring_ranks_units_like_a_full_one() -> None:
    torch.manual_seed(0)
    digits = load_samples("digits")
    x, y = digits.x_train[:3000], digits.y_train[:3000]
    model = nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 10))
    optimiser = torch.optim.Adam(model.parameters(), 0.003)
    given, wanted = torch.from_numpy(x), torch.from_numpy(y).long()
    for step in range(200):
        batch = torch.arange(64 * step, 64 * (step + 1)) % len(x)
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(given[batch]), wanted[batch]).backward()
        optimiser.step()
    full = score_importance(model, x, y)
    short = score_importance(model, x, y, config=SMALL_BUDGET)
    for name in list(full.units)[:-1]:
        ranks = [
            spearmanr(full.units[name][:, c], short.units[name][:, c]).statistic for c in range(10)
        ]
        assert np.mean(ranks) > 0.25, f"units of {name!r} are ranked by chance"
