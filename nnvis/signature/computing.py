"""Signatures of samples: which cluster of each layer their activations fall into.

Source: the TER_RNP_M1 library. Clusters are found among the activations of training samples
that the network classifies correctly; a test sample's signature is its cluster in each layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import ConfigError, DatasetError
from nnvis.graph import undisturbed
from nnvis.graph.running import inputs, labels
from nnvis.graph.taps import hidden_taps, named_taps
from nnvis.progress import Progress, quiet
from nnvis.signature.checks import (
    Names,
    at_least,
    input_names,
    layer_names,
    not_negative,
    output_names,
)
from nnvis.signature.clustering import Bins, LayerClusters, stable_order
from nnvis.signature.notes import notes_of
from nnvis.signature.paths import Paths
from nnvis.signature.result import Signatures
from nnvis.signature.running import TEST, TRAIN, Runner, fit_count
from nnvis.signature.sampling import order_of

if TYPE_CHECKING:
    from jaxtyping import Int32

_LARGEST_SEED = 2**32 - 1


def signatures(
    model: Any,
    x_train: Any,
    y_train: Any,
    x_test: Any,
    y_test: Any,
    clusters: int = 10,
    bins: int | None = None,
    layers: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
    test_class_names: Names = None,
    seed: int = 0,
    progress: Progress | None = None,
    name: str = "",
) -> Signatures:
    """The activation signatures of test samples, by clusters of the training samples.

    Activations are those of every hidden layer after its non-linearity; of a convolution, the
    mean of each channel. Clusters are found by KMeans in each layer, among the correctly
    classified training samples or, where there are more, 20,000 of them (fewer for very wide
    networks); then all of them and all test samples get the number of the nearest centre. The
    order of the samples changes nothing, and the model is left as it was.

    Parameters
    ----------
    model
        Any ``torch.nn.Module`` that gives logits (samples, classes).
    x_train, x_test
        Samples as its forward expects them, numpy or torch.
    y_train
        Class numbers (training samples,) below the model's number of classes.
    y_test
        Class numbers (test samples,) from 0 on; they may be classes that the model does not
        know.
    clusters
        In each layer, at least 2. A layer has fewer where fewer are not empty.
    bins
        Put activations into this many bins of equal width first, over the range of each layer's
        training activations; at least 2. ``None`` leaves them as they are.
    layers
        Names of modules: of one with weights the activations after its non-linearity, of any
        other what it gives. Every hidden layer unless given.
    class_names
        Of the model's classes; their numbers unless given.
    test_class_names
        Of the labels in ``y_test``, by label; those of the model's classes unless given.
    seed
        Of KMeans, and of the choice of samples for it.
    name
        Of the run, for captions.

    Raises
    ------
    ConfigError
        For settings out of range.
    DatasetError
        When samples and labels do not fit, or fewer training samples are classified correctly
        than there are clusters.
    ModelError
        For a layer that does not exist (lists those that do), a model without hidden layers or
        one that gives NaN.
    """
    at_least(2, clusters=clusters, **({} if bins is None else {"bins": bins}))
    at_least(0, seed=seed)
    if seed > _LARGEST_SEED:
        raise ConfigError(f"seed must be at most {_LARGEST_SEED}, got {seed}.")
    wanted = layer_names(layers)
    with undisturbed(model):
        first, second = inputs(x_train, model, "x_train"), inputs(x_test, model, "x_test")
        truth = labels(y_train, len(first), name="y_train")
        label = labels(y_test, len(second), name="y_test")
        not_negative(truth, "y_train")
        not_negative(label, "y_test")
        taps = hidden_taps(model, first) if wanted is None else named_taps(model, first, wanted)
        runner = Runner(model, taps, quiet(progress), 2 * len(first) + len(second))
        widths = runner.widths(first)
        order = order_of(first, seed)
        said, classes, ranges = runner.predict(first, truth, order, bins is not None)
        names = output_names(class_names, classes)
        entries = np.unique(label)
        entry_names = input_names(test_class_names, entries, names)
        right = order[said[order] == truth[order]]
        if len(right) < clusters:
            raise DatasetError(
                f"Only {len(right):,} of {len(first):,} training samples are classified correctly, "
                f"fewer than the {clusters} clusters; ask for fewer clusters, train the model "
                "longer, or check that model and samples belong together."
            )
        fitted = fit_count(len(right), widths, clusters)
        kept = runner.collect(first, right[:fitted], widths)
        cut = [None if bins is None else Bins(low, high, bins) for low, high in ranges]
        found = runner.find(kept, clusters, cut, seed)
        numbers = np.empty((len(right), len(found)), np.int32)
        for layer, (own, values) in enumerate(zip(found, kept, strict=True)):
            numbers[:fitted, layer] = own.numbers(values)
        del kept
        numbers[fitted:] = runner.assign(first, right[fitted:], found, TRAIN)[1]
        found = [
            _renumbered(own, numbers[:, layer], truth[right], classes)
            for layer, own in enumerate(found)
        ]
        rows = order_of(second, seed)
        predicted, signature = runner.assign(second, rows, found, TEST)
    shape = (names, runner.layers, tuple(own.count for own in found))
    place = np.argsort(right)
    train = Paths(
        right[place],
        truth[right[place]].astype(np.int32),
        numbers[place],
        said[right[place]],
        tuple(range(classes)),
        names,
        *shape,
    )
    place = np.argsort(rows)
    entry = np.searchsorted(entries, label).astype(np.int32)
    every = tuple(entries.tolist())
    test = Paths(rows[place], entry, signature[place], predicted[place], every, entry_names, *shape)
    notes = notes_of(train, test, truth, clusters, fitted)
    return Signatures(tuple(found), train, test, clusters, bins, int(seed), notes, name)


def _renumbered(
    found: LayerClusters,
    numbers: Int32[np.ndarray, "sample"],
    label: np.ndarray,
    classes: int,
) -> LayerClusters:
    """The clusters in their stable order, empty ones left out; ``numbers`` changes with them."""
    counts = np.zeros((classes, found.count), np.int64)
    np.add.at(counts, (label, numbers), 1)
    kept = stable_order(found, counts)
    place = np.zeros(found.count, np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    numbers[:] = place[numbers]
    return found.chosen(kept)
