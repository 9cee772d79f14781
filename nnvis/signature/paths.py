"""The ways of samples through a network: input class, cluster in each layer, predicted class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnvis.errors import UsageError

if TYPE_CHECKING:
    from jaxtyping import Bool, Int32, Int64

ANY = "*"


@dataclass(frozen=True)
class Paths:
    """One path a sample.

    Attributes
    ----------
    sample
        Their numbers in the data given.
    entry
        Input class: index into ``entry_names``.
    signature
        Cluster number in each layer.
    predicted
        What the network says: index into ``class_names``.
    entry_labels, entry_names
        Label and name of each input class. Test classes may be others than the network's.
    class_names
        Of the network's classes.
    layers, clusters
        Name of each layer, and how many clusters it has.
    """

    sample: Int64[np.ndarray, "sample"]
    entry: Int32[np.ndarray, "sample"]
    signature: Int32[np.ndarray, "sample layer"]
    predicted: Int32[np.ndarray, "sample"]
    entry_labels: tuple[int, ...]
    entry_names: tuple[str, ...]
    class_names: tuple[str, ...]
    layers: tuple[str, ...]
    clusters: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.sample)

    @property
    def steps(self) -> Int32[np.ndarray, "sample step"]:
        """Input class, clusters and predicted class side by side."""
        return np.column_stack((self.entry, self.signature, self.predicted))

    def counts(self, layer: int) -> Int64[np.ndarray, "class cluster"]:
        """How many samples of each input class are in each cluster of a layer."""
        shape = (len(self.entry_names), self.clusters[layer])
        flat = self.entry.astype(np.int64) * shape[1] + self.signature[:, layer]
        return np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape)

    def of_classes(self, chosen: tuple[str, ...] | None) -> Paths:
        """Only the samples whose input class is among these names; all for ``None``.

        Raises
        ------
        UsageError
            For a name that no class has: it lists those that there are.
        """
        if not chosen:
            return self
        for name in chosen:
            if name not in self.entry_names:
                raise UsageError(
                    f"There is no input class {name!r}; there are {', '.join(self.entry_names)}."
                )
        kept = np.isin(self.entry, [self.entry_names.index(name) for name in chosen])
        return self._only(kept)

    def on(self, path: str) -> Bool[np.ndarray, "sample"]:
        """Which samples go along ``path``; see :meth:`numbers_of`."""
        kept = np.ones(len(self), bool)
        for column, number in enumerate(self.numbers_of(path)):
            if number is not None:
                kept &= self.steps[:, column] == number
        return kept

    def samples_on(self, path: str) -> Int64[np.ndarray, "sample"]:
        """The samples that go along ``path``, by their numbers in the data, rising."""
        return np.sort(self.sample[self.on(path)])

    def numbers_of(self, path: str) -> tuple[int | None, ...]:
        """A path such as ``3>2>5>3`` as numbers: input class, clusters, predicted class.

        Classes are named, clusters numbered; ``*`` stands for any and gives ``None``. Names may
        hold ``>`` themselves.

        Raises
        ------
        UsageError
            For a path of another length, or a class or cluster that does not exist.
        """
        words = self._words_of(path)
        if len(words) != len(self.layers) + 2:
            example = ">".join((self.entry_names[0], *"0" * len(self.layers), self.class_names[0]))
            raise UsageError(
                f"The path {path!r} has {len(words)} steps, expected {len(self.layers) + 2}: input "
                f"class, cluster in {', '.join(self.layers)}, predicted class, such as {example}."
            )
        first = _class_number(words[0], self.entry_names, "input class")
        last = _class_number(words[-1], self.class_names, "predicted class")
        clusters = [
            _cluster_number(word, layer, count)
            for word, layer, count in zip(words[1:-1], self.layers, self.clusters, strict=True)
        ]
        return (first, *clusters, last)

    def _words_of(self, path: str) -> list[str]:
        """The steps of a path, without the spaces around them."""
        parts = path.split(">")
        words = [part.strip() for part in parts]
        extra = len(parts) - len(self.layers) - 2
        # A class such as >50K has become several parts; these belong to the first or the last.
        for first in range(1, extra + 2):
            end = len(parts) - extra + first - 2
            entry, last = ">".join(parts[:first]).strip(), ">".join(parts[end:]).strip()
            if entry in (*self.entry_names, ANY) and last in (*self.class_names, ANY):
                return [entry, *words[first:end], last]
        return words

    def _only(self, kept: Bool[np.ndarray, "sample"]) -> Paths:
        return Paths(
            self.sample[kept],
            self.entry[kept],
            self.signature[kept],
            self.predicted[kept],
            self.entry_labels,
            self.entry_names,
            self.class_names,
            self.layers,
            self.clusters,
        )


def _class_number(word: str, names: tuple[str, ...], what: str) -> int | None:
    if word == ANY:
        return None
    if word not in names:
        raise UsageError(f"There is no {what} {word!r}; there are {', '.join(names)}.")
    return names.index(word)


def _cluster_number(word: str, layer: str, count: int) -> int | None:
    if word == ANY:
        return None
    if not word.isdecimal() or int(word) >= count:
        raise UsageError(
            f"Layer {layer} has no cluster {word!r}; it has 0 to {count - 1}, and {ANY} is any."
        )
    return int(word)
