"""Time and memory of bundling as the number of edges grows to a million."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnvis.bench.measuring import run_child
from nnvis.bench.tables import Part, Row, number

# 100,000, 300,000 and 1,000,000 edges, with the same share of edges between each pair of layers.
NETWORKS = ((400, 200, 80, 50), (600, 400, 120, 100), (1000, 800, 200, 200))
TARGET_SECONDS = 60.0
TARGET_GIB = 4.0
TARGET_EXPONENT = 1.1


def scaling(repeats: int, networks: Sequence[Sequence[int]] = NETWORKS) -> Part:
    """Random networks, each in a process of its own, kernels loaded before the clock starts."""
    rows: list[Row] = []
    sizes: list[int] = []
    medians: list[float] = []
    busy: list[float] = []
    for number_of, layers in enumerate(networks):
        last = number_of == len(networks) - 1
        found = run_child(["bundle", "0", str(max(repeats, 1)), *map(str, layers)])
        name = "-".join(map(str, layers))
        seconds = tuple(found["seconds"])
        row = Row(
            f"bundling {found['edges']:,} edges",
            seconds,
            target=TARGET_SECONDS if last else None,
            note=f"random network {name}",
        )
        rows.append(row)
        sizes.append(found["edges"])
        medians.append(row.median)
        busy.append(found["processor_seconds"])
        if last and found["peak_bytes"]:
            rows.append(
                Row("peak memory of that process", (found["peak_bytes"] / 2**30,), "GiB",
                    TARGET_GIB, note="network, libraries and all")
            )  # fmt: skip
    if len(sizes) > 1:
        grown = f"{number(sizes[-1] / sizes[0])} times the edges take "
        grown += f"{number(medians[-1] / medians[0])} times as long"
        rows.append(
            Row("exponent of the growth", (exponent(sizes, medians),), "", TARGET_EXPONENT,
                note=grown)
        )  # fmt: skip
        used = " / ".join(number(value) for value in busy)
        rows.append(
            Row("the same in processor time", (exponent(sizes, busy),), "", TARGET_EXPONENT,
                note=f"{used} s of all threads together")
        )  # fmt: skip
    remark = (
        "The exponent is the slope of a log–log fit. Processor time does not grow when other "
        "programs take a share of the cores."
    )
    return Part("scaling", tuple(rows), (remark,))


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """p in seconds ∝ sizesᵖ, by least squares on the logarithms.

    >>> round(exponent([1, 10, 100], [2, 20, 200]), 6)
    1.0
    """
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
