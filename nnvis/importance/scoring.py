"""Score how much each class needs each unit and weight of a model."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from nnvis.config import ImportanceConfig, read_config
from nnvis.errors import DatasetError, ModelError
from nnvis.graph import WeightLayer, read_graph, undisturbed, weight_layers
from nnvis.graph.calls import watched
from nnvis.graph.running import call, check_finite, device_of, inputs, labels
from nnvis.importance.gates import make_gates
from nnvis.importance.routes import choose_route
from nnvis.importance.sampling import batch_shape, class_sets
from nnvis.importance.scores import edge_importance
from nnvis.importance.tuning import tune
from nnvis.model import Importance
from nnvis.progress import Progress, quiet

if TYPE_CHECKING:
    from jaxtyping import Float32, Int64

_TRIAL = 64
_TRAVEL = 2.3


def score_importance(
    model: nn.Module,
    x: Any,
    y: Any,
    config: ImportanceConfig | Mapping[str, Any] | str | PathLike[str] | None = None,
    progress: Progress | None = None,
    class_names: Sequence[str] | None = None,
) -> Importance:
    """Score every unit and weight of ``model`` for every class, by batch-norm gates.

    In front of each weight layer its input is normalised and multiplied by a scale γ per unit
    and class; only γ is trained, for the question "is it class c", with an L1 penalty. |γ| is
    then how much class c needs the unit. All classes are tuned at once.

    Parameters
    ----------
    model
        A classifier that returns logits (samples, classes), its dense layers called one after
        the other as registered. It is used in evaluation mode and left exactly as it was, also
        after an exception or cancel.
    x
        Samples, numpy or torch, first axis sample, in the shape that the model takes.
    y
        (samples,) class numbers, 0 … classes − 1; every class needs a sample.
    config
        Settings, a mapping with their names, or the path of a JSON file with them.
    progress
        Told of every eighth step as stage "scoring importance"; can cancel.
    class_names
        One name a class, all different; the numbers when ``None``.

    Returns
    -------
    Importance
        Units |γ| over the layer's largest, output units one-hot; edges |w| over the
        connection's largest. ``options`` hold the settings (``learning_rate`` the number that
        was used), ``epochs_run``, ``steps``, ``route``, ``losses`` and, with ``settle``,
        ``correlations``.

    Raises
    ------
    ConfigError, DatasetError, ModelError, Cancelled
        One sentence each, for settings, samples or a model that cannot be used.

    Notes
    -----
    Statistics: a layer whose input is the data itself is normalised with the mean and variance
    of the class's whole set of samples, which never change; every other layer with those of
    the batch, and the gradient flows through them. Source: Ioffe & Szegedy 2015; Liu et al.
    2017; the ``nn_vis`` thesis.

    Adam moves a scale by about the learning rate a step, and scales start at one: in too few
    steps they do not part and all units score alike, in too many the penalty takes a whole
    layer's. So with ``learning_rate`` left out its mean is :func:`fitting_rate`. Steps begin nine
    times as large and fall to nothing, so that the ranking comes to rest.

    ``settle=0.99`` stops once it rests, at 60 % of the epochs: when the rank correlation with
    a quarter of the epochs ago exceeds 0.99. Measured in ``docs/decisions/importance.md``.
    """
    settings = read_config(ImportanceConfig, config)
    progress = quiet(progress)
    graph = read_graph(model)
    model = _computable(model)
    layers = weight_layers(model)
    samples = inputs(x, model)
    with torch.inference_mode(False), undisturbed(model, settings.seed):
        n_classes = _class_count(model, layers, samples)
        wanted = labels(y, len(samples), n_classes)
        names = _names(class_names, n_classes)
        if graph.layers[-1].size != n_classes:
            raise ModelError(
                f"The last layer {graph.layers[-1].name} has {graph.layers[-1].size} units, but "
                f"the model returns {n_classes} classes; nnvis needs one output unit a class."
            )
        rng = np.random.default_rng(settings.seed)
        sets = class_sets(wanted, names, settings.samples_per_class, rng)
        steps, batch = batch_shape(sets, settings.batch_size)
        progress.check("scoring importance")
        route = choose_route(model, layers, samples, sets, settings.epsilon, batch)
        gates = make_gates(
            [layer.size for layer in graph.layers[:-1]],
            n_classes,
            from_zero=settings.gate_from_zero,
            shift=settings.shift,
            device=device_of(model),
            dtype=samples.dtype,
        )
        one_hot: Float32[np.ndarray, "unit class"] = np.eye(n_classes, dtype=np.float32)
        start = Importance({}, edge_importance(graph), names)
        rate = settings.learning_rate
        if rate is None:
            rate = fitting_rate(wanted, settings)
        tuned = tune(route, gates, sets, graph, start, settings, rate, rng, progress)
    options = {
        **settings.model_dump(),
        "learning_rate": rate,
        "epochs_run": tuned.epochs,
        "steps": tuned.epochs * steps,
        "route": route.name,
        "losses": list(tuned.losses),
        "correlations": list(tuned.correlations),
    }
    units = {**tuned.importance.units, graph.layers[-1].name: one_hot}
    return Importance(units, tuned.importance.edges, names, options)


def fitting_rate(y: Int64[np.ndarray, "sample"], config: ImportanceConfig | None = None) -> float:
    """The learning rate with which scales can part in the epochs of ``config``, but not more.

    It is 2.3 over the number of steps, the mean for the first layer's scales; those behind it
    take four fifths. On MNIST (784-81-49-10) pruning by the scores keeps most accuracy there;
    much shorter, units of a layer score too much alike, and much longer, the first layer's
    scales fade away.
    """
    settings = read_config(ImportanceConfig, config)
    counts = np.bincount(y)
    most = settings.samples_per_class or int(counts.max())
    largest = 2 * min(int(counts.max()), most)
    batch = max(min(settings.batch_size, largest), 2)
    return min(1.0, _TRAVEL / (-(-largest // batch) * settings.epochs))


def _computable(model: nn.Module) -> nn.Module:
    """``model``, or a copy in float32 when it holds numbers too coarse to tune scales on."""
    held = [*model.parameters(), *model.buffers()]
    coarse = [part.dtype for part in held if part.is_floating_point() and part.dtype.itemsize < 4]
    if not coarse:
        return model
    try:
        return copy.deepcopy(model).float()
    except Exception as error:
        raise ModelError(
            f"The model holds {str(coarse[0]).removeprefix('torch.')} numbers, which nnvis scores "
            f"on a copy in float32, but it cannot be copied ({type(error).__name__}); give "
            "model.float()."
        ) from error


def _class_count(model: nn.Module, layers: Sequence[WeightLayer], samples: torch.Tensor) -> int:
    """Number of classes, from a trial on the first samples, which must go through a chain."""
    with watched(layers, samples[:_TRIAL].to(device_of(model))) as watch:
        logits = call(model, watch.given)
    watch.check(logits)
    check_finite(logits, f"the first {len(logits)}")
    if logits.shape[1] < 2:
        raise ModelError(
            f"The model returns {logits.shape[1]} number a sample; nnvis needs one logit for each "
            "of at least two classes."
        )
    return int(logits.shape[1])


def _names(given: Sequence[str] | None, n_classes: int) -> tuple[str, ...]:
    if given is None:
        return tuple(str(number) for number in range(n_classes))
    if len(given) != n_classes:
        raise DatasetError(
            f"class_names holds {len(given)} names, but the model gives {n_classes} classes."
        )
    names = tuple(str(name) for name in given)
    if not all(name.strip() for name in names):
        empty = next(number for number, name in enumerate(names) if not name.strip())
        raise DatasetError(f"class_names has no name for class {empty}; give each class one.")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DatasetError(
            f"class_names holds {twice!r} {names.count(twice)} times; give each class a name of "
            "its own."
        )
    return names
