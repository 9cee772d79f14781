"""Tune the gates: Adam on the scales alone, until the epochs end or the ranking settles.

Source: Kingma & Ba 2015 (Adam); Liu et al. 2017 (L1 penalty on the scales).

With a constant rate the ranking never rests: scales of units that nobody needs jitter about
zero by the size of a step, and the penalty shrinks the others to the last epoch. A ranking that
is to settle early therefore takes larger steps at first, which shrink, see :func:`rate_share`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from nnvis.config import ImportanceConfig
from nnvis.errors import ModelError
from nnvis.importance.gates import Gates, Route
from nnvis.importance.sampling import ClassSet, batch_shape, epoch_batches
from nnvis.importance.scores import combined_scores, flatten, over_largest, rank_correlation
from nnvis.model import Importance, LayerGraph
from nnvis.progress import Progress

if TYPE_CHECKING:
    from jaxtyping import Float32

STAGE = "scoring importance"
_STEPS_BETWEEN_REPORTS = 8


@dataclass(frozen=True)
class Tuned:
    """What the tuning gives.

    Attributes
    ----------
    importance
        The scores.
    epochs
        Epochs that ran; fewer than asked for when the ranking settled.
    correlations
        Rank correlation of the combined scores between each epoch and the one before it;
        empty when ``settle`` is off.
    losses
        Mean cross-entropy over the classes, one an epoch.
    """

    importance: Importance
    epochs: int
    correlations: tuple[float, ...]
    losses: tuple[float, ...]


class Adam:
    """Adam with its usual constants on one flat tensor, in place, without autograd."""

    def __init__(self, values: torch.Tensor) -> None:
        self._values = values
        self._first = torch.zeros_like(values)
        self._second = torch.zeros_like(values)
        self._steps = 0

    def step(self, gradient: torch.Tensor, rate: float) -> None:
        self._steps += 1
        self._first.lerp_(gradient, 1 - 0.9)
        self._second.mul_(0.999).addcmul_(gradient, gradient, value=1 - 0.999)
        root = (self._second / (1 - 0.999**self._steps)).sqrt_().add_(1e-8)
        self._values.addcdiv_(self._first, root, value=-rate / (1 - 0.9**self._steps))


def tune(
    route: Route,
    gates: Gates,
    sets: Sequence[ClassSet],
    graph: LayerGraph,
    start: Importance,
    config: ImportanceConfig,
    rate: float,
    rng: np.random.Generator,
    progress: Progress,
) -> Tuned:
    """Tune ``gates`` in place.

    Parameters
    ----------
    start
        Importance whose edges, class names and output units are already right; its other
        units are filled in from the gates.
    rate
        Adam's step size (``config.learning_rate`` is not read); with ``settle`` times
        :func:`rate_share`.

    Raises
    ------
    ModelError
        When the loss or a scale becomes NaN or infinite: it names the epoch.
    Cancelled
        When the user stopped it.
    """
    steps, _ = batch_shape(sets, config.batch_size)
    total = steps * config.epochs
    adam = Adam(gates.values)
    scales, scale_gradients = (
        flat[: gates.scale_count] for flat in (gates.values, gates.gradients)
    )
    importance, ranked = start, None
    correlations: list[float] = []
    losses: list[float] = []
    epoch = done = 0
    for epoch in range(1, config.epochs + 1):
        batches = epoch_batches(sets, config.batch_size, rng)
        rows = torch.from_numpy(batches.rows)
        is_class = torch.from_numpy(batches.is_class)
        device = gates.values.device
        loss = torch.zeros((), device=device)
        for step in range(steps):
            loss += route.step(gates, rows[step].to(device), is_class[step].to(device)).mean()
            if config.l1:
                scale_gradients.add_(scales.sign(), alpha=config.l1)
            if config.l2:
                scale_gradients.add_(scales, alpha=2 * config.l2)
            share = 1.0 if config.settle is None else rate_share(done / total)
            adam.step(gates.gradients, rate * share)
            done += 1
            if (step + 1) % _STEPS_BETWEEN_REPORTS == 0:
                progress.step(STAGE, done, total)
        losses.append(float(loss) / steps)
        if not (np.isfinite(losses[-1]) and bool(torch.isfinite(gates.values).all())):
            raise ModelError(
                f"Scoring gave NaN or infinity in epoch {epoch}: the model returned such values "
                "for some samples, or the learning rate is too large; check the model's outputs "
                "on all of x, or lower learning_rate."
            )
        numbers = {"loss": losses[-1]}
        if config.settle is not None:
            importance = with_scales(start, graph, gates)
            now = flatten(combined_scores(importance, graph), graph)
            if ranked is not None:
                correlations.append(rank_correlation(ranked, now))
                numbers["correlation"] = correlations[-1]
            ranked = now
        progress.step(STAGE, epoch * steps, total, **numbers)
        if config.settle is not None and has_settled(correlations, config.settle):
            break
    if config.settle is None:
        importance = with_scales(start, graph, gates)
    return Tuned(importance, epoch, tuple(correlations), tuple(losses))


def rate_share(passed: float) -> float:
    """Share of the learning rate at which a ranking that is to settle is tuned.

    ``passed`` is the share of all steps already taken, 0 to 1. Four times the rate at first,
    falling in a straight line to nothing at half of the steps, so that they move a scale as far
    as all steps at the plain rate, and come to rest. A ranking that has not settled by then
    goes on at a quarter of the rate.
    """
    return 4 - 8 * passed if passed < 0.5 else 0.25


def has_settled(correlations: Sequence[float], threshold: float) -> bool:
    """Whether the ranking has moved and then come to rest.

    At first all scales travel alike, and the ranking of one epoch is nearly that of the next:
    that is not rest but a start. So the correlation must once have been at or below
    ``threshold`` before exceeding it counts.
    """
    if not correlations or min(correlations) > threshold:
        return False
    return correlations[-1] > threshold


def with_scales(start: Importance, graph: LayerGraph, gates: Gates) -> Importance:
    """``start`` with the units in front of each connection scored |γ| over the layer's largest."""
    units: dict[str, Float32[np.ndarray, "unit class"]] = dict(start.units)
    for connection, scale in zip(graph.connections, gates.scale, strict=True):
        units[connection.source] = over_largest(scale.detach().abs().t().cpu().numpy())
    return Importance(units, start.edges, start.class_names, start.options)
