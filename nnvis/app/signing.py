"""Activation signatures for their panel, and what a path through clusters selects and lights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.model import Network
from nnvis.progress import Progress

if TYPE_CHECKING:
    from nnvis.app.state import ViewState
    from nnvis.render.plots.signature_layout import Placed, Ribbon
    from nnvis.signature import Paths, Row, Sankey, Signatures

KEY = "signatures"
# Clusters with a smaller share of the samples are drawn as one, and flows with a smaller one grey.
GATHER, THIN = 0.01, 0.001
# Of a cluster those units are lit that it raises at least so much of the most, and so many.
_SHARE, _MOST_UNITS = 0.5, 12


@dataclass(frozen=True, eq=False)
class Signed:
    """What the panel shows.

    Attributes
    ----------
    is_of_probe
        Whether the test samples are the probe's, one for one.
    """

    found: Signatures
    is_of_probe: bool


@dataclass(frozen=True)
class Placement:
    """A Sankey diagram with its nodes and ribbons placed, in the unit of the height given."""

    sankey: Sankey
    columns: tuple[tuple[Placed, ...], ...]
    ribbons: tuple[Ribbon, ...]


def find(run: Path, settings: Mapping[str, Any], state: ViewState, progress: Progress) -> Signed:
    """Signatures of the run's data; ``settings`` may hold ``clusters`` and ``bins``."""
    from nnvis.reopening import model_of, samples_of
    from nnvis.signature import signatures
    from nnvis.store import Run

    opened = Run.open(run)
    model = model_of(opened)
    first, second = samples_of(opened, progress=progress)
    found = signatures(
        model,
        first.x_train,
        first.y_train,
        second.x_test,
        second.y_test,
        **settings,
        class_names=opened.class_names,
        test_class_names=second.class_names,
        progress=progress,
        name=opened.path.name,
    )
    probe = None if state.training is None else state.training.probe
    label = None if probe is None else probe.label
    return Signed(found, label is not None and np.array_equal(label, second.y_test))


@lru_cache(maxsize=4)
def placed(
    signed: Signed,
    samples: str,
    path: str | None,
    height: float,
    gap: float,
    label: float,
    chosen: tuple[int, ...] = (),
) -> Placement:
    """The diagram in ``height``, with the ``path`` or else the ways of the ``chosen`` samples
    marked; see :func:`~nnvis.render.plots.signature_layout.place_nodes`."""
    from nnvis.render.plots.signature_layout import place_nodes, place_ribbons
    from nnvis.signature import sankey_of, thinned

    paths = signed.found.paths(samples)
    sankey = thinned(sankey_of(paths, path, GATHER, chosen or None), max(2, THIN * len(paths)))
    columns = place_nodes(sankey, height, gap, label)
    ribbons = place_ribbons(sankey, columns, lambda entry: entry)
    return Placement(sankey, tuple(map(tuple, columns)), tuple(ribbons))


@lru_cache(maxsize=4)
def rows(
    signed: Signed, samples: str, group: str | None, sort: str, reverse: bool
) -> tuple[Row, ...]:
    """The table's rows, group after group."""
    groups = signed.found.table(group, sort, reverse, samples)
    return tuple(row for each in groups for row in each.rows)


def path_of(paths: Paths, row: Row) -> str:
    """A row of the table as a path such as ``3>2>5>3``."""
    steps = map(str, row.signature)
    return ">".join((paths.entry_names[row.entry], *steps, paths.class_names[row.predicted]))


def followed(
    signed: Signed, network: Network, path: str, samples: str
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The probe samples along a path, and rows of the units that its clusters raise most.

    The unit of the predicted class is among them where each class has one.
    """
    paths = signed.found.paths(samples)
    chosen: tuple[int, ...] = ()
    if signed.is_of_probe and samples == "test":
        chosen = tuple(paths.samples_on(path).tolist())
    return chosen, _units(signed, network, paths.numbers_of(path))


def selected(signed: Signed, state: ViewState, samples: str) -> tuple[int, ...]:
    """The selected samples whose ways the diagram of ``samples`` marks: none while a path is
    followed, when all are selected, or when it is of other samples than the probe's."""
    if state.path is not None or not signed.is_of_probe or samples != "test":
        return ()
    return state.samples if len(state.samples) < len(signed.found.test) else ()


@lru_cache(maxsize=4)
def ways(signed: Signed, chosen: tuple[int, ...]) -> frozenset[tuple[int, ...]]:
    """Input class, clusters and predicted class of the chosen test samples, each way once."""
    return frozenset(map(tuple, _steps(signed, chosen).tolist()))


def way_of(row: Row) -> tuple[int, ...]:
    """A row of the table, as :func:`ways` has it."""
    return (row.entry, *row.signature, row.predicted)


def lit_by(signed: Signed, network: Network, chosen: tuple[int, ...]) -> tuple[int, ...]:
    """Rows of the units raised by the clusters that more than half of the chosen probe samples
    are in, and of the class that more than half are taken for; of one sample, its whole way."""
    if not signed.is_of_probe or not chosen:
        return ()
    numbers: list[int | None] = []
    for column in _steps(signed, chosen).T:
        count = np.bincount(column)
        most = int(count.argmax())
        numbers.append(most if 2 * count[most] > len(column) else None)
    return _units(signed, network, tuple(numbers))


def _steps(signed: Signed, chosen: tuple[int, ...]) -> np.ndarray:
    paths = signed.found.test
    return paths.steps[np.isin(paths.sample, np.asarray(chosen, np.int64))]


def _units(signed: Signed, network: Network, numbers: tuple[int | None, ...]) -> tuple[int, ...]:
    """Rows of the units that the clusters raise most, and of the predicted class's."""
    units: set[int] = set()
    for at, cluster in enumerate(numbers[1:-1]):
        place = _layer(signed, at, network)
        if cluster is not None and place is not None:
            raised = _raised(signed, at, cluster)
            units.update((network.unit_slice(place).start + raised).tolist())
    last = network.unit_slice(len(network.layers) - 1)
    if numbers[-1] is not None and last.stop - last.start == len(signed.found.test.class_names):
        units.add(last.start + numbers[-1])
    return tuple(sorted(units))


def clusters_that_raise(signed: Signed, state: ViewState) -> dict[int, set[int]]:
    """Clusters that raise the unit pinned in the network most, by the number of their layer
    among those of the signatures."""
    if state.shown is None or state.pinned is None:
        return {}
    network, unit = state.shown.network, state.pinned
    found: dict[int, set[int]] = {}
    for at, layer in enumerate(signed.found.layers):
        place = _layer(signed, at, network)
        if place is None or place != int(network.unit_layer[unit]):
            continue
        own = unit - network.unit_slice(place).start
        found[at] = {
            cluster for cluster in range(layer.count) if own in _raised(signed, at, cluster)
        }
    return found


def _layer(signed: Signed, at: int, network: Network) -> int | None:
    """The network's layer that a layer of the signatures is; ``None`` when it shows none such."""
    layer = signed.found.layers[at]
    for number, own in enumerate(network.layers):
        if (own.name, own.size) == (layer.name, layer.centres.shape[1]):
            return number
    return None


@lru_cache(maxsize=4096)
def _raised(signed: Signed, at: int, cluster: int) -> np.ndarray:
    """Numbers within the layer of the units that are lit for a cluster, the most raised first."""
    raised, much = signed.found.raised_units(at, cluster, _MOST_UNITS)
    return raised[much >= _SHARE * much[0]] if len(much) else raised
