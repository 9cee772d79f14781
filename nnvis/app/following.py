"""What a run recorded of the network itself at each epoch, read for the time line to follow."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nnvis.errors import StoreError
from nnvis.store.epoch import load_tensors, shapes_of

if TYPE_CHECKING:
    from jaxtyping import Float32

    from nnvis.store import Run
    from nnvis.store.tensors import Shape

    Importance = tuple[Float32[np.ndarray, "unit class"] | None, ...]
    # The weight matrices (out, in) of each epoch, in the order of the layers.
    Weights = tuple[tuple[np.ndarray, ...], ...]

# Of all epochs together: of their weights, and as much of their importance.
MOST_BYTES = 512 << 20
_IMPORTANCE = "unit_importance"


def read_followed(
    run: Run, epochs: Sequence[int], most: int = MOST_BYTES
) -> tuple[Importance, Weights, list[str]]:
    """Importance and weights of each of ``epochs``, and a sentence for all that is left out.

    Headers tell the sizes first: where all epochs together have more than ``most`` bytes of
    weights, or of importance, none of these is read. A part of them would let the network jump
    where they end. Of an epoch that cannot be read both are missing. Weights are empty when no
    epoch has any.
    """
    notes: list[str] = []
    shapes: dict[int, dict[str, Shape]] = {}
    damaged: dict[int, StoreError] = {}
    for epoch in epochs:
        try:
            shapes[epoch] = shapes_of(run.epoch_path(epoch))
        except StoreError as error:
            damaged[epoch] = error
    kinds = {"importance": _importance_in, "weights": _matrices_in}
    wanted: dict[int, list[str]] = {epoch: [] for epoch in shapes}
    for kind, names_in in kinds.items():
        names = {epoch: names_in(found) for epoch, found in shapes.items()}
        size = sum(_bytes(shapes[epoch], each) for epoch, each in names.items())
        if size > most:
            notes.append(
                f"The network does not follow the {kind} of its epochs: together they take "
                f"{size >> 20:,} MiB, more than {most >> 20:,} MiB."
            )
            continue
        for epoch, each in names.items():
            wanted[epoch] += each
    importance: list[np.ndarray | None] = []
    weights: list[tuple[np.ndarray, ...]] = []
    for epoch in epochs:
        found: dict[str, np.ndarray] = {}
        if wanted.get(epoch):
            try:
                found = load_tensors(run.epoch_path(epoch), wanted[epoch])
            except StoreError as error:
                damaged[epoch] = error
        importance.append(found.pop(_IMPORTANCE, None))
        weights.append(tuple(found.values()))
    if damaged:
        first = min(damaged)
        others = f" (and {len(damaged) - 1} more)" if len(damaged) > 1 else ""
        notes.append(f"The network does not follow epoch {first}{others}: {damaged[first]}")
    return tuple(importance), tuple(weights) if any(weights) else (), notes


def _importance_in(shapes: Mapping[str, Shape]) -> list[str]:
    found = shapes.get(_IMPORTANCE)
    return [_IMPORTANCE] if found and found.dtype == "float32" and len(found.axes) == 2 else []


def _matrices_in(shapes: Mapping[str, Shape]) -> list[str]:
    """Names of the weight matrices; ``10.weight`` comes after ``2.weight``."""
    names = [
        name
        for name, shape in shapes.items()
        if name.startswith("weight/") and len(shape.axes) == 2
    ]
    return sorted(names, key=lambda name: [_place(part) for part in re.split(r"(\d+)", name)])


def _place(part: str) -> tuple[int, str]:
    return (int(part), "") if part.isdecimal() else (0, part)


def _bytes(shapes: Mapping[str, Shape], names: Sequence[str]) -> int:
    return sum(
        math.prod(shapes[name].axes) * np.dtype(shapes[name].dtype).itemsize for name in names
    )
