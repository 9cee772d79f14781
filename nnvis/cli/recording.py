"""``nnvis record-checkpoints``: a folder of saved checkpoints as a run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from nnvis.cli.terminal import reporting, say, show_table
from nnvis.config import TrainingConfig, read_config
from nnvis.errors import UsageError

if TYPE_CHECKING:
    from torch import nn

    from nnvis.model import Samples

BUILT_IN = ("lenet5", "vgg16")


def record_checkpoints(
    folder: Path,
    *,
    data: str,
    architecture: str,
    out: Path,
    layers: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative="")] = (),
    weights: Annotated[bool, Parameter(negative="")] = False,
    samples: int | None = None,
    budget_mb: float | None = None,
    overwrite: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Record what each checkpoint in a folder makes of the test samples, as a run's epochs.

    Parameters
    ----------
    folder
        Holds .pt, .pth, .ckpt or .safetensors files, or a folder with model.safetensors for
        each checkpoint; ordered by the number in their names, or else by time.
    data
        Where the samples come from: as for nnvis process.
    architecture
        package.module:function that returns the untrained model, sizes such as 784-81-49-10,
        lenet5 or vgg16.
    out
        The run's folder.
    layers
        Also record what these layers return.
    weights
        Also record all weights.
    samples
        Record only the first so many test samples.
    budget_mb
        What the epochs may take on the disk.
    overwrite
        Replace a run that is there, once the new one is complete.
    """
    from nnvis.datasets import load_samples
    from nnvis.learning.series import find_series, record_series, shaped_for
    from nnvis.store import Run

    if samples is not None and samples < 1:
        raise UsageError(f"--samples must be at least 1, got {samples}.")
    series = find_series(folder)
    with reporting() as progress:
        loaded = load_samples(data, progress=progress)
        model = _model(architecture, loaded)
        with Run.staged(
            out,
            overwrite=overwrite,
            class_names=loaded.class_names,
            model={"kind": "given", "model": str(folder), "architecture": architecture},
            dataset={"source": data, "description": loaded.source},
        ) as run:
            from nnvis.learning import Recorder

            x = shaped_for(model, loaded.x_test[:samples], loaded.picture_shape)
            probe = (x, loaded.y_test[:samples])
            recorder = Recorder(
                run, model, probe, layers, weights, budget_mb=budget_mb,
                pictures=loaded.picture_shape,
            )  # fmt: skip
            any_names = re.fullmatch(r"\d+(-\d+)+", architecture) is not None
            record_series(series, model, recorder, any_names, progress)
            right = run.load_epoch(run.epochs()[-1]).prediction == probe[1]
    rows = [
        ("checkpoints", f"{len(series.paths)}, ordered {series.order}"),
        ("epochs", f"{series.epochs[0]} to {series.epochs[-1]}"),
        ("last accuracy", f"{float(right.mean()):.4f}"),
        ("recording", str(recorder.report)),
    ]
    show_table(str(run.path), rows)
    if series.left_out:
        say(f"Left out, because their names hold no number: {', '.join(series.left_out)}.")
    say(f"See how it learnt: nnvis fingerprint {run.path}")


def _model(architecture: str, samples: Samples) -> nn.Module:
    from nnvis.learning import model_for
    from nnvis.learning.loading import model_of_words

    if architecture in BUILT_IN:
        return model_for(samples, read_config(TrainingConfig, {"network": architecture}))
    return model_of_words(architecture)
