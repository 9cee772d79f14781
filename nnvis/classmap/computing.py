"""Maps that a run did not record: made from recorded weights, or from the final ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.classmap.maps import ClassMaps, PlacedSamples
from nnvis.classmap.reading import logged_numbers
from nnvis.errors import ModelError, StoreError
from nnvis.progress import Progress, quiet
from nnvis.store.epoch import parts_of

if TYPE_CHECKING:
    from torch import nn

    from nnvis.model import Plane
    from nnvis.store.run import Run

STAGE = "mapping"


def compute_maps(
    run: Run,
    plane: Plane,
    x: Any,
    y: Any = None,
    points: int | Sequence[int] = 200,
    model: nn.Module | None = None,
    progress: Progress | None = None,
) -> ClassMaps:
    """Maps of ``run`` over a plane that is chosen afterwards.

    Where epochs hold all weights, one map each; else one map of the final weights, and
    ``source`` says so.

    Parameters
    ----------
    x, y
        Samples to be drawn on top, and their classes.
    model
        How the weights are put together, for a model that nnvis did not build; its own weights
        are used where the run has none.

    Raises
    ------
    ModelError
        When the model cannot be rebuilt, does not fit the weights or returns NaN.
    StoreError
        When the run has neither weights nor a model.
    Cancelled
        Between two maps when asked to.
    """
    from nnvis.learning import class_map

    progress = quiet(progress)
    network = rebuilt(run) if model is None else model
    epochs = [epoch for epoch in run.epochs() if "weight" in parts_of(run.epoch_path(epoch))]
    logged, numbers = logged_numbers(run)
    maps: list[np.ndarray] = []
    if epochs:
        source = "computed from the weights that were recorded"
        for done, epoch in enumerate(epochs, start=1):
            _put(network, run.load_epoch(epoch).weight, f"epoch {epoch}")
            # Each is as small on its way as a recorded one: long trainings have hundreds.
            maps.append(class_map(network, plane, points).astype(np.float16))
            progress.step(STAGE, done, len(epochs))
    else:
        source = "computed from the final weights alone"
        if model is None:
            _put(network, run.load_model()[1], "the final weights")
        maps.append(class_map(network, plane, points))
        epochs = [int(logged[-1]) if len(logged) else 0]
    if maps[0].shape[2] != len(run.class_names):
        raise ModelError(
            f"The model returns {maps[0].shape[2]} classes, but the run {run.path} has "
            f"{len(run.class_names)} class names; give the model that belongs to it."
        )
    label = None if y is None else np.asarray(y).astype(np.int32)
    samples = PlacedSamples(
        plane.place(x).astype(np.float32), plane.distance(x).astype(np.float32), label
    )
    return ClassMaps(
        "chosen", plane, np.array(epochs, np.int64), np.stack(maps), run.class_names, source,
        samples, logged, numbers, run.path.name,
    )  # fmt: skip


def rebuilt(run: Run) -> nn.Module:
    """A dense network of the run's sizes, for a run whose model nnvis built.

    Raises
    ------
    StoreError
        When the run is about another model, or does not say which.
    """
    from nnvis.learning import build_mlp

    model = run.description.get("model")
    sizes = model.get("sizes") if isinstance(model, Mapping) else None
    usable = isinstance(sizes, list) and all(type(size) is int and size > 0 for size in sizes)
    if not (usable and isinstance(model, Mapping) and model.get("kind") == "mlp"):
        raise StoreError(
            f"The run {run.path} is about a model that nnvis did not build, so a map of it cannot "
            "be computed; name the model with --model, or record maps while it trains by "
            "nnvis.Recorder(..., maps={name: plane})."
        )
    assert isinstance(sizes, list)
    return build_mlp(sizes)


def _put(model: nn.Module, weights: Mapping[str, np.ndarray], where: str) -> None:
    """Set all parameters of ``model``."""
    from nnvis.learning.rebuilding import put_weights

    put_weights(model, weights, where)
