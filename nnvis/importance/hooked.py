"""The general route: gates as forward pre-hooks on the weight layers of any model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from nnvis.errors import ModelError
from nnvis.graph.kinds import WeightLayer
from nnvis.graph.running import call, device_of
from nnvis.importance.gates import Gates, Statistics, gate, statistics_of_sets, two_way_loss
from nnvis.importance.sampling import ClassSet


class HookedModel:
    """All classes' batches go through the model as one batch of K·B samples.

    Works with any architecture whose first axis is the batch; gradients come from autograd.
    A layer whose input is the data itself is normalised with the statistics of each class's
    whole set (they never change); every other layer with those of the batch. The dense route
    does the same.
    """

    name = "hooks"

    def __init__(
        self,
        model: nn.Module,
        layers: Sequence[WeightLayer],
        x: torch.Tensor,
        sets: Sequence[ClassSet],
        epsilon: float,
    ) -> None:
        self._model = model
        self._layers = layers
        self._x = x
        self._sets = sets
        self._epsilon = epsilon
        self._device = device_of(model)
        self._known: dict[int, Statistics] = {}

    def step(self, gates: Gates, rows: torch.Tensor, is_class: torch.Tensor) -> torch.Tensor:
        """See :class:`~nnvis.importance.gates.Route`."""
        n_classes, batch = rows.shape
        data = self._x.index_select(0, rows.flatten().to(self._x.device)).to(self._device)
        wanted = [part.detach().requires_grad_() for part in (*gates.scale, *gates.shift)]
        scale, shift = wanted[: len(gates.scale)], wanted[len(gates.scale) :]
        with torch.enable_grad(), self._gated(data, n_classes, scale, shift):
            logits = call(self._model, data).view(n_classes, batch, -1)
            loss = two_way_loss(logits, is_class.to(self._device))
            if not loss.requires_grad:
                raise ModelError(
                    "The model's output cannot be traced back to its weight layers, so they "
                    "cannot be scored; do not detach values, or turn them into numpy, in forward."
                )
            gradients = torch.autograd.grad(loss.sum(), wanted, allow_unused=True)
        into = (*gates.scale_gradient, *gates.shift_gradient)
        for target, gradient in zip(into, gradients, strict=True):
            if gradient is None:  # a layer that the forward never uses
                target.zero_()
            else:
                target.copy_(gradient)
        return loss.detach()

    @contextmanager
    def _gated(
        self,
        data: torch.Tensor,
        n_classes: int,
        scale: Sequence[torch.Tensor],
        shift: Sequence[torch.Tensor],
    ) -> Iterator[None]:
        untouched = data._version

        def hook_for(number: int, entry: WeightLayer) -> Any:
            def hook(_: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
                values, *rest = args or kwargs.values()
                is_data = is_same_data(values, data) and values._version == untouched
                gated = gate(
                    values,
                    scale[number],
                    shift[number] if shift else None,
                    self._epsilon,
                    entry.kind.unit_axis,
                    n_classes,
                    self._statistics(entry) if is_data else None,
                )
                return (gated, *rest), {}

            return hook

        handles = []
        try:
            for number, entry in enumerate(self._layers):
                hook = hook_for(number, entry)
                handles.append(entry.module.register_forward_pre_hook(hook, with_kwargs=True))
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _statistics(self, entry: WeightLayer) -> Statistics | None:
        if entry.kind.unit_axis != -1:
            return None
        units = entry.kind.units_in(entry.module)
        if units not in self._known:
            self._known[units] = statistics_of_sets(self._x, self._sets, units, self._device)
        return self._known[units]


def is_same_data(values: torch.Tensor, data: torch.Tensor) -> bool:
    """Whether ``values`` are all of ``data``, perhaps in another shape, not computed from it."""
    return values.data_ptr() == data.data_ptr() and values.numel() == data.numel()
