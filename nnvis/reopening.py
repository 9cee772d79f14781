"""A run's own model and samples once more: from its weights, sizes and the name of its data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nnvis.errors import ModelError, UsageError

if TYPE_CHECKING:
    from torch import nn

    from nnvis.model import Samples
    from nnvis.progress import Progress
    from nnvis.store import Run


def model_of(run: Run, advice: str = "process it again with nnvis") -> nn.Sequential:
    """The model whose weights the run holds, for one that nnvis built.

    A run's file may name a function of the user's, but nothing that a file names is executed.

    Parameters
    ----------
    advice
        What to do about a model that nnvis did not build.

    Raises
    ------
    ModelError
        For another model, or weights that do not fit.
    StoreError
        When the run holds no weights, or they cannot be read.
    """
    from nnvis.learning import rebuild_mlp

    _, state = run.load_model()
    described = _part(run.description, "model")
    sizes = described.get("sizes")
    if described.get("kind") != "mlp" or sizes is None or not is_sizes(sizes):
        raise ModelError(
            f"The run {run.path} holds the weights of a model that nnvis did not build; {advice}."
        )
    return rebuild_mlp(sizes, state)


def samples_of(
    run: Run, source: str | None = None, progress: Progress | None = None, advice: str = ""
) -> tuple[Samples, Samples]:
    """The samples that the run was trained on, and all of their source.

    A run that was trained on some classes, or on fewer samples of one, differs in that.

    Parameters
    ----------
    source
        Of the samples, instead of the run's own; they are taken whole then.
    advice
        What to do when the run does not say where its samples come from.

    Raises
    ------
    UsageError
        When the run does not say where its samples come from.
    DatasetError
        When they cannot be read.
    """
    from nnvis.config import TrainingConfig, read_config
    from nnvis.datasets import load_samples
    from nnvis.learning import select_samples

    named = source or _part(run.description, "dataset").get("source")
    if not isinstance(named, str):
        raise UsageError(
            f"The run {run.path} does not say where its samples come from"
            f"{'; ' if advice else ''}{advice}."
        )
    training = _part(run.description, "config").get("training")
    seed = training.get("seed") if isinstance(training, dict) else None
    # Toy sets are drawn: only the training's seed gives the same samples again.
    every = load_samples(named, seed=seed if type(seed) is int else 0, progress=progress)
    if source is None and isinstance(training, dict):
        return select_samples(every, read_config(TrainingConfig, training)), every
    return every, every


def is_sizes(value: Any) -> bool:
    """Whether ``value`` can be the sizes of dense layers."""
    return isinstance(value, list) and all(type(each) is int and each > 0 for each in value)


def _part(description: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of a run's description; empty where it is none."""
    part = description.get(name)
    return part if isinstance(part, Mapping) else {}
