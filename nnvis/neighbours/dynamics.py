"""What is known of the neighbourhoods of one training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import ConfigError
from nnvis.model.figures import draw
from nnvis.neighbours.moments import Moments, Neighbourhood
from nnvis.neighbours.overlap import shared_neighbours

if TYPE_CHECKING:
    from jaxtyping import Float64, Int32, Int64
    from matplotlib.figure import Figure

    from nnvis.model import Probe


@dataclass(frozen=True)
class NeighbourDynamics:
    """How the neighbourhoods of chosen samples change while a network learns.

    Attributes
    ----------
    epochs
        Numbers of the recorded epochs, rising.
    samples
        Ids of the chosen samples: positions in the probe. Everything below that has an axis
        *chosen* is about these, in this order.
    neighbours
        Ids of the nearest among *all* samples, nearest first, never the sample itself.
    overlap
        Share of its neighbours that a sample keeps from one epoch to the next.
    distance
        Between transitions: ‖o_s − o_t‖₂ / √(chosen samples).
    confidence
        1 − entropy / ln C of the probabilities recorded at each epoch.
    prediction
        The most probable class of every sample.
    label
        The true class of every sample, or ``None``.
    probe
        Pictures of the samples, or ``None``.
    count
        All samples, chosen or not.
    name, layer, k, metric, method
        The run, and the settings; ``probability`` for the layer means the recorded class
        probabilities.
    notes
        A sentence for each thing that is missing or was left out.
    """

    epochs: Int64[np.ndarray, "epoch"]
    samples: Int64[np.ndarray, "chosen"]
    neighbours: Int32[np.ndarray, "epoch chosen k"]
    overlap: Float64[np.ndarray, "transition chosen"]
    distance: Float64[np.ndarray, "transition transition"]
    confidence: Float64[np.ndarray, "epoch chosen"]
    prediction: Int32[np.ndarray, "epoch sample"]
    label: Int32[np.ndarray, "sample"] | None
    probe: Probe | None
    class_names: tuple[str, ...]
    count: int
    name: str
    layer: str
    k: int
    metric: str
    method: str
    notes: tuple[str, ...] = ()

    @property
    def classes(self) -> Int32[np.ndarray, "chosen"]:
        """The true class of each chosen sample; where unknown, its last prediction."""
        known = self.prediction[-1] if self.label is None else self.label
        return known[self.samples]

    @property
    def caption(self) -> str:
        """Run and settings in one line, for below a figure."""
        chosen = f"{len(self.samples):,} of " if len(self.samples) < self.count else ""
        parts = [
            f"layer {self.layer}" if self.layer != "probability" else "class probabilities",
            f"epochs {self.epochs[0]}–{self.epochs[-1]}",
            f"{chosen}{self.count:,} probe samples",
            f"{self.k} neighbours among all",
            self.metric,
        ]
        parts += ["approximate"] if self.method == "approximate" else []
        return f"{self.name}: {', '.join(parts)}" if self.name else ", ".join(parts)

    def moments(self, first: int | None = None, second: int | None = None) -> Moments:
        """Confidence at two epochs, the first and the last unless given, and what is kept.

        Raises
        ------
        ConfigError
            For an epoch that is not among ``epochs``.
        """
        a, b = self._rows(first, second)
        return Moments(
            (int(self.epochs[a]), int(self.epochs[b])),
            self.samples,
            self.confidence[[a, b]],
            shared_neighbours(self.neighbours[a], self.neighbours[b]) / self.k,
            self.prediction[[a, b]][:, self.samples],
        )

    def neighbourhood(
        self, sample: int | None = None, first: int | None = None, second: int | None = None
    ) -> Neighbourhood:
        """The neighbours of one chosen sample at two epochs.

        Without ``sample`` it is the one that keeps the fewest between these epochs; of several,
        the one whose confidence changes most.

        Raises
        ------
        ConfigError
            For an epoch that is not among ``epochs`` or a sample that is not among ``samples``.
        """
        a, b = self._rows(first, second)
        moments = self.moments(first, second)
        if sample is None:
            change = np.abs(np.diff(moments.confidence, axis=0)[0])
            at = int(np.lexsort((self.samples, -change, moments.kept))[0])
        else:
            found = np.flatnonzero(self.samples == sample)
            if not len(found):
                raise ConfigError(
                    f"sample must be one of the {len(self.samples):,} chosen samples, "
                    f"{self.samples.min()} to {self.samples.max()}, got {sample!r}."
                )
            at = int(found[0])
        near = self.neighbours[[a, b], at]
        kept = np.stack([np.isin(near[0], near[1]), np.isin(near[1], near[0])])
        return Neighbourhood(
            int(self.samples[at]), moments.epochs, near, kept, moments.confidence[:, at]
        )

    def of_class(self, class_number: int) -> Float64[np.ndarray, "transition some"]:
        """Overlap of the chosen samples of one class."""
        return self.overlap[:, self.classes == class_number]

    def to_dict(self) -> dict[str, Any]:
        """Everything but neighbours, predictions and pictures, ready for JSON."""
        return {
            "name": self.name,
            "layer": self.layer,
            "k": self.k,
            "metric": self.metric,
            "method": self.method,
            "count": self.count,
            "class_names": list(self.class_names),
            "notes": list(self.notes),
            "epochs": self.epochs.tolist(),
            "samples": self.samples.tolist(),
            "label": None if self.label is None else self.label[self.samples].tolist(),
            "overlap": self.overlap.tolist(),
            "distance": self.distance.tolist(),
            "confidence": self.confidence.tolist(),
        }

    def plot(self, figure: str = "distance", caption: str | None = None, **options: Any) -> Figure:
        """One of the figures ``distance``, ``overlap``, ``confidence`` or ``pictures``.

        ``confidence`` and ``pictures`` take the epochs ``first`` and ``second``, ``pictures``
        also the ``sample``.
        """
        return draw(f"neighbours_{figure}", self, caption=caption, **options)

    def _rows(self, first: int | None, second: int | None) -> tuple[int, int]:
        return self._row(first, 0), self._row(second, len(self.epochs) - 1)

    def _row(self, epoch: int | None, otherwise: int) -> int:
        if epoch is None:
            return otherwise
        found = np.flatnonzero(self.epochs == epoch)
        if not len(found):
            raise ConfigError(
                f"epoch must be one that is recorded and usable ({_some(self.epochs.tolist())}), "
                f"got {epoch!r}."
            )
        return int(found[0])


def _some(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers if len(numbers) <= 6 else [*numbers[:3], "…", numbers[-1]]))
