"""Choose how to compute: the fast route where the model is a plain chain, else the general."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from nnvis.graph.kinds import WeightLayer
from nnvis.graph.running import call, device_of
from nnvis.importance.chain import ACTIVATIONS, ChainLayer, DenseChain
from nnvis.importance.gates import Route, Statistics, statistics_of_sets
from nnvis.importance.hooked import HookedModel
from nnvis.importance.sampling import ClassSet
from nnvis.importance.tracing import trace_chain

_ACTIVATION_MODULES: dict[type[nn.Module], str] = {
    nn.ReLU: "relu",
    nn.Tanh: "tanh",
    nn.Sigmoid: "sigmoid",
}
_TRIAL = 64
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
    """The dense route for a plain chain of dense layers on flat samples, else the hooks.

    A chain is taken only when it gives the model's own output on the first samples.
    """
    chain = read_chain(model)
    general = HookedModel(model, layers, x, sets, epsilon)
    if chain is None or not _gives_the_same(chain, model, layers, x):
        return general
    folded = 2 * len(sets) * sum(layer.weight.numel() for layer in chain) * x.element_size()
    statistics = statistics_of_sets(x, sets, x[0].numel(), device_of(model))
    if folded > _MOST_FOLDED_BYTES or _is_far_off_centre(statistics, epsilon):
        return general
    return DenseChain(chain, x.reshape(len(x), -1), statistics, epsilon, (len(sets), batch))


def read_chain(model: nn.Module) -> list[ChainLayer] | None:
    """The dense layers of a model that only runs known modules in turn; else ``None``.

    Only exact types count (a subclass may compute anything), and only models without hooks
    (the user's hooks would not run).
    """
    if any(module._forward_pre_hooks or module._forward_hooks for module in model.modules()):
        return None
    traced = trace_chain(model)
    flat = [model] if type(model) is nn.Linear else traced
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


def _gives_the_same(
    chain: Sequence[ChainLayer], model: nn.Module, layers: Sequence[WeightLayer], x: torch.Tensor
) -> bool:
    read = [entry.kind.weight_matrix(entry.module) for entry in layers]
    if len(chain) != len(read) or not all(
        layer.weight.shape == weight.shape and layer.weight.data_ptr() == weight.data_ptr()
        for layer, weight in zip(chain, read, strict=True)
    ):
        return False
    if x[0].numel() != chain[0].weight.shape[1]:
        return False
    with torch.no_grad():
        few = x[:_TRIAL].to(device_of(model))
        expected = call(model, few)
        h = few.reshape(len(few), -1)
        for layer in chain:
            h = ACTIVATIONS[layer.activation].apply_(h @ layer.weight.t() + layer.bias)
        return h.shape == expected.shape and torch.allclose(h, expected, rtol=1e-3, atol=1e-4)


def _is_far_off_centre(statistics: Statistics, epsilon: float) -> bool:
    ratio = statistics.mean.abs() / (statistics.variance + epsilon).sqrt()
    return bool(ratio.max() > _LARGEST_MEAN)
