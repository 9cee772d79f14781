"""Clusters of one layer's activations, and the numbers that samples get by them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, Float32, Float64, Int32

# Starts of KMeans among the first so many samples; the best goes on among all.
_STARTS = 3
_FIRST = 5000


@dataclass(frozen=True)
class Bins:
    """``count`` bins of equal width from ``low`` to ``high``."""

    low: float
    high: float
    count: int

    def numbers(
        self, values: Float[np.ndarray, "sample unit"]
    ) -> Float32[np.ndarray, "sample unit"]:
        """The number of each value's bin, from 0.

        A value on a border belongs to the bin that begins there, the highest to the last bin;
        values outside, as test samples may have, to the nearest bin.
        """
        span = self.high - self.low
        if not span > 0:
            return np.zeros(values.shape, np.float32)
        place = np.floor((values.astype(np.float64) - self.low) / span * self.count)
        return np.clip(place, 0, self.count - 1).astype(np.float32)


@dataclass(frozen=True)
class LayerClusters:
    """The clusters of one layer.

    Attributes
    ----------
    name
        The layer.
    centres
        In the layer's own units, or in bin numbers where activations are put into bins.
    mean
        Of the training samples that the clusters were found with, in the same units.
    bins
        Over the range of the correctly classified training samples; ``None`` for activations
        as they are.
    """

    name: str
    centres: Float32[np.ndarray, "cluster unit"]
    mean: Float32[np.ndarray, "unit"]
    bins: Bins | None = None

    @property
    def count(self) -> int:
        """How many clusters there are: fewer than asked for where fewer are not empty."""
        return len(self.centres)

    def numbers(self, values: Float[np.ndarray, "sample unit"]) -> Int32[np.ndarray, "sample"]:
        """The nearest centre of each sample; of equally near ones the lowest number."""
        given = values if self.bins is None else self.bins.numbers(values)
        mean = self.mean.astype(np.float64)
        centres = self.centres - mean
        # |x - c|² without |x|², which is the same for all; about the mean, so that little is lost.
        score = (centres**2).sum(1) - 2 * ((given - mean) @ centres.T)
        return score.argmin(1).astype(np.int32)

    def chosen(self, order: list[int]) -> LayerClusters:
        """Only these clusters, in this order."""
        return replace(self, centres=self.centres[order])

    def raised(
        self, cluster: int, most: int = 10
    ) -> tuple[Int32[np.ndarray, "rank"], Float32[np.ndarray, "rank"]]:
        """Units that a cluster's centre raises most above the mean, and by how much; most first.

        Only units that it does raise; of equally raised ones the lower number first.
        """
        above = self.centres[cluster] - self.mean
        order = np.argsort(-above, kind="stable")[:most]
        order = order[above[order] > 0]
        return order.astype(np.int32), above[order]


def find_clusters(
    name: str,
    values: Float32[np.ndarray, "sample unit"],
    clusters: int,
    bins: Bins | None,
    seed: int,
) -> LayerClusters:
    """KMeans on these samples, which stand in random order; deterministic.

    It starts three times (k-means++) on the first 5,000; the best goes on with all.

    Source: scikit-learn's KMeans. MiniBatchKMeans is not used: docs/decisions/signatures.md.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    given = values if bins is None else bins.numbers(values)
    mean = given.mean(0, dtype=np.float64)
    # By a power of two, which rounds nothing: squares of huge or tiny values leave float32.
    largest = max(float(np.abs(given).max()), np.finfo(np.float32).tiny)
    exponent = int(np.frexp(largest)[1])
    scaled = np.ldexp(given, -exponent)
    # One thread: several add up in the order in which they end, which changes the last digits.
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        kmeans: Any = KMeans
        few = scaled[: max(_FIRST, clusters)]
        found = kmeans(clusters, n_init=_STARTS, random_state=seed).fit(few)
        if len(few) < len(scaled):
            centres = found.cluster_centers_
            found = kmeans(clusters, init=centres, n_init=1, random_state=seed).fit(scaled)
    centres = np.ldexp(found.cluster_centers_.astype(np.float32), exponent)
    return LayerClusters(name, centres, mean.astype(np.float32), bins)


def stable_order(
    clusters: LayerClusters, counts: Float64[np.ndarray, "class cluster"]
) -> list[int]:
    """Clusters that hold training samples: by the class most of them have, then larger first.

    So numbers follow the classes and do not depend on KMeans' own; equal ones go by their
    centres.
    """
    size = counts.sum(0)
    dominant = counts.argmax(0)
    return sorted(
        np.flatnonzero(size).tolist(),
        key=lambda k: (dominant[k], -size[k], clusters.centres[k].tolist()),
    )
