"""``nnvis demo`` as a user runs it: a whole process, the first time and later ones."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from nnvis.bench.measuring import command_line, measure, run_child, run_process
from nnvis.bench.networks import EPOCHS
from nnvis.bench.tables import Part, Row, number, times_as_fast

TARGET = 30.0
_LEAST_SHOWN = 0.005


def demo(
    repeats: int, options: Sequence[str] = (), data: str = "digits", epochs: int = EPOCHS
) -> Part:
    """First use, with every kernel to be compiled, then with the kernels on the disk.

    ``options`` are further words of the command.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kernels = {"NUMBA_CACHE_DIR": str(folder / "kernels")}
        command = command_line(
            "demo", "--overwrite", "--data", data, "--epochs", str(epochs),
            "--out", str(folder / "run"), *options,
        )  # fmt: skip
        first = measure(lambda: run_process(command, kernels), 1)
        later = measure(lambda: run_process(command, kernels), repeats)
        words = ["demo", str(folder / "stages"), data, str(epochs)]
        split = run_child([*words, "pictures"], kernels)["seconds"]
    whole = sum(split.values())
    rows = [
        Row("nnvis demo, first use", first, target=TARGET, note="compiling included"),
        Row(
            "nnvis demo, later",
            later,
            target=TARGET,
            note=f"{times_as_fast('first use', first, later)}",
        ),
        *(
            Row(f"  {stage}", (seconds,), note=f"{number(100 * seconds / whole)} %")
            for stage, seconds in split.items()
            if seconds >= _LEAST_SHOWN * whole
        ),
    ]
    return Part("demo", tuple(rows), ("The stages are one more run with kernels on the disk.",))
