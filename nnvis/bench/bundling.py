"""How long bundling takes, where the time goes, and how others do."""

from __future__ import annotations

import statistics
import tempfile
from typing import TYPE_CHECKING

from nnvis.bench.alternatives import against_others
from nnvis.bench.measuring import measure, run_child
from nnvis.bench.networks import demo_network, sizes_of
from nnvis.bench.tables import Part, Row, number, times_as_fast
from nnvis.density import StageTimes

if TYPE_CHECKING:
    from nnvis.model import Network

TARGET = 3.0
STAGES = ("splat", "blur", "gather", "resample", "smooth")


def bundling(repeats: int, network: Network | None = None, processes: bool = True) -> Part:
    """Node and edge stages of one network; ``processes`` also measures fresh ones."""
    from nnvis.pipeline import bundle

    network = demo_network() if network is None else network
    bundled = bundle(network)
    clocks: list[StageTimes] = []

    def once() -> None:
        clocks.append(StageTimes())
        bundle(network, times=clocks[-1])

    seconds = measure(once, repeats)
    rows = [
        Row(
            f"units and edges of {sizes_of(network)}",
            seconds,
            target=TARGET,
            note=f"{network.edge_count:,} edges, {bundled.point_count:,} points",
        ),
        *_stages(clocks, seconds),
    ]
    if processes:
        rows += fresh_process()
    rows += against_others(network, seconds, repeats)
    return Part("bundling", tuple(rows))


def fresh_process() -> list[Row]:
    """The first bundling in a new process, with compiled kernels on the disk and without."""
    cached = run_child(["bundle", "0", "0"])
    with tempfile.TemporaryDirectory() as folder:
        compiled = run_child(["bundle", "0", "0"], {"NUMBA_CACHE_DIR": folder})
    ours, theirs = (cached["first_seconds"],), (compiled["first_seconds"],)
    return [
        Row("first bundling of a fresh process", ours, note="800 edges, kernels on the disk"),
        Row(
            "the same, kernels to be compiled",
            theirs,
            note=f"the disk is {times_as_fast('compiling', theirs, ours)}",
        ),
    ]


def _stages(clocks: list[StageTimes], seconds: tuple[float, ...]) -> list[Row]:
    """Each stage with its share of the whole."""
    whole = statistics.median(seconds)
    named = {name: tuple(clock.seconds[name] for clock in clocks) for name in STAGES}
    rest = tuple(
        total - sum(clock.seconds.values()) for clock, total in zip(clocks, seconds, strict=True)
    )
    return [
        Row(f"  {name}", values, note=f"{number(100 * statistics.median(values) / whole)} %")
        for name, values in {**named, "rest": rest}.items()
    ]
