"""The optimiser that the settings ask for."""

from __future__ import annotations

import torch
from torch import nn

from nnvis.config import TrainingConfig
from nnvis.errors import ConfigError, ModelError


def optimiser_for(model: nn.Module, settings: TrainingConfig) -> torch.optim.Optimizer:
    """Adam or stochastic gradient descent over the parameters that require a gradient.

    Raises
    ------
    ConfigError
        For a momentum with Adam, which has its own.
    ModelError
        When no parameter can be trained.
    """
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not trained:
        raise ModelError(
            "The model has no parameter that can be trained; set requires_grad on those that may "
            "change."
        )
    rate, decay = settings.learning_rate, settings.weight_decay
    if settings.optimiser == "sgd":
        return torch.optim.SGD(
            trained,
            rate,
            momentum=settings.momentum,
            weight_decay=decay,
            nesterov=settings.nesterov and settings.momentum > 0,
        )
    if settings.momentum:
        raise ConfigError(
            f"momentum {settings.momentum:g} is for the optimiser sgd, but it is adam, which has "
            "momentum of its own; set optimiser to sgd or leave momentum out."
        )
    try:
        return torch.optim.Adam(trained, rate, weight_decay=decay, fused=True)
    except RuntimeError:  # older torch, or a number type without the fused form
        return torch.optim.Adam(trained, rate, weight_decay=decay)
