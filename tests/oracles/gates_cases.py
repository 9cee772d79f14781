"""Small models and samples that the importance tests share."""

from __future__ import annotations

import itertools

import numpy as np
import torch
from torch import nn


def clusters(counts=(40, 40, 40), features=6, seed=0):
    """Samples around one centre a class: x (samples, features) float32, y (samples,)."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(len(counts), features)) * 2
    y = np.repeat(np.arange(len(counts)), counts)
    x = centres[y] + rng.normal(size=(len(y), features))
    order = rng.permutation(len(y))
    return x[order].astype(np.float32), y[order]


def mlp(*sizes, activation=nn.ReLU, seed=0, bias=True):
    """A seeded dense network with modules named fc1, act1, fc2, …"""
    generator = torch.Generator().manual_seed(seed)
    model = nn.Sequential()
    for number, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        layer = nn.Linear(n_in, n_out, bias=bias)
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator) / n_in**0.5)
        model.add_module(f"fc{number}", layer)
        if number < len(sizes) - 1:
            model.add_module(f"act{number}", activation())
    return model


def fitted(*sizes, x, y, seed=0, steps=150):
    """A small dense network trained on all of x at once."""
    model = mlp(*sizes, seed=seed)
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(steps):
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(torch.from_numpy(x)), torch.from_numpy(y)).backward()
        optimiser.step()
    model.zero_grad()
    return model


class Wrapped(nn.Module):
    """The same network as its parts, with a step that only the general route can take."""

    def __init__(self, model: nn.Sequential) -> None:
        super().__init__()
        for name, module in model.named_children():
            self.add_module(name, module)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for module in self.children():
            x = module(x)
        return x + 0.0


class Normed(nn.Module):
    """Dense layers in a chain, with a dropout and a batch norm of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(6, 8)
        self.norm = nn.BatchNorm1d(8)
        self.fc2 = nn.Linear(8, 8)
        self.dropout = nn.Dropout(0.5)
        self.fc3 = nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.relu(self.norm(self.fc1(x)))
        return self.fc3(self.dropout(torch.relu(self.fc2(h))))


class Residual(Normed):
    """The same with a skip past the second layer."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.relu(self.norm(self.fc1(x)))
        h = h + self.dropout(torch.relu(self.fc2(h)))
        return self.fc3(h)
