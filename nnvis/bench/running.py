"""Run the parts of the benchmark one after the other and print each as it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from nnvis.bench.bundling import bundling
from nnvis.bench.classmap import classmap
from nnvis.bench.demo import demo
from nnvis.bench.fingerprint import fingerprint
from nnvis.bench.importance import importance
from nnvis.bench.machine import load, machine_line
from nnvis.bench.neighbours import neighbours
from nnvis.bench.recording import recording
from nnvis.bench.render import render
from nnvis.bench.scaling import scaling
from nnvis.bench.signatures import signatures
from nnvis.bench.start import start
from nnvis.bench.tables import Part, show_part
from nnvis.errors import NnvisError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

PARTS: dict[str, Callable[[int], Part]] = {
    "start": start,
    "bundling": bundling,
    "scaling": scaling,
    "importance": importance,
    "fingerprint": fingerprint,
    "neighbours": neighbours,
    "classmap": classmap,
    "signatures": signatures,
    "demo": demo,
    "recording": recording,
    "render": render,
}
_BUSY = 1.0


def run_benchmarks(only: Sequence[str], repeats: int, console: Console) -> list[Part]:
    """Measure and print the parts named in ``only``, or all of them.

    Parameters
    ----------
    repeats
        Runs of each measurement; long ones stop repeating after 40 s.

    Returns
    -------
    list of Part
        What was printed.

    Raises
    ------
    UsageError
        For a part that does not exist.
    """
    unknown = [name for name in only if name not in PARTS]
    if unknown:
        raise UsageError(f"only must be some of {', '.join(PARTS)}, got {unknown[0]!r}.")
    console.print(machine_line(), soft_wrap=True, markup=False)
    busy = load()
    if busy is not None and busy > _BUSY:
        console.print(
            "Other programs are busy on this machine: expect longer times than it can do."
        )
    console.print()
    done: list[Part] = []
    for name in PARTS:
        if only and name not in only:
            continue
        try:
            with console.status(f"measuring {name}"):
                part = PARTS[name](repeats)
        except NnvisError as error:
            part = Part(name, (), (f"Not measured: {error}",))
        show_part(part, console)
        done.append(part)
    return done
