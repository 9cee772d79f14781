"""What a model still knows after its least important edges are removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.func import functional_call

from nnvis.errors import ConfigError, DatasetError, ModelError
from nnvis.graph import WeightLayer, read_graph, undisturbed, weight_layers
from nnvis.graph.running import BATCH, call, check_finite, device_of, inputs, labels
from nnvis.importance.scores import edge_scores, flatten
from nnvis.model import Importance, LayerGraph
from nnvis.model.figures import draw
from nnvis.progress import Progress, quiet

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64, Int64
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STAGE = "pruning"


@dataclass(frozen=True)
class PruneCurve:
    """How well a model does with part of its edges removed.

    Attributes
    ----------
    percent
        Share of the network's edges removed, 0 to 100.
    accuracy
        Share of all samples predicted right.
    recall
        Share of each class's samples that are predicted as it; 0 for a class without samples.
    precision
        Share of the samples predicted as a class that belong to it; 0 when none is predicted.
    score
        What the edges were ordered by.
    class_names
        One name a class.
    """

    percent: Float64[np.ndarray, "point"]
    accuracy: Float64[np.ndarray, "point"]
    recall: Float64[np.ndarray, "point class"]
    precision: Float64[np.ndarray, "point class"]
    score: str
    class_names: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, ready for JSON."""
        return {
            "percent": self.percent.tolist(),
            "accuracy": self.accuracy.tolist(),
            "recall": self.recall.tolist(),
            "precision": self.precision.tolist(),
            "score": self.score,
            "class_names": list(self.class_names),
        }

    def plot(self, axes: Axes | None = None) -> Figure:
        """Accuracy against the share of edges removed, in ``axes`` or a figure of its own.

        Draw several curves into the same axes to compare them: each is labelled by its score.
        """
        return draw("pruning", self, axes=axes)


def prune_curve(
    model: nn.Module,
    importance: Importance,
    x: Any,
    y: Any,
    score: str = "combined",
    percent: float | Iterable[float] = range(0, 101, 10),
    seed: int = 0,
    progress: Progress | None = None,
) -> PruneCurve:
    """Remove the least important edges of the whole network and measure what is left.

    At p percent the round(p · edges / 100) edges with the lowest score are set to zero, equal
    ones in the order of their index (connection, target unit, source unit). Biases stay. The
    model itself is never changed.

    Parameters
    ----------
    score
        ``combined``, ``unit``, ``edge``, ``magnitude`` or ``random``; see
        :func:`~nnvis.importance.scores.edge_scores`.
    percent
        Shares to remove, each 0 to 100, in any order; or a single one.
    seed
        For the random score.

    Raises
    ------
    ConfigError, DatasetError, ModelError, Cancelled
    """
    shares = _shares(percent)
    progress = quiet(progress)
    graph = read_graph(model)
    check_belongs(importance, graph)
    order = prune_order(flatten(edge_scores(score, importance, graph, seed), graph))
    samples = inputs(x, model)
    n_classes = len(importance.class_names)
    wanted = labels(y, len(samples), n_classes)
    layers = weight_layers(model)
    tables: list[np.ndarray] = []
    with undisturbed(model):
        for number, share in enumerate(shares):
            removed = np.zeros(len(order), bool)
            removed[order[: round(share * len(order) / 100)]] = True
            weights = _without(layers, removed)
            predicted = _predictions(model, weights, samples, f"{share:g} % of the edges removed")
            if predicted.max() >= n_classes:
                raise ModelError(
                    f"The model predicts class {predicted.max()}, but the importance was scored "
                    f"for {n_classes} classes; score this model again."
                )
            tables.append(_table(wanted, predicted, n_classes))
            progress.step(STAGE, number + 1, len(shares))
    counts = np.stack(tables).astype(np.float64)
    right = np.diagonal(counts, axis1=1, axis2=2)
    return PruneCurve(
        np.asarray(shares),
        right.sum(1) / len(wanted),
        right / np.maximum(counts.sum(2), 1),
        right / np.maximum(counts.sum(1), 1),
        score,
        importance.class_names,
    )


def _shares(percent: Any) -> list[float]:
    try:
        if isinstance(percent, str):
            raise TypeError("text is no number")
        several = hasattr(percent, "__iter__") and getattr(percent, "ndim", 1) > 0
        shares = [float(share) for share in percent] if several else [float(percent)]
    except (TypeError, ValueError) as error:
        raise ConfigError(f"percent must be numbers from 0 to 100, got {percent!r}.") from error
    wrong = [share for share in shares if not 0 <= share <= 100]
    if wrong or not shares:
        raise ConfigError(f"percent must be numbers from 0 to 100, got {wrong or 'none'}.")
    return shares


def prune_order(scores: np.ndarray) -> Int64[np.ndarray, "edge"]:
    """Edge numbers, the least important first, equal ones by their index."""
    return np.argsort(scores, kind="stable")


def check_belongs(importance: Importance, graph: LayerGraph) -> None:
    """Raise :class:`DatasetError` when ``importance`` was scored on another model."""
    for item in graph.connections:
        edges = importance.edges.get(item.name)
        if edges is None or edges.shape != item.weight.shape or item.source not in importance.units:
            found = "nothing" if edges is None else f"scores of the shape {edges.shape}"
            raise DatasetError(
                f"The importance does not belong to this model: for {item.name} with weights of "
                f"the shape {item.weight.shape} it holds {found}; score this model again."
            )


def _without(
    layers: list[WeightLayer], removed: Bool[np.ndarray, "edge"]
) -> dict[str, torch.Tensor]:
    """The weights by parameter path, the removed ones zero."""
    weights: dict[str, torch.Tensor] = {}
    first = 0
    for entry in layers:
        matrix = entry.kind.weight_matrix(entry.module).detach()
        gone = removed[first : first + matrix.numel()].reshape(tuple(matrix.shape))
        first += matrix.numel()
        weights[entry.parameter_path] = matrix.masked_fill(
            torch.from_numpy(gone).to(matrix.device), 0
        )
    return weights


class _Pruned(nn.Module):
    """``model`` with other weights, itself unchanged."""

    def __init__(self, model: nn.Module, weights: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self._call = lambda batch: functional_call(model, weights, (batch,))

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        return self._call(batch)


def _predictions(
    model: nn.Module, weights: dict[str, torch.Tensor], samples: torch.Tensor, where: str
) -> Int64[np.ndarray, "sample"]:
    device = device_of(model)
    pruned = _Pruned(model, weights)
    parts: list[np.ndarray] = []
    with torch.no_grad():
        for start in range(0, len(samples), BATCH):
            logits = call(pruned, samples[start : start + BATCH].to(device))
            check_finite(logits, where)
            parts.append(logits.argmax(1).cpu().numpy())
    return np.concatenate(parts)


def _table(
    wanted: np.ndarray, predicted: np.ndarray, n_classes: int
) -> Int64[np.ndarray, "true predicted"]:
    pairs = np.bincount(wanted * n_classes + predicted, minlength=n_classes**2)
    return pairs.reshape(n_classes, n_classes)
