"""Where a training stands: enough to go on as if it had never stopped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from nnvis.errors import FormatError, ModelError
from nnvis.store.plain import to_json
from nnvis.store.tensors import TensorFile, write_tensors

KIND = "nnvis.checkpoint"
_ENTRY = re.compile(r"(\d+)/(\w+)")


@dataclass(frozen=True)
class Checkpoint:
    """What `restore` found: epochs that were done, and :func:`~nnvis.learning.train`'s list."""

    epoch: int
    history: list[dict[str, float]]


def save_checkpoint(
    path: str | PathLike[str],
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    epoch: int,
    history: list[dict[str, float]],
    settings: Any,
) -> None:
    """Write the model, the optimiser's state and torch's random state after ``epoch`` epochs.

    Raises
    ------
    StoreError
        When it cannot be written.
    """
    tensors = {f"model/{name}": _array(value) for name, value in model.state_dict().items()}
    for number, entries in optimiser.state_dict()["state"].items():
        for key, value in entries.items():
            if value is not None:
                tensors[f"optimiser/{number}/{key}"] = _array(torch.as_tensor(value))
    tensors["random"] = torch.get_rng_state().numpy()
    metadata = {
        "epoch": str(epoch),
        "history": to_json(history, "the history"),
        "settings": to_json(settings, "the settings"),
    }
    write_tensors(Path(path), KIND, tensors, metadata)


def restore(
    path: str | PathLike[str],
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    settings: Any,
) -> Checkpoint:
    """Put ``model``, ``optimiser`` and torch's random state back as `save_checkpoint` saw them.

    Raises
    ------
    StoreError, FormatError
        When the file cannot be read.
    ModelError
        When it is of another network or other settings.
    """
    with TensorFile(Path(path), KIND) as file:
        if file.text("settings") != to_json(settings, "the settings"):
            raise ModelError(
                f"{path} was saved with other settings than these; remove it to begin again, or "
                "give the settings that it was saved with."
            )
        states = {name: file.read(f"model/{name}") for name in file.under("model/")}
        state = optimiser.state_dict()
        state["state"] = _optimiser_state(file)
        random = file.read("random")
        found = Checkpoint(file.whole_number("epoch"), file.json("history", list))
    try:
        model.load_state_dict({name: torch.from_numpy(value) for name, value in states.items()})
        optimiser.load_state_dict(state)
        torch.set_rng_state(torch.from_numpy(random))
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        first = str(error).splitlines()[0].rstrip(".:")
        raise ModelError(
            f"{path} is of another network than this ({first}); remove it to begin again."
        ) from error
    return found


def _optimiser_state(file: TensorFile) -> dict[int, dict[str, torch.Tensor]]:
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name in file.under("optimiser/"):
        match = _ENTRY.fullmatch(name)
        if match is None:
            raise FormatError(f"{file.path}: tensor 'optimiser/{name}' has no meaning here.")
        state.setdefault(int(match[1]), {})[match[2]] = torch.from_numpy(
            file.read(f"optimiser/{name}")
        )
    return state


def _array(value: torch.Tensor) -> np.ndarray:
    return value.detach().cpu().numpy()
