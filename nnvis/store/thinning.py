"""Keep a run's epochs within a disk budget: leave out what can be spared, and say what.

In this order, each only as far as needed: weights, class maps, representations, unit importance,
then whole epochs. Every second one goes, so what stays is evenly spaced; the first and the newest
epoch always stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nnvis.model import EpochRecord
from nnvis.store.epoch import parts_of
from nnvis.store.run import Run

OPTIONAL = ("weight", "class_map", "representation", "unit_importance")
EPOCH = "epoch"
_WORDS = {
    "weight": "weights",
    "class_map": "class maps",
    "representation": "representations",
    "unit_importance": "unit importance",
}


class DiskBudget:
    """Watches the size of ``run``'s epochs and thins them out when it exceeds ``limit``.

    Parameters
    ----------
    limit
        Bytes that all files of ``epochs/`` may take together.
    left_out
        What an earlier session left out, as this class gave it to ``announce``.
    announce
        Called before anything is removed with all that is left out so far: for each part
        ``{"records": how many lost it, "gap": …}``. The gap is the least distance of epoch
        numbers at which the part is kept, 0 when only the newest epoch keeps it, −1 when none.
    """

    def __init__(
        self,
        run: Run,
        limit: int,
        left_out: Mapping[str, Any] | None,
        announce: Callable[[dict[str, Any]], None],
    ) -> None:
        self._run = run
        self.limit = limit
        self._announce = announce
        self.left_out: dict[str, dict[str, int]] = {
            part: {"records": int(entry["records"]), "gap": int(entry["gap"])}
            for part, entry in (left_out or {}).items()
        }
        self._sizes = {epoch: run.epoch_bytes(epoch) for epoch in run.epochs()}
        self._holders: dict[str, list[int]] = {part: [] for part in OPTIONAL}
        for epoch in sorted(self._sizes):
            self._hold(epoch, parts_of(run.epoch_path(epoch)))

    def keeps(self, part: str) -> bool:
        """Whether ``part`` is worth computing: ``False`` once no epoch may keep it."""
        return self.left_out.get(part, {}).get("gap", 1) >= 0

    @property
    def bytes(self) -> int:
        """What the epochs take now."""
        return sum(self._sizes.values())

    def added(self, record: EpochRecord) -> None:
        """Account for a record just saved, and thin out as far as needed."""
        for holders in self._holders.values():
            if record.epoch in holders:
                holders.remove(record.epoch)  # it was replaced
        parts = {part for part in OPTIONAL if _has(record, part)}
        self._hold(record.epoch, parts)
        self._sizes[record.epoch] = self._run.epoch_bytes(record.epoch)
        self._keep_spacing()
        while self.bytes > self.limit and self._thin():
            pass

    def _hold(self, epoch: int, parts: set[str]) -> None:
        for part in parts & set(OPTIONAL):
            self._holders[part] = sorted({*self._holders[part], epoch})

    def _keep_spacing(self) -> None:
        """What was the newest before keeps only what the earlier ones keep."""
        for part, entry in list(self.left_out.items()):
            held = self._held(part)
            if len(held) < 2:
                continue
            earlier = held[:-1]
            alone = len(earlier) < 2
            near = not alone and earlier[-1] - earlier[-2] < entry["gap"]
            newest_only = entry["gap"] <= 0 and part != EPOCH
            if newest_only or near:
                self._leave_out(part, [earlier[-1]], entry["gap"])

    def _thin(self) -> bool:
        """One round; ``False`` when nothing more can go."""
        for part in OPTIONAL:
            held = self._held(part)
            if len(held) > 2:
                victims = held[1:-1:2]
                kept = [epoch for epoch in held if epoch not in victims]
                self._leave_out(part, victims, kept[1] - kept[0])
                return True
            if len(held) == 2:
                self._leave_out(part, held[:1], 0)
                return True
            # The newest one's parts must not cost more epochs than they are worth.
            if held and self._sizes[held[0]] > self.limit // 2:
                self._leave_out(part, held, -1)
                return True
        epochs = sorted(self._sizes)
        if len(epochs) <= 2:
            return False
        victims = epochs[1:-1:2]
        kept = [epoch for epoch in epochs if epoch not in victims]
        self._leave_out(EPOCH, victims, kept[1] - kept[0])
        return True

    def _held(self, part: str) -> list[int]:
        return sorted(self._sizes) if part == EPOCH else self._holders[part]

    def _leave_out(self, part: str, epochs: list[int], gap: int) -> None:
        before = self.left_out.get(part, {"records": 0})["records"]
        # Told first: a process killed in the middle must not have removed anything in silence.
        self.left_out[part] = {"records": before + len(epochs), "gap": gap}
        self._announce({name: dict(entry) for name, entry in self.left_out.items()})
        for epoch in epochs:
            if part == EPOCH:
                self._run.remove_epoch(epoch)
                del self._sizes[epoch]
                for holders in self._holders.values():
                    if epoch in holders:
                        holders.remove(epoch)
            else:
                self._run.save_epoch(_without(self._run.load_epoch(epoch), part))
                self._sizes[epoch] = self._run.epoch_bytes(epoch)
                self._holders[part].remove(epoch)


def left_out_words(left_out: Mapping[str, Mapping[str, int]], limit: int) -> str:
    """One sentence for the user; empty when nothing was left out."""
    if not left_out:
        return ""
    parts = [
        f"{entry['records']} whole records"
        if part == EPOCH
        else f"the {_WORDS.get(part, part)} of {entry['records']} records"
        for part, entry in left_out.items()
    ]
    listed = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
    return f"To stay within {limit / 2**20:g} MB, {listed} were left out."


def _has(record: EpochRecord, part: str) -> bool:
    value = getattr(record, part)
    return value is not None and len(value) > 0


def _without(record: EpochRecord, part: str) -> EpochRecord:
    if part == "weight":
        return replace(record, weight={})
    if part == "class_map":
        return replace(record, class_map={})
    if part == "representation":
        return replace(record, representation={})
    return replace(record, unit_importance=None)
