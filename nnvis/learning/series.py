"""A folder of saved checkpoints as the epochs of a run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from nnvis.errors import ModelError
from nnvis.learning.convolutional import AsPicture
from nnvis.learning.loading import fill
from nnvis.learning.recorder import Recorder
from nnvis.learning.statedict import read_state_dict
from nnvis.progress import Progress, quiet

ENDINGS = (".pt", ".pth", ".ckpt", ".safetensors")
# Where Hugging Face's trainer keeps the weights in the folder of each checkpoint.
_INSIDE = "model.safetensors"
STAGE = "recording checkpoints"


@dataclass(frozen=True)
class Series:
    """Checkpoints in the order of training.

    Attributes
    ----------
    paths
        Files of weights.
    epochs
        The number of each, rising: that in its name, or 0, 1, 2, … by time.
    order
        How the order was found, in words.
    left_out
        Names of files that have no number although others have.
    """

    paths: tuple[Path, ...]
    epochs: tuple[int, ...]
    order: str
    left_out: tuple[str, ...] = ()


def find_series(folder: Path) -> Series:
    """The checkpoints in ``folder``, by the number in their names or else by time.

    Of several numbers in a name, such as ``epoch=3-step=400``, the first that tells all files
    apart counts. A checkpoint may also be a folder that holds ``model.safetensors``.

    Raises
    ------
    ModelError
        When ``folder`` is none, or holds no checkpoints.
    """
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise ModelError(
            f"Cannot read the folder of checkpoints {folder}: {error.strerror or error}."
        ) from error
    files: dict[Path, str] = {}
    for entry in entries:
        if entry.is_dir() and (entry / _INSIDE).is_file():
            files[entry / _INSIDE] = entry.name
        elif entry.is_file() and entry.suffix.lower() in ENDINGS:
            files[entry] = entry.stem
    if not files:
        found = ", ".join(entry.name for entry in entries[:3]) or "nothing"
        raise ModelError(
            f"{folder} holds no checkpoints: expected files ending in {', '.join(ENDINGS)}, "
            f"found {found}."
        )
    numbers = {path: [int(part) for part in re.findall(r"\d+", files[path])] for path in files}
    numbered = {path: found for path, found in numbers.items() if found}
    place = _telling_place(list(numbered.values()))
    if place is None:
        paths = sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))
        return Series(tuple(paths), tuple(range(len(paths))), "by time")
    paths = sorted(numbered, key=lambda path: numbered[path][place])
    left_out = tuple(files[path] for path in files if path not in numbered)
    epochs = tuple(numbered[path][place] for path in paths)
    return Series(tuple(paths), epochs, "by the number in their names", left_out)


def record_series(
    series: Series,
    model: nn.Module,
    recorder: Recorder,
    any_names: bool = False,
    progress: Progress | None = None,
) -> None:
    """Put each checkpoint into ``model`` and record it under its number.

    Parameters
    ----------
    any_names
        Weights and biases fit by their order, whatever they are called.

    Raises
    ------
    ModelError
        When a checkpoint cannot be read or does not fit: it is named.
    Cancelled
        When asked to stop.
    """
    progress = quiet(progress)
    model.eval()
    for done, (epoch, path) in enumerate(zip(series.epochs, series.paths, strict=True), start=1):
        fill(model, read_state_dict(path), path, any_names)
        recorder.record(epoch)
        progress.step(STAGE, done, len(series.paths))
    recorder.close()


def shaped_for(
    model: nn.Module, x: np.ndarray, picture_shape: Sequence[int] | None
) -> torch.Tensor:
    """Rows ``x`` (samples, features) as ``model`` takes them: as pictures for convolutions."""
    kinds = {type(module) for module in model.modules()}
    if picture_shape is None or AsPicture in kinds or nn.Conv2d not in kinds:
        return torch.from_numpy(x)
    return AsPicture(picture_shape)(torch.from_numpy(x))


def _telling_place(numbers: Sequence[Sequence[int]]) -> int | None:
    """The first place at which all of ``numbers`` differ; ``None`` when there is none."""
    for place in range(min(map(len, numbers), default=0)):
        if len({each[place] for each in numbers}) == len(numbers):
            return place
    return None
