"""Run the model over training and test samples: predictions, clusters, numbers of clusters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.graph.activations import activations
from nnvis.graph.running import labels
from nnvis.graph.taps import Tap
from nnvis.progress import Progress
from nnvis.signature.clustering import Bins, LayerClusters, find_clusters

if TYPE_CHECKING:
    from jaxtyping import Float32, Int32, Int64

# Clusters are found among so many samples, and so many numbers (512 MiB) of them, at most.
MOST_SAMPLES = 20_000
MOST_NUMBERS = 2**27
STAGE = "activations"
FINDING = "finding clusters"
TRAIN = "training samples"
TEST = "test samples"


class Runner:
    """A model with taps at its layers, run over samples in batches; tells how far it is."""

    def __init__(self, model: Any, taps: Sequence[Tap], progress: Progress, total: int) -> None:
        self._model, self._taps = model, tuple(taps)
        self._progress, self._total, self._done = progress, total, 0

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(tap.name for tap in self._taps)

    def widths(self, x: Any) -> list[int]:
        """Units of each layer."""
        one = activations(self._model, x, self._taps, np.arange(1), TRAIN)
        return [values.shape[1] for _, _, each in one for values in each]

    def predict(
        self, x: Any, y: Int64[np.ndarray, "sample"], order: Int64[np.ndarray, "sample"], bins: bool
    ) -> tuple[Int32[np.ndarray, "sample"], int, list[tuple[float, float]]]:
        """Predicted class of each sample, the number of classes and, with ``bins``, the range of
        each layer over the samples that are classified correctly.

        Raises
        ------
        DatasetError
            When a label in ``y`` is none of the model's classes.
        """
        said = np.empty(len(x), np.int32)
        ranges = np.tile((np.inf, -np.inf), (len(self._taps), 1))
        classes = 0
        for at, logits, values in self._run(x, order, TRAIN, hooks=bins):
            rows, classes = order[at], logits.shape[1]
            labels(y[rows], len(rows), classes, "y_train")
            said[rows] = logits.argmax(1)
            right = said[rows] == y[rows]
            for own, each in zip(ranges, values, strict=False):
                if right.any():
                    own[0] = min(own[0], each[right].min())
                    own[1] = max(own[1], each[right].max())
        # Wrongly classified ones are not run again.
        self._total -= int((said != y).sum())
        return said, classes, [(float(low), float(high)) for low, high in ranges]

    def collect(
        self, x: Any, rows: Int64[np.ndarray, "sample"], widths: Sequence[int]
    ) -> list[Float32[np.ndarray, "sample unit"]]:
        """The activations of each layer for these samples, all in memory."""
        kept = [np.empty((len(rows), width), np.float32) for width in widths]
        for at, _, values in self._run(x, rows, TRAIN):
            for store, each in zip(kept, values, strict=True):
                store[at] = each
        return kept

    def find(
        self,
        kept: Sequence[Float32[np.ndarray, "sample unit"]],
        clusters: int,
        bins: Sequence[Bins | None],
        seed: int,
    ) -> list[LayerClusters]:
        """The clusters of each layer among the activations collected."""
        found = []
        for layer, values, own in zip(self.layers, kept, bins, strict=True):
            found.append(find_clusters(layer, values, clusters, own, seed))
            self._progress.step(FINDING, len(found), len(kept))
        return found

    def assign(
        self,
        x: Any,
        rows: Int64[np.ndarray, "sample"],
        found: Sequence[LayerClusters],
        where: str,
    ) -> tuple[Int32[np.ndarray, "sample"], Int32[np.ndarray, "sample layer"]]:
        """Predicted class and cluster numbers of the samples ``rows``, in that order."""
        said = np.empty(len(rows), np.int32)
        numbers = np.empty((len(rows), len(found)), np.int32)
        for at, logits, values in self._run(x, rows, where):
            said[at] = logits.argmax(1)
            for layer, (each, own) in enumerate(zip(values, found, strict=True)):
                numbers[at, layer] = own.numbers(each)
        return said, numbers

    def _run(
        self, x: Any, rows: Int64[np.ndarray, "sample"], where: str, hooks: bool = True
    ) -> Iterator[tuple[slice, np.ndarray, list[np.ndarray]]]:
        """(place in ``rows``, logits, activations of each layer), batch after batch."""
        taps = self._taps if hooks else ()
        start = 0
        for chosen, logits, values in activations(self._model, x, taps, rows, where):
            yield slice(start, start + len(chosen)), logits, values
            start += len(chosen)
            self._done += len(chosen)
            self._progress.step(STAGE, self._done, self._total)


def fit_count(right: int, widths: Sequence[int], clusters: int) -> int:
    """Among how many of ``right`` samples clusters are found."""
    return max(clusters, min(right, MOST_SAMPLES, MOST_NUMBERS // max(1, sum(widths))))
