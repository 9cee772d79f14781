"""Stretches of a training that have a name: settled, oscillating, forgetting.

docs/decisions/fingerprint.md says why these definitions and these limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.fingerprint.history import History

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64

    from nnvis.fingerprint.transitions import SparseTransitions

SETTLED = 0.01
UNDONE = 0.5
DROP = 0.05
LEAST = 3


@dataclass(frozen=True)
class Phase:
    """A stretch of epochs and what justifies its name.

    Attributes
    ----------
    kind
        ``settled``: at each transition at most 1 % of the samples change class.
        ``oscillating``: more than that, and at least half of those that change return to the
        class that they left at the transition before.
        ``forgetting``: accuracy lies at least 0.05 below the best before.
        The first two last at least three transitions.
    first, last
        Epochs, both inside.
    numbers
        What was measured, by name.
    reason
        The same as a sentence.
    """

    kind: str
    first: int
    last: int
    numbers: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "kind": self.kind,
            "first": self.first,
            "last": self.last,
            "numbers": dict(self.numbers),
            "reason": self.reason,
        }


def changed_share(predictions: np.ndarray) -> Float64[np.ndarray, "transition"]:
    """Share of the samples that change class at each transition."""
    samples = max(predictions.shape[1], 1)
    return np.array([np.count_nonzero(a != b) / samples for a, b in pairwise(predictions)])


def undone_share(predictions: np.ndarray) -> Float64[np.ndarray, "transition"]:
    """Of the samples that change at a transition, the share that return to the class that they
    left at the one before; 0 at the first transition and where none changes."""
    shares = np.zeros(len(predictions) - 1)
    for t in range(1, len(shares)):
        before, here, after = predictions[t - 1 : t + 2]
        moved = after != here
        count = np.count_nonzero(moved)
        back = np.count_nonzero(moved & (after == before))
        shares[t] = back / count if count else 0.0
    return shares


def find_phases(history: History, deltas: np.ndarray | SparseTransitions) -> tuple[Phase, ...]:
    """All phases of a training by their first epoch; they may overlap.

    Parameters
    ----------
    deltas
        The transitions of ``history``; the strongest flow of each forgetting is read there.
    """
    changed = changed_share(history.predictions)
    undone = undone_share(history.predictions)
    found = [_settled(history, changed, *run) for run in runs(changed <= SETTLED, LEAST)]
    swinging = (changed > SETTLED) & (undone >= UNDONE)
    found += [_oscillating(history, changed, undone, *run) for run in runs(swinging, LEAST)]
    return tuple(sorted([*found, *_forgetting(history, deltas)], key=lambda one: one.first))


def runs(holds: Bool[np.ndarray, "moment"], least: int) -> list[tuple[int, int]]:
    """(first, last) of each stretch of at least ``least`` moments at which ``holds``."""
    padded = np.concatenate([[False], holds, [False]]).astype(np.int8)
    change = np.diff(padded)
    pairs = zip(np.flatnonzero(change == 1), np.flatnonzero(change == -1), strict=True)
    return [(int(a), int(b) - 1) for a, b in pairs if b - a >= least]


def _settled(history: History, changed: np.ndarray, first: int, last: int) -> Phase:
    most = float(changed[first : last + 1].max())
    return Phase(
        "settled",
        int(history.epochs[first]),
        int(history.epochs[last + 1]),
        {"transitions": last - first + 1, "most_changed": most},
        f"at most {most:.1%} of the samples change class at each of {last - first + 1} "
        f"transitions (limit {SETTLED:.0%})",
    )


def _oscillating(
    history: History, changed: np.ndarray, undone: np.ndarray, first: int, last: int
) -> Phase:
    least = float(undone[first : last + 1].min())
    mean = float(changed[first : last + 1].mean())
    return Phase(
        "oscillating",
        int(history.epochs[first - 1]),
        int(history.epochs[last + 1]),
        {"transitions": last - first + 1, "least_undone": least, "mean_changed": mean},
        f"{mean:.1%} of the samples change class at each transition, and at least {least:.0%} "
        f"of those go back to where they came from (limit {UNDONE:.0%})",
    )


def _forgetting(history: History, deltas: np.ndarray | SparseTransitions) -> list[Phase]:
    if history.accuracy is None:
        return []
    name, accuracy = history.accuracy
    known = np.where(np.isfinite(accuracy), accuracy, -np.inf)
    best = np.maximum.accumulate(known)
    fallen = np.isfinite(accuracy) & np.isfinite(best)
    fallen[fallen] = best[fallen] - accuracy[fallen] >= DROP
    found = []
    for first, last in runs(fallen, 1):
        top = int(np.flatnonzero(known[:first] == best[first])[-1])
        low = first + int(np.argmin(accuracy[first : last + 1]))
        source, target, count = strongest_flow(deltas, first - 1)
        names = history.class_names
        found.append(
            Phase(
                "forgetting",
                int(history.epochs[first]),
                int(history.epochs[last]),
                {
                    "best": float(accuracy[top]),
                    "best_epoch": int(history.epochs[top]),
                    "lowest": float(accuracy[low]),
                    "lowest_epoch": int(history.epochs[low]),
                    "flow_from": source,
                    "flow_to": target,
                    "flow_samples": count,
                },
                f"{name} falls from {accuracy[top]:.3f} at epoch {history.epochs[top]} to "
                f"{accuracy[low]:.3f} at epoch {history.epochs[low]}; most samples went from "
                f"{names[source]} to {names[target]} ({count})",
            )
        )
    return found


def strongest_flow(deltas: np.ndarray | SparseTransitions, t: int) -> tuple[int, int, int]:
    """(class before, class after, samples) of the largest change at transition ``t``."""
    matrix = (deltas[t] if isinstance(deltas, np.ndarray) else deltas.dense(t)).copy()
    np.fill_diagonal(matrix, 0)
    source, target = np.unravel_index(int(matrix.argmax()), matrix.shape)
    return int(source), int(target), int(matrix[source, target])
