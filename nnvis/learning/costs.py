"""What recording costs, measured while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class RecordingReport:
    """Costs of all records of a run so far, those of earlier sessions included.

    Attributes
    ----------
    records
        How many were written, replaced ones counted again.
    seconds
        Spent in recording, all told.
    forward_seconds
        Of these, for the model's forward pass over the probe.
    importance_seconds
        Of these, for scoring units.
    bytes
        Written to the disk.
    left_out
        What a disk budget removed, see ``docs/file_format.md``.
    left_out_words
        The same as a sentence, empty when nothing was.
    """

    records: int = 0
    seconds: float = 0.0
    forward_seconds: float = 0.0
    importance_seconds: float = 0.0
    bytes: int = 0
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    left_out_words: str = ""

    @property
    def seconds_a_record(self) -> float:
        """Mean seconds of one record; 0 before the first."""
        return self.seconds / self.records if self.records else 0.0

    @property
    def bytes_a_record(self) -> float:
        """Mean bytes of one record; 0 before the first."""
        return self.bytes / self.records if self.records else 0.0

    def plus(
        self, seconds: float, forward_seconds: float, importance_seconds: float, size: int
    ) -> RecordingReport:
        """With one more record."""
        return replace(
            self,
            records=self.records + 1,
            seconds=self.seconds + seconds,
            forward_seconds=self.forward_seconds + forward_seconds,
            importance_seconds=self.importance_seconds + importance_seconds,
            bytes=self.bytes + size,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, ready for JSON."""
        return asdict(self)

    def cost(self) -> dict[str, float]:
        """The measured numbers alone, as ``run.json`` keeps them."""
        names = ("records", "seconds", "forward_seconds", "importance_seconds", "bytes")
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        text = (
            f"{self.records} records, {1e3 * self.seconds_a_record:.1f} ms and "
            f"{self.bytes_a_record / 1e3:.1f} kB each; the forward pass took "
            f"{_share(self.forward_seconds, self.seconds)} of the time"
        )
        if self.importance_seconds:
            text += f", importance {_share(self.importance_seconds, self.seconds)}"
        return f"{text}. {self.left_out_words}".strip()


def report_from(stored: Any) -> RecordingReport:
    """The costs that ``run.json`` holds under ``recording.cost``; zeros for anything else."""
    values = stored if isinstance(stored, Mapping) else {}

    def number(name: str) -> float:
        value = values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return 0.0
        return max(value, 0.0)

    return RecordingReport(
        int(number("records")),
        number("seconds"),
        number("forward_seconds"),
        number("importance_seconds"),
        int(number("bytes")),
    )


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "none"
