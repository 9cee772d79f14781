"""The runs of a study side by side: one row each."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import NnvisError
from nnvis.fingerprint import fingerprint_run, recurrence_threshold
from nnvis.store import Run
from nnvis.store.atomic import write_atomically
from nnvis.store.plain import to_json
from nnvis.sweep.one import Job

if TYPE_CHECKING:
    from jaxtyping import Float64

SETTINGS = ("learning_rate", "momentum", "weight_decay")
NUMBERS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")
_ALIKE = 0.2


@dataclass(frozen=True)
class Comparison:
    """What a study found.

    Attributes
    ----------
    rows
        For each run its ``name``, ``state``, the varied settings, its last losses and
        accuracies, ``best_accuracy``, ``records``, and of its fingerprint: ``changed`` (mean
        share of samples that change class from record to record), ``distance`` (median of the
        distance of two transitions), ``determinism`` and ``laminarity`` of the most alike fifth
        of all pairs of transitions, ``phases`` in words, and ``note``. ``None`` where there is
        nothing to say.
    """

    rows: tuple[dict[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"runs": [dict(row) for row in self.rows]}


def compare(jobs: Sequence[Job]) -> Comparison:
    """Read the runs of ``jobs``; one that is not there or cannot be read has a note."""
    varied = [
        key
        for key in jobs[0].training
        if key in SETTINGS or len({repr(job.training[key]) for job in jobs}) > 1
    ]
    return Comparison(tuple(_row(job, varied) for job in jobs))


def write_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Write ``comparison.csv`` and ``comparison.json`` into ``folder``."""
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in comparison.rows for name in row))
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(comparison.rows)
    table, whole = folder / "comparison.csv", folder / "comparison.json"
    write_atomically(table, [text.getvalue().encode("utf-8")])
    content = to_json(comparison.to_dict(), "the comparison", indent=2) + "\n"
    write_atomically(whole, [content.encode("utf-8")])
    return [table, whole]


def _row(job: Job, varied: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"name": job.name, "state": "new"}
    row |= {key: job.training[key] for key in varied}
    row |= dict.fromkeys((*NUMBERS, "best_accuracy", "records", "seconds"))
    row |= dict.fromkeys(("changed", "distance", "determinism", "laminarity", "phases", "note"))
    try:
        run = Run.open(job.place)
        said = run.description.get("sweep") or {}
        row |= {"state": said.get("state", "begun"), "records": len(run.epochs())}
        row |= {"seconds": said.get("seconds"), "note": said.get("why")}
        row |= {name: (said.get("last") or {}).get(name) for name in NUMBERS}
        row |= _of_fingerprint(run)
    except NnvisError as error:
        row["note"] = row["note"] or str(error)
    return row


def _of_fingerprint(run: Run) -> dict[str, Any]:
    found = fingerprint_run(run)
    accuracy = found.history.accuracy
    best = None if accuracy is None else float(max(accuracy[1][accuracy[1] == accuracy[1]]))
    words = [f"{phase.kind} {phase.first}–{phase.last}" for phase in found.phases]
    return {
        "best_accuracy": best,
        "changed": float(found.changed.mean()),
        **_recurring(found.distance),
        "phases": ", ".join(words),
    }


def _recurring(distance: Float64[np.ndarray, "s t"]) -> dict[str, float | None]:
    """The same share of pairs recurs in every run, for with one distance for all, runs
    would differ by how many pairs lie below it and hardly by the patterns that they make. The
    main diagonal, each transition beside itself, is left out: it is one long line in every run.
    """
    pairs = distance[np.triu_indices(len(distance), 1)]
    if not len(pairs):
        return {}
    alike = recurrence_threshold(distance, float(np.quantile(pairs, _ALIKE)), theiler=1)
    return {
        "distance": float(np.median(pairs)),
        "determinism": alike.determinism,
        "laminarity": alike.laminarity,
    }
