"""Networks of any size drawn at random, to try the viewer and to measure speed with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.config import ProcessingConfig, read_config
from nnvis.errors import ConfigError
from nnvis.layout.placing import layer_planes, place_units
from nnvis.model import Layer, Network

if TYPE_CHECKING:
    from jaxtyping import Float32

# A unit matters to one to this many classes, as after fine-tuning with an L1 penalty; a share
# of the other classes needs it a little.
_MOST_CLASSES = 3
_FAINT_SHARE = 0.3
_FAINT = 0.15


def random_network(
    layers: Sequence[int],
    classes: int,
    rng: np.random.Generator,
    config: ProcessingConfig | None = None,
) -> Network:
    """A network whose layers are fully connected, with straight edges.

    Weights are normal with the deviation 1/√inputs. Each unit is important for a few classes;
    the units of a last layer of ``classes`` units are the classes themselves.

    Parameters
    ----------
    layers
        Units of each layer, the input first; at least one layer, each of at least one unit.
    classes
        Number of classes, at least one.
    config
        Of these settings ``layer_width`` and ``layer_distance`` count here; later bundling
        takes the others too. Defaults when ``None``.

    Returns
    -------
    Network
        Edges sorted by combined importance; nothing is pruned.

    Raises
    ------
    ConfigError
        When a size or the number of classes is not a whole number of at least one, or there is
        no layer.
    """
    sizes = _checked_sizes(layers)
    if not _is_count(classes):
        raise ConfigError(f"classes must be a whole number of at least 1, got {classes!r}.")
    settings = read_config(ProcessingConfig, config)
    unit_layer = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    position = place_units(sizes, settings.layer_width, settings.layer_distance)
    importance = np.concatenate(
        [
            np.eye(classes, dtype=np.float32)
            if 0 < number == len(sizes) - 1 and size == classes
            else _importance(size, classes, rng)
            for number, size in enumerate(sizes)
        ]
    )
    source, target, weight, score = _edges(sizes, importance, rng)
    points = np.stack([position[source], position[target]], axis=1).reshape(-1, 3)
    planes = layer_planes(len(sizes), settings.layer_distance)
    return Network(
        layers=tuple(
            Layer("input" if i == 0 else f"fc{i}", "input" if i == 0 else "dense", size, float(z))
            for i, (size, z) in enumerate(zip(sizes, planes, strict=True))
        ),
        class_names=tuple(str(number) for number in range(classes)),
        unit_position=position,
        unit_importance=importance,
        unit_layer=unit_layer,
        edge_source=source,
        edge_target=target,
        edge_weight=weight,
        edge_importance=score,
        point_position=points,
        point_offset=np.arange(0, 2 * len(source) + 1, 2, dtype=np.int64),
        edges_total=len(source),
        config={"processing": settings.model_dump()},
    )


def _checked_sizes(layers: Sequence[int]) -> list[int]:
    if len(layers) == 0:
        raise ConfigError("A random network needs at least one layer, got none.")
    for number, size in enumerate(layers, start=1):
        if not _is_count(size):
            raise ConfigError(
                f"Layer {number} must have a whole number of units, at least 1, got {size!r}."
            )
    return [int(size) for size in layers]


def _is_count(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def _importance(
    size: int, classes: int, rng: np.random.Generator
) -> Float32[np.ndarray, "unit class"]:
    """Sparse importances whose largest is one, as those of a layer."""
    faint = rng.random((size, classes)) < _FAINT_SHARE
    values = np.where(faint, _FAINT * rng.random((size, classes)), 0.0)
    own = rng.integers(1, min(_MOST_CLASSES, classes) + 1, size)
    ranked = rng.random((size, classes)).argsort(axis=1)
    strong = 0.3 + 0.7 * rng.random((size, classes))
    values = np.where(ranked < own[:, None], strong, values)
    return (values / values.max()).astype(np.float32)


def _edges(
    sizes: Sequence[int], importance: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Source, target, weight and combined importance of all edges, the most important first."""
    first = np.cumsum([0, *sizes])
    mean = importance.mean(axis=1)
    sources = [np.empty(0, np.int32)]
    targets = [np.empty(0, np.int32)]
    weights = [np.empty(0, np.float32)]
    scores = [np.empty(0, np.float32)]
    for number, (n_in, n_out) in enumerate(pairwise(sizes)):
        weight = (rng.standard_normal(n_in * n_out, np.float32) / np.sqrt(n_in)).astype(np.float32)
        source = np.tile(np.arange(n_in, dtype=np.int32), n_out) + np.int32(first[number])
        target = np.repeat(np.arange(n_out, dtype=np.int32), n_in) + np.int32(first[number + 1])
        size = np.abs(weight)
        sources.append(source)
        targets.append(target)
        weights.append(weight)
        scores.append((size / size.max() * mean[source]).astype(np.float32))
    score = np.concatenate(scores)
    order = np.argsort(-score, kind="stable")
    return (
        np.concatenate(sources)[order],
        np.concatenate(targets)[order],
        np.concatenate(weights)[order],
        score[order],
    )
