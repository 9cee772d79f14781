"""Made-up networks for tests of drawing: clustered importance, curved polylines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nnvis.model.network import Layer, Network


def synthetic_network(
    sizes: Sequence[int] = (40, 16, 12, 4),
    classes: int = 4,
    points: int = 9,
    seed: int = 7,
    class_names: Sequence[str] | None = None,
) -> Network:
    """Dense layers whose units belong to classes; edges bend towards their class's place."""
    rng = np.random.default_rng(seed)
    place, score, layer_of, layers = [], [], [], []
    for number, size in enumerate(sizes):
        z = 0.5 * (number - (len(sizes) - 1) / 2)
        own = np.arange(size) % max(classes, 1)
        angle = 2 * np.pi * own / max(classes, 1)
        ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 0.3
        xy = np.clip(ring + rng.normal(0, 0.07, (size, 2)), -0.5, 0.5)
        place.append(np.c_[xy, np.full(size, z)])
        value = rng.random((size, classes)) ** 4
        value[np.arange(size), own] = 0.3 + 0.7 * rng.random(size)
        score.append(value)
        layer_of.append(np.full(size, number))
        kind = "input" if number == 0 else "output" if number == len(sizes) - 1 else "dense"
        layers.append(Layer(f"fc{number}" if number else "input", kind, int(size), z))
    position = np.concatenate(place).astype(np.float32)
    importance = np.concatenate(score).astype(np.float32)
    first = np.cumsum([0, *sizes])
    pairs = [
        np.add((first[i], first[i + 1]), np.indices((a, b)).reshape(2, -1).T)
        for i, (a, b) in enumerate(pairwise(sizes))
    ]
    ends = np.concatenate(pairs) if pairs else np.zeros((0, 2), int)
    weight = rng.normal(size=len(ends)) * np.sqrt(
        (importance[ends[:, 0]] * importance[ends[:, 1]]).sum(axis=1)
    )
    combined = np.abs(weight) / np.abs(weight).max(initial=1e-9) * importance.mean(1)[ends[:, 0]]
    order = np.argsort(-combined, kind="stable")
    ends, weight, combined = ends[order], weight[order], combined[order]
    t = np.linspace(0, 1, points)[None, :, None]
    start, stop = position[ends[:, 0]][:, None], position[ends[:, 1]][:, None]
    line = start * (1 - t) + stop * t
    line[..., :2] *= 1 - 0.55 * np.sin(np.pi * t)
    return Network(
        layers=tuple(layers),
        class_names=tuple(class_names or (str(c) for c in range(classes))),
        unit_position=position,
        unit_importance=importance,
        unit_layer=np.concatenate(layer_of).astype(np.int32),
        edge_source=ends[:, 0].astype(np.int32),
        edge_target=ends[:, 1].astype(np.int32),
        edge_weight=weight.astype(np.float32),
        edge_importance=combined.astype(np.float32),
        point_position=line.reshape(-1, 3).astype(np.float32),
        point_offset=(np.arange(len(ends) + 1) * points).astype(np.int64),
        edges_total=len(ends),
    )
