"""The signatures of training and test samples, and all that is told of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nnvis.errors import ConfigError
from nnvis.model.figures import draw
from nnvis.signature.clustering import LayerClusters
from nnvis.signature.paths import Paths
from nnvis.signature.sankey import Sankey, sankey_of
from nnvis.signature.table import Group, rows_of, table_of

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float32, Int32
    from matplotlib.figure import Figure

SETS = ("test", "train")


@dataclass(frozen=True)
class Signatures:
    """Which cluster of each layer every sample falls into.

    Attributes
    ----------
    layers
        The clusters of each layer. They are numbered by the class that most of their training
        samples have, then larger ones first.
    train
        Paths of the correctly classified training samples.
    test
        Paths of all test samples.
    clusters, bins, seed
        As asked for; a layer has fewer clusters where fewer are not empty.
    notes
        A sentence for each thing that a reader should know.
    name
        Of the run.
    """

    layers: tuple[LayerClusters, ...]
    train: Paths
    test: Paths
    clusters: int
    bins: int | None
    seed: int
    notes: tuple[str, ...]
    name: str = ""

    def paths(self, samples: str = "test") -> Paths:
        """Those of the ``test`` samples, or of the ``train`` samples."""
        if samples not in SETS:
            raise ConfigError(f"samples must be {' or '.join(SETS)}, got {samples!r}.")
        return self.test if samples == "test" else self.train

    def table(
        self,
        group: str | None = None,
        sort: str = "occurrences",
        reverse: bool = False,
        samples: str = "test",
    ) -> tuple[Group, ...]:
        """Every path that occurs and how often; see :func:`~nnvis.signature.table_of`."""
        return table_of(self.paths(samples), group, sort, reverse)

    def sankey(self, path: str | None = None, gather: float = 0.0, samples: str = "test") -> Sankey:
        """The same as nodes and links; see :func:`~nnvis.signature.sankey_of`."""
        return sankey_of(self.paths(samples), path, gather)

    def raised_units(
        self, layer: int, cluster: int, most: int = 10
    ) -> tuple[Int32[np.ndarray, "rank"], Float32[np.ndarray, "rank"]]:
        """Units of a layer that a cluster's centre raises most above the mean, and by how much."""
        return self.layers[layer].raised(cluster, most)

    @property
    def caption(self) -> str:
        """Run and settings in one line, for below a figure."""
        parts = [
            f"{self.clusters} clusters a layer",
            "activations as they are" if self.bins is None else f"{self.bins} bins",
            f"of {len(self.train):,} correctly classified training samples",
            f"{len(self.test):,} test samples",
        ]
        return f"{self.name}: {', '.join(parts)}" if self.name else ", ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Counts, tables, diagrams and the test samples' signatures as plain lists and numbers."""
        return {
            "name": self.name,
            "settings": {"clusters": self.clusters, "bins": self.bins, "seed": self.seed},
            "class_names": list(self.test.class_names),
            "layers": [self._layer(at) for at in range(len(self.layers))],
            "notes": list(self.notes),
            **{which: self._set(which) for which in SETS},
            "signature": self.test.signature.tolist(),
            "predicted": self.test.predicted.tolist(),
        }

    def plot(self, figure: str = "sankey", caption: str | None = None, **options: Any) -> Figure:
        """A figure: ``sankey`` (input class, clusters, predicted class) or ``clusters`` (how many
        samples of each class each cluster holds).

        ``samples`` chooses ``test`` or ``train``; a ``sankey`` also takes ``path``, which is
        lit, ``gather`` and ``classes``, names of the input classes to show.
        """
        figures = {"sankey": "signatures", "clusters": "signature_clusters"}
        if figure not in figures:
            raise ConfigError(f"figure must be {' or '.join(figures)}, got {figure!r}.")
        return draw(figures[figure], self, caption=caption, **options)

    def _layer(self, at: int) -> dict[str, Any]:
        own = self.layers[at]
        raised = [self.raised_units(at, cluster) for cluster in range(own.count)]
        return {
            "name": own.name,
            "units": own.centres.shape[1],
            "clusters": own.count,
            "bins": None if own.bins is None else asdict(own.bins),
            "raised_units": [units.tolist() for units, _ in raised],
        }

    def _set(self, which: str) -> dict[str, Any]:
        paths = self.paths(which)
        return {
            "samples": len(paths),
            "input_classes": [
                {"label": label, "name": name}
                for label, name in zip(paths.entry_labels, paths.entry_names, strict=True)
            ],
            "counts": [paths.counts(layer).tolist() for layer in range(len(self.layers))],
            "table": [asdict(row) for row in rows_of(paths)],
            "sankey": self.sankey(samples=which).to_dict(),
        }
