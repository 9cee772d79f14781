"""Tune the gates: Adam on the scales alone, until the epochs end or the ranking settles.

Source: Kingma & Ba 2015 (Adam); Liu et al. 2017 (L1 penalty on the scales).

With a constant rate the ranking never rests: scales of units that nobody needs jitter about
zero by the size of a step, and the penalty shrinks the others to the last epoch. So the steps
begin large and fall to nothing, see :func:`rate_share`; the ranking then comes to rest by itself,
and to stop once it rests is to leave out epochs that change nothing.
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
# A ranking rests when it is that of a quarter of the epochs ago.
_SHARE_AT_REST = 4
_BEHIND_THE_FIRST = 0.8


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
        Rank correlation of the combined scores between an epoch and the one a quarter of the
        epochs before it, from the first that has one; empty when ``settle`` is off.
    losses
        Mean cross-entropy over the classes, one an epoch.
    """

    importance: Importance
    epochs: int
    correlations: tuple[float, ...]
    losses: tuple[float, ...]


class Adam:
    """Adam with its usual constants on one flat tensor, in place, without autograd.

    ``shares`` holds each value's share of the rate.
    """

    def __init__(self, values: torch.Tensor, shares: torch.Tensor) -> None:
        self._values = values
        self._shares = shares
        self._first = torch.zeros_like(values)
        self._second = torch.zeros_like(values)
        self._steps = 0

    def step(self, gradient: torch.Tensor, rate: float) -> None:
        self._steps += 1
        self._first.lerp_(gradient, 1 - 0.9)
        self._second.mul_(0.999).addcmul_(gradient, gradient, value=1 - 0.999)
        root = (self._second / (1 - 0.999**self._steps)).sqrt_().add_(1e-8)
        step = -rate / (1 - 0.9**self._steps)
        self._values.addcdiv_(self._first * self._shares, root, value=step)


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
        Mean of Adam's step size over all epochs for the first layer's gates
        (``config.learning_rate`` is not read); each step takes it times :func:`rate_share` and
        :func:`layer_shares`.

    Raises
    ------
    ModelError
        When the loss or a scale becomes NaN or infinite: it names the epoch.
    Cancelled
        When the user stopped it.
    """
    steps, _ = batch_shape(sets, config.batch_size)
    total = steps * config.epochs
    adam = Adam(gates.values, layer_shares(gates))
    scales, scale_gradients = (
        flat[: gates.scale_count] for flat in (gates.values, gates.gradients)
    )
    importance = start
    ranked: list[Float32[np.ndarray, "edge"]] = []
    before = -(-config.epochs // _SHARE_AT_REST)
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
            adam.step(gates.gradients, rate * rate_share(done / total))
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
            ranked.append(flatten(combined_scores(importance, graph), graph))
            if len(ranked) > before:
                correlations.append(rank_correlation(ranked.pop(0), ranked[-1]))
                numbers["correlation"] = correlations[-1]
        progress.step(STAGE, epoch * steps, total, **numbers)
        if config.settle is not None and correlations and correlations[-1] > config.settle:
            break
    if config.settle is None:
        importance = with_scales(start, graph, gates)
    return Tuned(importance, epoch, tuple(correlations), tuple(losses))


def rate_share(passed: float) -> float:
    """Adam's step size over its mean, when ``passed`` (0 to 1) of all steps are taken.

    9·(1 − passed)⁸: half of the way is behind after 7 % of the steps, 99 % after 40 %. What was
    tried instead is in ``docs/decisions/importance.md``.
    """
    return 9 * (1 - passed) ** 8


def layer_shares(gates: Gates) -> torch.Tensor:
    """Each gate value's share of the rate: one in front of the first layer, less behind it.

    Of the data's features many are needed by nobody, and their scales have to go all the way to
    zero. Of hidden units most are needed, and going as far takes what tells them apart.
    """
    parts = [*gates.scale, *gates.shift]
    layers = len(gates.scale)
    return torch.cat(
        [
            torch.full_like(part, 1.0 if number % layers == 0 else _BEHIND_THE_FIRST).flatten()
            for number, part in enumerate(parts)
        ]
    )


def with_scales(start: Importance, graph: LayerGraph, gates: Gates) -> Importance:
    """``start`` with the units in front of each connection scored |γ| over the layer's largest."""
    units: dict[str, Float32[np.ndarray, "unit class"]] = dict(start.units)
    for connection, scale in zip(graph.connections, gates.scale, strict=True):
        units[connection.source] = over_largest(scale.detach().abs().t().cpu().numpy())
    return Importance(units, start.edges, start.class_names, start.options)
