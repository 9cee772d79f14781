"""Choose how to compute: the fast route where the model is a plain chain, else the general."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from nnvis.graph.kinds import WeightLayer
from nnvis.graph.running import device_of
from nnvis.importance.chain import ChainLayer, DenseChain
from nnvis.importance.gates import Route, Statistics, statistics_of_sets
from nnvis.importance.hooked import HookedModel
from nnvis.importance.sampling import ClassSet

_ACTIVATION_MODULES: dict[type[nn.Module], str] = {
    nn.ReLU: "relu",
    nn.Tanh: "tanh",
    nn.Sigmoid: "sigmoid",
}
_WITHOUT_EFFECT = (nn.Identity, nn.Dropout)  # in evaluation mode

# Folding puts one copy of the weights per class into memory, and takes differences of numbers
# as large as mean / deviation, which costs as many digits.
_MOST_FOLDED_BYTES = 1 << 30
_LARGEST_MEAN = 1000.0


def choose_route(
    model: nn.Module,
    layers: Sequence[WeightLayer],
    x: torch.Tensor,
    sets: Sequence[ClassSet],
    epsilon: float,
    batch: int,
) -> Route:
    """The dense route for a plain chain of dense layers on flat samples, else the hooks."""
    chain = read_chain(model)
    if chain is None or x[0].numel() != chain[0].weight.shape[1]:
        return HookedModel(model, layers, x, sets, epsilon)
    folded = 2 * len(sets) * sum(layer.weight.numel() for layer in chain) * x.element_size()
    statistics = statistics_of_sets(x, sets, x[0].numel(), device_of(model))
    if folded > _MOST_FOLDED_BYTES or _is_far_off_centre(statistics, epsilon):
        return HookedModel(model, layers, x, sets, epsilon)
    return DenseChain(chain, x.reshape(len(x), -1), statistics, epsilon, (len(sets), batch))


def read_chain(model: nn.Module) -> list[ChainLayer] | None:
    """The dense layers of an ``nn.Sequential`` of known modules; ``None`` for anything else.

    Only exact types count (a subclass may compute anything), and only modules without hooks
    (the user's hooks would not run).
    """
    flat = _modules(model)
    if flat is None:
        return None
    layers: list[ChainLayer] = []
    for position, module in enumerate(flat):
        kind = type(module)
        if kind is nn.Linear:
            assert isinstance(module, nn.Linear)
            weight = module.weight.detach()
            bias = (
                module.bias.detach() if module.bias is not None else weight.new_zeros(len(weight))
            )
            layers.append(ChainLayer(weight, bias, "identity"))
        elif kind in _ACTIVATION_MODULES:
            if not layers or layers[-1].activation != "identity":
                return None
            last = layers.pop()
            layers.append(ChainLayer(last.weight, last.bias, _ACTIVATION_MODULES[kind]))
        elif isinstance(module, nn.Flatten):
            if position > 0 and layers:
                return None
            if (module.start_dim, module.end_dim) != (1, -1):
                return None
        elif kind not in _WITHOUT_EFFECT:
            return None
    return layers if layers and layers[-1].activation == "identity" else None


def _modules(model: nn.Module) -> list[nn.Module] | None:
    """What ``model`` runs one after the other, or ``None`` when that cannot be known."""
    if _has_hooks(model):
        return None
    if type(model) is not nn.Sequential:
        return [model]
    parts = [_modules(child) for child in model]
    if any(part is None for part in parts):
        return None
    return [module for part in parts if part is not None for module in part]


def _has_hooks(module: nn.Module) -> bool:
    return bool(module._forward_pre_hooks or module._forward_hooks)


def _is_far_off_centre(statistics: Statistics, epsilon: float) -> bool:
    ratio = statistics.mean.abs() / (statistics.variance + epsilon).sqrt()
    return bool(ratio.max() > _LARGEST_MEAN)
