"""From importances to one score an edge: which edges count most, in all or for one class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from nnvis.errors import ConfigError, DatasetError
from nnvis.model import Importance, LayerGraph

if TYPE_CHECKING:
    from jaxtyping import Float32, Int64

Scores = Mapping[str, "Float32[np.ndarray, 'out in']"]
ScoreName = Literal["combined", "unit", "edge", "magnitude", "random"]
SCORE_NAMES: tuple[str, ...] = get_args(ScoreName)


def edge_importance(graph: LayerGraph) -> dict[str, Float32[np.ndarray, "out in"]]:
    """|w| over the largest |w| of its connection; zeros where all weights are zero."""
    return {
        connection.name: over_largest(np.abs(connection.weight)) for connection in graph.connections
    }


def over_largest(values: np.ndarray) -> Float32[np.ndarray, "..."]:
    """Non-negative ``values`` over their largest; zeros when that is zero."""
    largest = values.max(initial=0.0)
    if not largest > 0:
        return np.zeros(values.shape, np.float32)
    return (values / largest).astype(np.float32)


def combined_scores(
    importance: Importance, graph: LayerGraph
) -> dict[str, Float32[np.ndarray, "out in"]]:
    """Edge importance × mean over the classes of the source unit's importance."""
    means = {name: units.mean(1) for name, units in importance.units.items()}
    return _by_source_unit(importance.edges, means, graph)


def class_scores(
    importance: Importance, graph: LayerGraph, number: int
) -> dict[str, Float32[np.ndarray, "out in"]]:
    """Edge importance × the source unit's importance for class ``number``."""
    if not 0 <= number < len(importance.class_names):
        raise DatasetError(
            f"There is no class number {number}; the classes are numbered 0 to "
            f"{len(importance.class_names) - 1}."
        )
    chosen = {name: units[:, number] for name, units in importance.units.items()}
    return _by_source_unit(importance.edges, chosen, graph)


def edge_scores(
    name: str, importance: Importance, graph: LayerGraph, seed: int = 0
) -> dict[str, Float32[np.ndarray, "out in"]]:
    """One score an edge by name.

    ``combined`` as :func:`combined_scores`; ``unit`` the mean over the classes of the source
    unit's importance alone; ``edge`` the edge importance alone; ``magnitude`` |w| over the
    largest of the whole network; ``random`` evenly drawn from [0, 1) with ``seed``.

    Raises
    ------
    ConfigError
        For any other name.
    """
    connections = graph.connections
    if name == "combined":
        return combined_scores(importance, graph)
    if name == "unit":
        means = {layer: units.mean(1) for layer, units in importance.units.items()}
        ones = {item.name: np.ones(item.weight.shape, np.float32) for item in connections}
        return _by_source_unit(ones, means, graph)
    if name == "edge":
        return {item.name: importance.edges[item.name] for item in connections}
    if name == "magnitude":
        sizes = {item.name: np.abs(item.weight) for item in connections}
        largest = max((float(size.max(initial=0.0)) for size in sizes.values()), default=0.0)
        return {key: size / np.float32(largest or 1.0) for key, size in sizes.items()}
    if name == "random":
        rng = np.random.default_rng(seed)
        return {item.name: rng.random(item.weight.shape, np.float32) for item in connections}
    raise ConfigError(f"score must be one of {', '.join(SCORE_NAMES)}, got {name!r}.")


def flatten(scores: Scores, graph: LayerGraph) -> Float32[np.ndarray, "edge"]:
    """All edges of the network in a row: by connection, then target unit, then source unit."""
    return np.concatenate([scores[item.name].ravel() for item in graph.connections])


def rank_correlation(
    first: Float32[np.ndarray, "edge"], second: Float32[np.ndarray, "edge"]
) -> float:
    """Spearman's rank correlation, −1 … 1; equal values are ranked by their index.

    Source: Spearman 1904, in the form 1 − 6 Σ d² / (n³ − n) for rankings without ties.
    """
    count = len(first)
    if count < 2:
        return 1.0
    difference = (_ranks(first) - _ranks(second)).astype(np.float64)
    return float(1 - 6 * np.square(difference).sum() / (float(count) ** 3 - count))


def _ranks(values: np.ndarray) -> Int64[np.ndarray, "edge"]:
    ranks = np.empty(len(values), np.int64)
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks


def _by_source_unit(
    edges: Scores, units: Mapping[str, np.ndarray], graph: LayerGraph
) -> dict[str, Float32[np.ndarray, "out in"]]:
    return {
        item.name: (edges[item.name] * units[item.source]).astype(np.float32)
        for item in graph.connections
    }
