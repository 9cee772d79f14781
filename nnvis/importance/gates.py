"""Gates: their parameters, what they compute, and the target they are tuned for.

Source: Ioffe & Szegedy 2015 (batch normalisation); Liu et al. 2017 (network slimming).

A gate takes the input h of a weight layer, shape (K·B, …), the K classes' batches one after the
other, and gives for each class k and unit u

    γ[k, u] · (h − mean) / sqrt(variance + ε) + β[k, u]

with the mean and (biased) variance of unit u over the batch of class k. The gradient flows
through them, as in batch normalisation during training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch.nn import functional

from nnvis.importance.sampling import ClassSet


@dataclass(frozen=True)
class Gates:
    """The parameters of all gates and their gradients.

    ``scale[l]``, ``shift[l]``, ``scale_gradient[l]``, ``shift_gradient[l]`` have the shape
    (classes, units) of layer l and share memory with the flat buffers ``values`` and
    ``gradients``: all scales first, then all shifts (none when gates have no shift).
    """

    values: torch.Tensor
    gradients: torch.Tensor
    scale: list[torch.Tensor]
    shift: list[torch.Tensor]
    scale_gradient: list[torch.Tensor]
    shift_gradient: list[torch.Tensor]

    @property
    def scale_count(self) -> int:
        return sum(part.numel() for part in self.scale)


def make_gates(
    units: Sequence[int],
    n_classes: int,
    *,
    from_zero: bool,
    shift: bool,
    device: torch.device | None = None,
    dtype: torch.dtype = torch.float32,
) -> Gates:
    """Gates for layers of ``units`` units: scales one (or zero), shifts zero."""
    count = n_classes * sum(units)
    values = torch.zeros(count * (1 + shift), device=device, dtype=dtype)
    if not from_zero:
        values[:count] = 1.0
    gradients = torch.zeros_like(values)

    def views(flat: torch.Tensor, start: int) -> list[torch.Tensor]:
        sizes = [n_classes * size for size in units]
        parts = flat[start : start + count].split(sizes)
        return [part.view(n_classes, -1) for part in parts]

    return Gates(
        values,
        gradients,
        views(values, 0),
        views(values, count) if shift else [],
        views(gradients, 0),
        views(gradients, count) if shift else [],
    )


@dataclass(frozen=True)
class Statistics:
    """Mean and variance (classes, units) of a layer's input over each class's samples."""

    mean: torch.Tensor
    variance: torch.Tensor


class Route(Protocol):
    """Computes what the tuning needs: one step's loss and the gradient of the gates."""

    name: str

    def step(self, gates: Gates, rows: torch.Tensor, is_class: torch.Tensor) -> torch.Tensor:
        """Write the gradient of the mean cross-entropy of each class into ``gates``.

        ``rows``, ``is_class``: (classes, batch). Returns the loss of each class, (classes,).
        """
        ...


def gate(
    values: torch.Tensor,
    scale: torch.Tensor,
    shift: torch.Tensor | None,
    epsilon: float,
    unit_axis: int,
    n_classes: int,
    known: Statistics | None = None,
) -> torch.Tensor:
    """Normalise (K·B, …) ``values`` per class and unit, times ``scale``, plus ``shift``.

    Without ``known`` statistics, mean and variance are those of the batch of each class.
    """
    per_class = values.reshape(n_classes, -1, *values.shape[1:])
    units = per_class.movedim(unit_axis % values.dim() + 1, -1)
    flat = units.reshape(n_classes, -1, units.shape[-1])
    if known is None:
        variance, mean = torch.var_mean(flat, 1, correction=0, keepdim=True)
    else:
        variance, mean = known.variance.unsqueeze(1), known.mean.unsqueeze(1)
    out = (flat - mean) * (scale.unsqueeze(1) * torch.rsqrt(variance + epsilon))
    if shift is not None:
        out = out + shift.unsqueeze(1)
    out = out.view(units.shape).movedim(-1, unit_axis % values.dim() + 1)
    return out.reshape(values.shape)


def two_way_loss(logits: torch.Tensor, is_class: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy (K,) of ``[z_c, Σ_{j≠c} z_j]`` against "is it c".

    ``logits`` (K, B, C) with K = C, class k's batch scored for class k. With two outcomes the
    cross-entropy is log(1 + e^−m), m the margin z_c − Σ_{j≠c} z_j, its sign turned for samples
    of other classes.
    """
    own = logits.diagonal(dim1=0, dim2=2).transpose(0, 1)
    margin = 2 * own - logits.sum(2)
    return functional.softplus(torch.where(is_class, -margin, margin)).mean(1)


def statistics_of_sets(
    x: torch.Tensor, sets: Sequence[ClassSet], units: int, device: torch.device
) -> Statistics:
    """Mean and variance of each unit of the data over each class's whole set of samples.

    The data never changes, so its statistics need not be taken again in every batch.
    ``x`` (samples, …, units) may have further axes; they count as samples. Sums are kept in
    float64 around the first sample, so that a large common offset loses no digits.
    """
    flat = x.reshape(len(x), -1, units)
    origin = flat[0, 0].clone()
    mean = torch.empty(len(sets), units, dtype=x.dtype, device=device)
    variance = torch.empty_like(mean)
    rows_at_once = max(1, 4_000_000 // max(flat[0].numel(), 1))
    for number, entry in enumerate(sets):
        first = torch.zeros(units, dtype=torch.float64, device=x.device)
        second = torch.zeros_like(first)
        for start in range(0, len(entry.rows), rows_at_once):
            rows = torch.from_numpy(entry.rows[start : start + rows_at_once]).to(x.device)
            part = flat.index_select(0, rows).view(-1, units).sub_(origin)
            first += part.sum(0)
            second += part.square_().sum(0)
        count = len(entry.rows) * flat.shape[1]
        centre = first / count
        mean[number] = centre + origin
        variance[number] = (second / count - centre.square()).clamp_(min=0)
    return Statistics(mean, variance)
