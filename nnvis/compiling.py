"""Compile the kernels beside other work, in processes of their own.

On first use the kernels of bundling take longer to compile than a small network takes to train
and to score. Numba compiles under one lock and mostly in Python, so a thread would stand in
the way of what it runs beside; a process uses another core and leaves the compiled code on the
disk, where this one finds it.

``python -m nnvis.compiling nodes`` is such a process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from nnvis.progress import Progress, quiet

STAGE = "compiling the kernels, on first use only"
# Long enough for a slow machine; then this process compiles what is still missing.
_PATIENCE = 300.0
_BETWEEN_LOOKS = 0.05

Ready = Callable[[Progress | None], None]


@contextmanager
def compiled_aside() -> Iterator[Ready]:
    """Start compiling what the disk lacks; the block gets a function that waits for the end.

    Where no process can be started, or one fails, nothing is said: kernels are then compiled
    when they are first called. Processes still at work when the block ends are ended.
    """
    workers = _workers()
    try:
        yield lambda progress: _wait(workers, quiet(progress))
    finally:
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.wait()


def _workers() -> list[subprocess.Popen]:
    if (os.cpu_count() or 1) < 2:
        return []
    from nnvis.kernels.compiled import missing_parts

    workers = []
    package = str(Path(__file__).parents[1])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    for part in missing_parts():
        try:
            workers.append(
                subprocess.Popen(
                    # -P, for a numpy.py in the folder of the user is not numpy.
                    [sys.executable, "-P", "-m", "nnvis.compiling", part],
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
        except OSError:
            break
    return workers


def _wait(workers: list[subprocess.Popen], progress: Progress) -> None:
    """Until all have ended; raises :class:`~nnvis.errors.Cancelled` when asked to stop."""
    until = monotonic() + _PATIENCE
    while monotonic() < until:
        ended = sum(worker.poll() is not None for worker in workers)
        if ended == len(workers):
            return
        progress.step(STAGE, ended, len(workers))
        try:
            next(worker for worker in workers if worker.returncode is None).wait(_BETWEEN_LOOKS)
        except subprocess.TimeoutExpired:
            continue


def compile_part(part: str) -> None:
    """Run the kernels of one part of :data:`nnvis.kernels.compiled.KERNELS` on a tiny network,
    through the stages that call them, so that they see the types that they will see."""
    import numpy as np

    from nnvis.bundling import resample_edges, smooth_edges
    from nnvis.bundling.quality import edge_lengths, ink_and_purity
    from nnvis.config import ProcessingConfig, read_config
    from nnvis.layout import advect_nodes, random_network

    settings = read_config(ProcessingConfig, None)
    network = random_network([3, 2], 2, np.random.default_rng(0), settings)
    if part == "nodes":
        advect_nodes(network, settings)
        return
    network = smooth_edges(resample_edges(network, settings), settings)
    edge_lengths(network)
    ends = np.stack([network.edge_source, network.edge_target], axis=1)
    ink_and_purity(network, ends, settings.edge_importance_type)


if __name__ == "__main__":
    compile_part(sys.argv[1])
