"""Measurements that need a process of their own: ``python -m nnvis.bench.child WHAT …``.

Each prints one line of JSON. ``bundle SEED REPEATS [SIZE …]`` bundles a tiny random
network and then, given sizes, one of these;
``demo FOLDER DATA EPOCHS [pictures]`` is what ``nnvis demo`` does, with the seconds of each
stage;
``recurrence SIZE`` measures the memory of 20 bands of a random matrix.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time

from nnvis.bench.measuring import measure, peak_memory
from nnvis.progress import Progress, Step

CLASSES = 10
_WARM_UP = (30, 20, 10)


def bundle_random(sizes: Sequence[int], repeats: int, seed: int) -> dict[str, object]:
    """Seconds of the first, tiny bundling and of ``repeats`` real ones; peak bytes.

    ``processor_seconds`` are those of all threads for one real bundling.
    """
    begin = perf_counter()
    import numpy as np

    from nnvis.layout import random_network
    from nnvis.pipeline import bundle

    rng = np.random.default_rng(seed)
    small = random_network(_WARM_UP, CLASSES, rng)
    imported = perf_counter()
    bundle(small)
    first = perf_counter()
    seconds: tuple[float, ...] = ()
    edges, busy = 0, 0.0
    if sizes:
        network = random_network(sizes, CLASSES, rng)
        edges = network.edge_count
        started = process_time()
        seconds = measure(lambda: bundle(network), repeats)
        busy = (process_time() - started) / len(seconds)
    return {
        "import_seconds": imported - begin,
        "first_seconds": first - imported,
        "seconds": seconds,
        "processor_seconds": busy,
        "edges": edges,
        "peak_bytes": peak_memory(),
    }


class StageClock:
    """Gives the time since the last report to the stage of each new one.

    A stage that starts again, such as bundling for the measures of a bundling, is told apart
    by the number of its pass.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._last = perf_counter()
        self._done: dict[str, int] = {}
        self._pass: dict[str, int] = defaultdict(int)

    def spend(self, stage: str) -> None:
        """Everything since the last call belongs to ``stage``."""
        now = perf_counter()
        self.seconds[stage] += now - self._last
        self._last = now

    def hear(self, step: Step) -> None:
        """A listener for :class:`~nnvis.progress.Progress`."""
        if step.stage not in self._done or step.done < self._done[step.stage]:
            self._pass[step.stage] += 1
        self._done[step.stage] = step.done
        number = self._pass[step.stage]
        self.spend(step.stage if number == 1 else f"{step.stage}, pass {number}")


def demo_stages(folder: Path, data: str, epochs: int, pictures: bool) -> dict[str, object]:
    """Seconds of each stage of what ``nnvis demo`` does, imports on their own."""
    clock = StageClock()
    from nnvis.config import TrainingConfig, read_config
    from nnvis.datasets import load_samples
    from nnvis.learning import Recorder, mlp_for, train
    from nnvis.pipeline import process
    from nnvis.store import Run

    clock.spend("imports")
    progress = Progress(clock.hear)
    settings = read_config(TrainingConfig, {"epochs": epochs})
    samples = load_samples(data, progress=progress)
    clock.spend("loading samples")
    with Run.staged(folder, class_names=samples.class_names) as run:
        model = mlp_for(samples, settings)
        recorder = Recorder(run, model, probe=(samples.x_test, samples.y_test))
        train(model, samples, settings, recorder, progress)
        clock.spend("training")
        network = process(model, samples.x_train, samples.y_train, run, progress=progress)
        clock.spend("saving")
        if pictures:
            _draw(run, network)
            clock.spend("drawing")
    return {"seconds": dict(clock.seconds), "edges": network.edge_count}


def _draw(run: object, network: object) -> None:
    from nnvis.errors import RenderError
    from nnvis.render import render_image

    folder = Path(str(getattr(run, "renders_folder", ".")))
    try:
        render_image(network, folder / "network.png")
        render_image(network, folder / "importance.png", mode="importance")
    except RenderError:
        return


def recurrence_memory(size: int) -> dict[str, object]:
    """Peak bytes of the measures of 20 bands beyond those in use with the matrix in memory."""
    import numpy as np

    from nnvis.fingerprint import recurrence_bands

    recurrence_bands(np.zeros((64, 64)))
    matrix = np.random.default_rng(0).random((size, size))
    before = peak_memory()
    recurrence_bands(matrix)
    return {"beyond_bytes": peak_memory() - before}


def main(words: Sequence[str]) -> None:
    """Run what ``words`` ask for and print it."""
    if words[0] == "bundle":
        seed, repeats, *sizes = (int(word) for word in words[1:])
        result = bundle_random(sizes, repeats, seed)
    elif words[0] == "recurrence":
        result = recurrence_memory(int(words[1]))
    else:
        folder, data, epochs, *rest = words[1:]
        result = demo_stages(Path(folder), data, int(epochs), "pictures" in rest)
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
