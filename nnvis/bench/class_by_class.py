"""Importance as it was scored before nnvis: one class after the other.

A twin of :func:`nnvis.score_importance` in plain PyTorch, for comparing speed and results:
``BatchNorm1d`` layers without shift in front of each dense layer, a ``DataLoader``, ``Adam``.
Imports nothing from nnvis.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset


def score_class_by_class(
    model: nn.Sequential,
    x: np.ndarray,
    y: np.ndarray,
    n_classes: int,
    epochs: int = 20,
    batch_size: int = 128,
    l1: float = 0.01,
    seed: int = 0,
    learning_rate: float = 1e-3,
) -> list[np.ndarray]:
    """Scales |γ| over the layer's largest, one (units, classes) array a dense layer.

    ``model`` is an ``nn.Sequential`` of dense layers and activations, ``x`` (samples,
    features) float32, ``y`` (samples,) class numbers.
    """
    rng = np.random.default_rng(seed)
    scales: list[list[np.ndarray]] = []
    for number in range(n_classes):
        rows, is_class = _samples_of(y, number, n_classes, rng)
        gated, norms = _with_gates(model)
        loader = DataLoader(
            TensorDataset(torch.from_numpy(x[rows]), torch.from_numpy(is_class)),
            batch_size,
            shuffle=True,
            generator=torch.Generator().manual_seed(seed),
        )
        # The steps that nnvis takes: from nine times the mean to nothing, less behind the first.
        optimiser = torch.optim.Adam(
            [
                {"params": [norm.weight], "lr": learning_rate * (1.0 if first else 0.8)}
                for first, norm in zip([True] + [False] * len(norms), norms, strict=False)
            ]
        )
        total = epochs * len(loader)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step, total=total: 9 * max(1 - step / total, 0.0) ** 8
        )
        gated.train()
        for _ in range(epochs):
            for batch, target in loader:
                if len(batch) < 2:
                    continue
                optimiser.zero_grad()
                logits = gated(batch)
                own = logits[:, number]
                two = torch.stack([own, logits.sum(1) - own], 1)
                loss = functional.cross_entropy(two, target)
                loss = loss + l1 * sum(norm.weight.abs().sum() for norm in norms)
                loss.backward()
                optimiser.step()
                schedule.step()
        scales.append([norm.weight.detach().abs().numpy() for norm in norms])
    layers = [np.stack(per_class, 1) for per_class in zip(*scales, strict=True)]
    return [layer / layer.max() for layer in layers]


def _samples_of(
    y: np.ndarray, number: int, n_classes: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    own = np.flatnonzero(y == number)
    others = [np.flatnonzero(y == other) for other in range(n_classes) if other != number]
    share = -(-len(own) // len(others))
    drawn = np.concatenate([rng.choice(rows, min(share, len(rows)), False) for rows in others])
    rows = np.concatenate([own, drawn[: len(own)]])
    target = np.ones(len(rows), np.int64)  # 0: it is the class, 1: it is another
    target[: len(own)] = 0
    return rows, target


def _with_gates(model: nn.Sequential) -> tuple[nn.Sequential, list[nn.BatchNorm1d]]:
    """A copy with a gate in front of each dense layer; only the gates' scales are trained."""
    norms: list[nn.BatchNorm1d] = []
    parts: list[nn.Module] = []
    for module in copy.deepcopy(model):
        module.requires_grad_(False)
        if isinstance(module, nn.Linear):
            norm = nn.BatchNorm1d(module.in_features, eps=1e-3)
            norm.bias.requires_grad_(False)
            norms.append(norm)
            parts.append(norm)
        parts.append(module)
    return nn.Sequential(*parts), norms
