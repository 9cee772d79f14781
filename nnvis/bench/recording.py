"""What recording adds to training, beyond running the model over the probe."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from nnvis.bench.networks import EPOCHS
from nnvis.bench.tables import Part, Row, number

TARGET_PERCENT = 5.0


def recording(repeats: int, data: str = "digits", epochs: int = EPOCHS) -> Part:
    """The demo's training and LeNet-5's, each recorded after every epoch."""
    from nnvis.datasets import load_samples

    samples = load_samples(data)
    rows: list[Row] = []
    settings: dict[str, Any] = {"epochs": epochs}
    rows += _rows("demo", samples, settings, repeats, {})
    layers = {"weights": True, "layers": ["fc2"]}
    rows += _rows("demo, weights and a layer too", samples, settings, repeats, layers)
    if samples.picture_shape is not None:
        lenet = {"network": "lenet5", "optimiser": "sgd", "momentum": 0.9, "learning_rate": 0.02}
        rows += _rows("LeNet-5", samples, {**lenet, "epochs": min(epochs, 2)}, 1, {})
    return Part(
        "recording",
        tuple(rows),
        (
            "Beyond the forward pass: softmax, copies, writing and syncing each file, and keeping "
            "run.json up to date.",
        ),
    )


def _rows(
    what: str, samples: Any, settings: dict[str, Any], repeats: int, options: dict[str, Any]
) -> list[Row]:
    percent: list[float] = []
    seconds: list[float] = []
    sizes: list[float] = []
    alone: list[float] = []
    for _ in range(max(repeats, 1)):
        spent, report = _recorded(samples, settings, options)
        training = spent - report.seconds
        alone.append(training)
        percent.append(100 * (report.seconds - report.forward_seconds) / training)
        seconds.append(1e3 * report.seconds_a_record)
        sizes.append(report.bytes_a_record / 1e3)
    forward = f"{number(statistics.median(seconds))} ms with the forward pass"
    return [
        Row(f"{what}: training alone", tuple(alone), note=f"{settings['epochs']} epochs"),
        Row(
            f"{what}: recording beyond the forward pass",
            tuple(percent),
            "%",
            TARGET_PERCENT,
            note=f"of training; a record takes {forward}, {number(statistics.median(sizes))} kB",
        ),
    ]


def _recorded(samples: Any, settings: dict[str, Any], options: dict[str, Any]) -> tuple[float, Any]:
    """Seconds of a training with its recording, and the recorder's own report."""
    from nnvis.learning import Recorder, model_for, train
    from nnvis.store import Run

    with tempfile.TemporaryDirectory() as name:
        run = Run.create(Path(name) / "run", class_names=samples.class_names)
        model = model_for(samples, settings)
        probe = (samples.x_test, samples.y_test)
        begin = perf_counter()
        with Recorder(run, model, probe, pictures=samples.picture_shape, **options) as made:
            train(model, samples, settings, made)
        return perf_counter() - begin, made.report
