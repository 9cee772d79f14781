"""What a run says about its own recording, so that a later session can go on with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from nnvis.errors import DatasetError, StoreError
from nnvis.learning.costs import RecordingReport, report_from
from nnvis.model import EpochRecord, Probe
from nnvis.store import Run
from nnvis.store.epoch import probe_size
from nnvis.store.thinning import DiskBudget, left_out_words

BY_EPOCH = "epoch"
BY_RECORD = "record"
# run.json is written again once this many times the seconds of its last writing have passed,
# so that keeping it up to date takes at most a hundredth of the time.
_PATIENCE = 100.0


class Ledger:
    """The entry ``recording`` of ``run.json``, the probe's file, and the disk budget.

    Nothing is written before the first record.

    Raises
    ------
    DatasetError
        When the run's epochs are about other samples.
    StoreError
        When the run cannot be read, or the budget cannot hold four records.
    """

    def __init__(
        self,
        run: Run,
        probe: Probe,
        layers: Sequence[str],
        parts: Sequence[str],
        budget_mb: float | None,
    ) -> None:
        self._run = run
        self._probe = probe
        run.remove_leftovers()
        stored = run.description.get("recording")
        entry: Mapping[str, Any] = stored if isinstance(stored, Mapping) else {}
        epochs = run.epochs()
        _require_same_samples(run, probe, epochs)
        self.numbering: str | None = entry.get("numbering") or (BY_EPOCH if epochs else None)
        self._layers, self._parts = list(layers), list(parts)
        self._budget_mb = budget_mb
        limit = _limit(budget_mb, probe.count, len(run.class_names))
        left_out = entry.get("left_out")
        left_out = left_out if isinstance(left_out, Mapping) else {}
        self._budget = DiskBudget(run, limit, left_out, self._announce) if limit else None
        words = entry.get("left_out_words")
        self.report: RecordingReport = replace(
            report_from(entry.get("cost")),
            left_out=left_out,
            left_out_words=words if isinstance(words, str) else "",
        )
        self._begun = False
        self._is_current = False
        self._written_at = 0.0
        self._wait = 0.0

    def keeps(self, part: str) -> bool:
        """Whether the budget still leaves room for ``part``, such as ``weight``."""
        return self._budget is None or self._budget.keeps(part)

    def begin(self, numbering: str) -> None:
        """Before the first record of this session: keep the probe and say what is recorded."""
        if self._begun:
            return
        if self._run.load_probe() is None or not self._run.epochs():
            self._run.save_probe(self._probe)
        self.numbering = numbering
        self._write()
        self._begun = True

    def add(self, record: EpochRecord, begin: float, forward: float, scoring: float) -> None:
        """Save ``record`` and account for it; ``begin`` is when work on it began."""
        self._run.save_epoch(record)
        size = self._run.epoch_bytes(record.epoch)
        if self._budget is not None:
            self._budget.added(record)
        now = perf_counter()
        self.report = self.report.plus(now - begin, forward, scoring, size)
        self._is_current = False
        if now - self._written_at > self._wait:
            self._write()

    def remove(self, epochs: Sequence[int]) -> None:
        """Take records out of the run."""
        for epoch in epochs:
            self._run.remove_epoch(epoch)
        if self._budget is not None and epochs:
            self._budget = DiskBudget(
                self._run, self._budget.limit, self._budget.left_out, self._announce
            )

    def close(self) -> None:
        """Bring the costs in ``run.json`` up to date."""
        if self._begun and not self._is_current:
            self._write()

    def _announce(self, left_out: dict[str, Any]) -> None:
        assert self._budget is not None
        words = left_out_words(left_out, self._budget.limit)
        self.report = replace(self.report, left_out=left_out, left_out_words=words)
        self._write()

    def _write(self) -> None:
        begin = perf_counter()
        self._run.update(
            recording={
                "numbering": self.numbering,
                "samples": self._probe.count,
                "layers": self._layers,
                "parts": self._parts,
                "cost": self.report.cost(),
                "budget_mb": self._budget_mb,
                "left_out": self.report.left_out,
                "left_out_words": self.report.left_out_words,
            }
        )
        self._is_current = True
        self._written_at = perf_counter()
        self._wait = _PATIENCE * (self._written_at - begin)


def _require_same_samples(run: Run, probe: Probe, epochs: Sequence[int]) -> None:
    if not epochs:
        return
    known = run.load_probe()
    samples, _ = probe_size(run.epoch_path(epochs[-1]))
    if known is not None and known.count != samples:
        samples = known.count
    if samples != probe.count:
        raise DatasetError(
            f"The epochs of {run.path} are about {samples:,} probe samples, but this probe has "
            f"{probe.count:,}; give the same samples, or record into another run."
        )
    if known is not None and known.digest and known.digest != probe.digest:
        raise DatasetError(
            f"The epochs of {run.path} are about {samples:,} other probe samples than these "
            f"{probe.count:,}; give the same ones in the same order, or record into another run."
        )


def _limit(budget_mb: float | None, samples: int, classes: int) -> int:
    if budget_mb is None:
        return 0
    number = isinstance(budget_mb, int | float) and not isinstance(budget_mb, bool)
    # A record without anything optional, and room for its header.
    least = 4 * (samples * (4 + 2 * classes) + 1024)
    if not number or not budget_mb * 2**20 >= least:
        raise StoreError(
            f"budget_mb must be a number of at least {least / 2**20:.2g}, which four records of "
            f"{samples:,} probe samples take, got {budget_mb!r}; raise it or use fewer samples."
        )
    return int(min(budget_mb * 2**20, 2**62))
