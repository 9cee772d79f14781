"""A model that nnvis built, back from its stored parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn

from nnvis.errors import ModelError
from nnvis.learning.architectures import build_mlp


def rebuild_mlp(sizes: Sequence[int], state: Mapping[str, np.ndarray]) -> nn.Sequential:
    """The multi-layer perceptron of ``sizes`` with the parameters ``state``.

    Raises
    ------
    ModelError
        When the parameters do not fit the sizes.
    """
    model = build_mlp([int(size) for size in sizes])
    try:
        model.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    except RuntimeError as error:
        words = "-".join(map(str, sizes))
        raise ModelError(
            f"The stored parameters do not fit the sizes {words}; process the model again."
        ) from error
    return model


def put_weights(model: nn.Module, weights: Mapping[str, np.ndarray], where: str) -> None:
    """Set the parameters of ``model`` by name, in place.

    Parameters
    ----------
    weights
        All its parameters; of its buffers, those that it has.
    where
        What the weights are of, for the message.

    Raises
    ------
    ModelError
        When a parameter is missing or has another shape, or the model keeps statistics that
        are not among the weights: it is named.
    """
    wanted = model.state_dict()
    for name, value in wanted.items():
        if name not in weights:
            kind = "statistics" if name not in dict(model.named_parameters()) else "weights"
            raise ModelError(
                f"The {kind} {name} of the model are not among those of {where}; record all "
                "weights, or class maps themselves."
            )
        if tuple(weights[name].shape) != tuple(value.shape):
            raise ModelError(
                f"The weights {name} of {where} have the shape {weights[name].shape}, but the "
                f"model's have {tuple(value.shape)}; name the model that belongs to the run."
            )
    model.load_state_dict({name: torch.from_numpy(np.array(weights[name])) for name in wanted})
