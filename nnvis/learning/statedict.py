"""Read a file of weights without running anything that is in it."""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from nnvis.errors import ModelError


def read_state_dict(path: Path) -> dict[str, torch.Tensor]:
    """The named tensors of a ``.pt``/``.pth`` or ``.safetensors`` file, on the processor.

    A checkpoint that holds the state dict under ``state_dict`` or ``model_state_dict`` is
    understood too.

    Raises
    ------
    ModelError
        When the file is missing, truncated, foreign, or holds anything but named tensors.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise ModelError(
            f"The model file {path} {what}; give a file saved with torch or safetensors."
        )
    try:
        if path.suffix.lower() == ".safetensors":
            return _in_order(load_file(path))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about foreign pickles, which are refused below
            loaded = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if zipfile.is_zipfile(path):
            raise ModelError(
                f"{path} holds Python objects and not only weights, which could run code, so it "
                "is not opened; save it again with torch.save(model.state_dict(), path)."
            ) from error
        raise ModelError(_foreign(path)) from error
    except (SafetensorError, RuntimeError, ValueError, EOFError, OSError, KeyError) as error:
        raise ModelError(_foreign(path)) from error
    for key in ("state_dict", "model_state_dict"):
        if isinstance(loaded, Mapping) and isinstance(loaded.get(key), Mapping):
            loaded = loaded[key]
            break
    named = isinstance(loaded, Mapping) and len(loaded) > 0
    if not named or not all(isinstance(value, torch.Tensor) for value in loaded.values()):
        raise ModelError(
            f"{path} holds a {type(loaded).__name__} that is no state dict; save the model with "
            "torch.save(model.state_dict(), path)."
        )
    return {str(name): value for name, value in loaded.items()}


def _in_order(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """As a model lists them: fc2 before fc10, weight before bias. The format sorts by letters."""

    def place(name: str) -> list[tuple[int, int, str]]:
        *path, ending = name.split(".")
        parts = [part for step in path for part in re.findall(r"\d+|\D+", step)]
        numbers = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]
        return [*numbers, (2, ending != "weight", ending)]

    return {name: state[name] for name in sorted(state, key=place)}


def _foreign(path: Path) -> str:
    return (
        f"{path} is not a file of weights, or it is damaged; expected a state dict saved with "
        "torch.save or safetensors."
    )


def sizes_of(state: Mapping[str, torch.Tensor]) -> list[int] | None:
    """Sizes of a chain of dense layers that ``state`` may come from, or ``None``.

    Shapes do not tell the function between the layers, so this is a guess to offer, not to use.
    """
    endings = [name.rpartition(".")[2] for name in state]
    if endings != ["weight", "bias"] * (len(endings) // 2):
        return None
    values = list(state.values())
    weights, biases = values[::2], values[1::2]
    if not weights or any(weight.dim() != 2 for weight in weights):
        return None
    if any(bias.shape != weight.shape[:1] for weight, bias in zip(weights, biases, strict=True)):
        return None
    if any(after.shape[1] != before.shape[0] for before, after in pairwise(weights)):
        return None
    return [int(weights[0].shape[1]), *(int(weight.shape[0]) for weight in weights)]
