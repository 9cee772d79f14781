"""The fast route: a chain of dense layers, gate and normalisation folded into the weights.

With A = γ/σ (one number per class and unit), a gated dense layer is

    z = γ·(x − μ)/σ · Wᵀ + β·Wᵀ + b = x·(A·W)ᵀ + (β − A·μ)·Wᵀ + b

so nothing of the size of the gathered data is written but the data itself, and

    ∂A = Σ_out W ⊙ (∂zᵀ·x − (Σ_batch ∂z)ᵀ·μ),   ∂γ = ∂A/σ,   ∂β = (Σ_batch ∂z)·W.

Behind the first layer the input is centred (it is small), which keeps the digits of units that
hardly vary. There the statistics are those of the batch, and their gradient is that of batch
normalisation, ∂h = (∂z − mean ∂z)·A·W − (h − μ)·γ·∂γ/(σ²·B), Ioffe & Szegedy 2015.

The target needs of the last layer only the margin z_c − Σ_{j≠c} z_j, so its weights shrink to
one row per class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional

from nnvis.importance.gates import Gates, Statistics


@dataclass(frozen=True)
class Activation:
    """A function in place, and its slope from its own result: ``slope(gradient, result)``."""

    apply_: Callable[[torch.Tensor], torch.Tensor]
    times_slope_: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


ACTIVATIONS = {
    "relu": Activation(torch.relu_, lambda g, h: g.mul_(h > 0)),
    "tanh": Activation(torch.tanh_, lambda g, h: g.mul_(1 - h * h)),
    "sigmoid": Activation(torch.sigmoid_, lambda g, h: g.mul_(h * (1 - h))),
    "identity": Activation(lambda h: h, lambda g, _: g),
}


@dataclass(frozen=True)
class ChainLayer:
    """One dense layer: ``weight`` (out, in), ``bias`` (out,), and what follows it."""

    weight: torch.Tensor
    bias: torch.Tensor
    activation: str


class _Layer:
    """Numbers and buffers of one layer for K classes and a batch of B."""

    def __init__(
        self,
        weight: torch.Tensor,
        bias: torch.Tensor,
        activation: Activation,
        shape: tuple[int, int],
        *,
        first: bool,
    ) -> None:
        n_classes, batch = shape
        n_out, n_in = weight.shape[-2:]
        self.weight = weight  # (out, in), or (K, 1, in) for the last layer
        self.bias = bias  # (out,) or (K, 1)
        self.activation = activation
        self.scaled = weight.new_empty(n_classes, n_out, n_in)
        self.product = weight.new_empty(n_classes, n_out, n_in)
        self.deviation = weight.new_empty(n_classes, n_in)
        self.out = weight.new_empty(n_classes, batch, n_out)
        rows = 0 if first else batch  # the first layer's input is neither centred nor tuned
        self.centred = weight.new_empty(n_classes, rows, n_in)
        self.back_out = weight.new_empty(n_classes, rows, n_in)

    def through(self, per_class: torch.Tensor) -> torch.Tensor:
        """(K, in) → (K, out): one row per class times Wᵀ."""
        if self.weight.dim() == 2:
            return per_class @ self.weight.t()
        return (self.weight * per_class.unsqueeze(1)).sum(2)

    def back(self, per_class: torch.Tensor) -> torch.Tensor:
        """(K, out) → (K, in): one row per class times W."""
        if self.weight.dim() == 2:
            return per_class @ self.weight
        return (self.weight * per_class.unsqueeze(2)).sum(1)


class DenseChain:
    """Forward and backward of the gated chain for all classes, into kept buffers."""

    name = "dense"

    def __init__(
        self,
        layers: Sequence[ChainLayer],
        x: torch.Tensor,
        data_statistics: Statistics,
        epsilon: float,
        shape: tuple[int, int],
    ) -> None:
        """``x`` (samples, features); ``shape`` is (classes, samples per class in a step)."""
        n_classes, batch = shape
        last = layers[-1]
        self._x = x
        self._epsilon = epsilon
        self._mean = data_statistics.mean
        self._data = last.weight.new_empty(n_classes * batch, x.shape[1])
        # Row c gives 2·z_c − Σ_j z_j = z_c − Σ_{j≠c} z_j.
        margin = 2 * torch.eye(n_classes, dtype=x.dtype, device=last.weight.device) - 1
        weights = [*(layer.weight for layer in layers[:-1]), (margin @ last.weight).unsqueeze(1)]
        biases = [*(layer.bias for layer in layers[:-1]), (margin @ last.bias).unsqueeze(1)]
        names = [*(layer.activation for layer in layers[:-1]), "identity"]
        self._layers = [
            _Layer(weight, bias, ACTIVATIONS[name], shape, first=number == 0)
            for number, (weight, bias, name) in enumerate(zip(weights, biases, names, strict=True))
        ]
        torch.sqrt(data_statistics.variance + epsilon, out=self._layers[0].deviation)

    def step(self, gates: Gates, rows: torch.Tensor, is_class: torch.Tensor) -> torch.Tensor:
        """See :class:`~nnvis.importance.gates.Route`."""
        with torch.no_grad():
            n_classes, batch = rows.shape
            given = self._gather(rows).view(n_classes, batch, -1)
            for number, layer in enumerate(self._layers):
                if number > 0:
                    given = self._centre(layer, given)
                given = self._forward(number, given, gates)
            side = torch.where(is_class, -1.0, 1.0).to(given)
            margin = given.squeeze(2) * side
            loss = functional.softplus(margin).mean(1)
            gradient = margin.sigmoid_().mul_(side).div_(batch).unsqueeze(2)
            for number in range(len(self._layers) - 1, 0, -1):
                gradient = self._backward(number, gradient, gates)
            self._backward_first(gradient, gates)
            return loss

    def _gather(self, rows: torch.Tensor) -> torch.Tensor:
        if self._x.device == self._data.device:
            return torch.index_select(self._x, 0, rows.flatten(), out=self._data)
        return self._data.copy_(self._x.index_select(0, rows.flatten().to(self._x.device)))

    def _centre(self, layer: _Layer, given: torch.Tensor) -> torch.Tensor:
        centred = torch.sub(given, given.mean(1, keepdim=True), out=layer.centred)
        variance = torch.linalg.vecdot(centred, centred, dim=1).div_(centred.shape[1])
        torch.sqrt(variance.add_(self._epsilon), out=layer.deviation)
        return centred

    def _forward(self, number: int, given: torch.Tensor, gates: Gates) -> torch.Tensor:
        """Output (K, B, out) of layer ``number``, its activation applied."""
        layer = self._layers[number]
        ratio = gates.scale[number] / layer.deviation
        torch.mul(layer.weight, ratio.unsqueeze(1), out=layer.scaled)
        offset = -ratio * self._mean if number == 0 else None
        if gates.shift:
            shift = gates.shift[number]
            offset = shift if offset is None else offset.add_(shift)
        start = layer.bias if offset is None else layer.through(offset).add_(layer.bias)
        start = start.unsqueeze(-2).expand_as(layer.out)
        torch.baddbmm(start, given, layer.scaled.transpose(1, 2), out=layer.out)
        return layer.activation.apply_(layer.out)

    def _backward(self, number: int, gradient: torch.Tensor, gates: Gates) -> torch.Tensor:
        """From the gradient of this layer's result to that of the layer before it."""
        layer, before = self._layers[number], self._layers[number - 1]
        scale = gates.scale[number]
        total = gradient.sum(1)
        torch.bmm(gradient.transpose(1, 2), layer.centred, out=layer.product)
        scale_gradient = layer.product.mul_(layer.weight).sum(1).div_(layer.deviation)
        gates.scale_gradient[number].copy_(scale_gradient)
        if gates.shift:
            gates.shift_gradient[number].copy_(layer.back(total))
        batch = gradient.shape[1]
        lever = scale_gradient.mul_(scale).div_(layer.deviation.square()).div_(batch)
        unshared = gradient - total.div_(batch).unsqueeze(1)
        back = torch.bmm(unshared, layer.scaled, out=layer.back_out)
        back.addcmul_(layer.centred, lever.unsqueeze(1), value=-1)
        return before.activation.times_slope_(back, before.out)

    def _backward_first(self, gradient: torch.Tensor, gates: Gates) -> None:
        layer = self._layers[0]
        given = self._data.view(len(gradient), gradient.shape[1], -1)
        total = layer.back(gradient.sum(1))
        torch.bmm(gradient.transpose(1, 2), given, out=layer.product)
        scale_gradient = layer.product.mul_(layer.weight).sum(1)
        scale_gradient.addcmul_(total, self._mean, value=-1).div_(layer.deviation)
        gates.scale_gradient[0].copy_(scale_gradient)
        if gates.shift:
            gates.shift_gradient[0].copy_(total)
