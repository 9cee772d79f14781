"""Networks before and after each change, so that every change can be undone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnvis.model import Network

# Undo holds whole networks: their arrays are shared where a change left them alone.
MOST_BYTES = 1 << 30
MOST_STEPS = 50


@dataclass(frozen=True)
class History:
    """What undo and redo lead to, each with the name of the change.

    Attributes
    ----------
    past, future
        (name of the change, network), the next to be reached last.
    """

    past: tuple[tuple[str, Network], ...] = ()
    future: tuple[tuple[str, Network], ...] = ()

    @property
    def undo_name(self) -> str | None:
        return self.past[-1][0] if self.past else None

    @property
    def redo_name(self) -> str | None:
        return self.future[-1][0] if self.future else None

    def changed(self, name: str, before: Network) -> History:
        """A change was made to ``before``; what had been undone is forgotten."""
        return replace(self, past=_bounded((*self.past, (name, before))), future=())

    def undone(self, now: Network) -> tuple[Network, History]:
        """The network before the last change; only when there is an ``undo_name``."""
        name, network = self.past[-1]
        return network, History(self.past[:-1], (*self.future, (name, now)))

    def redone(self, now: Network) -> tuple[Network, History]:
        """The network after the change undone last; only when there is a ``redo_name``."""
        name, network = self.future[-1]
        return network, History((*self.past, (name, now)), self.future[:-1])


def _bounded(past: tuple[tuple[str, Network], ...]) -> tuple[tuple[str, Network], ...]:
    """The newest steps that fit; at least the last one."""
    seen: set[int] = set()
    total, kept = 0, 0
    for _, network in reversed(past):
        for array in (
            network.point_position,
            network.point_offset,
            network.unit_position,
            network.edge_source,
            network.edge_importance,
        ):
            if id(array) not in seen:
                seen.add(id(array))
                total += array.nbytes
        if kept and (total > MOST_BYTES or kept >= MOST_STEPS):
            break
        kept += 1
    return past[-kept:]
