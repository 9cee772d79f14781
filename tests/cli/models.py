"""Models that commands name: tests copy this file into the folder that they run in."""

from __future__ import annotations

import torch
from torch import nn


def dense() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 7))


class _Nan(nn.Sequential):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) * float("nan")


def not_a_number() -> nn.Module:
    return _Nan(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 7))


def raises() -> nn.Module:
    raise ValueError("no model\ntoday")


def no_model() -> str:
    return "a text"
