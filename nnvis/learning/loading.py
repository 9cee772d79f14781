"""Find the model that a command names: a function that makes one, or a file of weights."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from torch import nn

from nnvis.errors import ModelError, UsageError
from nnvis.learning.architectures import build_mlp
from nnvis.learning.statedict import read_state_dict, sizes_of

_FILES = (".pt", ".pth", ".safetensors")
_SIZES = re.compile(r"\d+(-\d+)+")


def load_model(
    spec: str | PathLike[str], architecture: str | None = None, seed: int = 0
) -> nn.Module:
    """The model that ``spec`` names, in evaluation mode.

    Parameters
    ----------
    spec
        ``package.module:function``, a function without arguments that returns the model, looked
        for in the current folder first; sizes such as ``784-81-49-10`` for an untrained dense
        network; or a ``.pt``, ``.pth`` or ``.safetensors`` file with a state dict.
    architecture
        For a file: ``package.module:function`` or sizes, as above. A file always needs it: the
        same weights fit networks with any function between their layers.
    seed
        Of untrained weights.

    A file is read without running anything in it; a ``package.module:function`` is the user's
    own code and is run.

    Raises
    ------
    ModelError
        One sentence: what cannot be found, read or put together.
    UsageError
        When ``spec`` is none of these.
    """
    text = str(spec)
    path = Path(spec)
    if path.suffix.lower() not in _FILES:
        if architecture is not None:
            raise ModelError(
                f"An architecture belongs to a file of weights ({', '.join(_FILES)}), "
                f"but the model is {text!r}; leave it out."
            )
        return _from_words(text, seed).eval()
    state = read_state_dict(path)
    if architecture is None:
        sizes = sizes_of(state)
        offer = (
            f"sizes, perhaps {'-'.join(str(size) for size in sizes)} if there is a ReLU between "
            "its layers"
            if sizes
            else "sizes such as 784-81-49-10"
        )
        raise ModelError(
            f"{path} holds weights but not how they are put together; say so with --architecture "
            f"package.module:function or {offer}."
        )
    model = _from_words(architecture, seed)
    fill(model, state, path, any_names=_SIZES.fullmatch(architecture) is not None)
    return model.eval()


def model_of_words(architecture: str, seed: int = 0) -> nn.Module:
    """The untrained model of ``package.module:function`` or sizes such as ``784-81-49-10``.

    Raises
    ------
    ModelError, UsageError
        As :func:`load_model`.
    """
    return _from_words(architecture, seed)


def fill(
    model: nn.Module, state: Mapping[str, torch.Tensor], path: Path, any_names: bool = False
) -> None:
    """Put the weights ``state``, read from ``path``, into ``model``.

    ``any_names`` takes weights and biases in their order when the names differ.

    Raises
    ------
    ModelError
        When names or shapes do not fit: it names the file and the first of them.
    """
    _fill(model, _renamed(state, model) if any_names else state, path)


def _from_words(text: str, seed: int) -> nn.Module:
    if _SIZES.fullmatch(text):
        return build_mlp([int(size) for size in text.split("-")], seed)
    module_name, colon, function = text.partition(":")
    if not (module_name and colon and function):
        raise UsageError(
            f"The model {text!r} is neither package.module:function, nor sizes such as "
            f"784-81-49-10, nor a file ending in {', '.join(_FILES)}."
        )
    with _current_folder_first():
        try:
            module = importlib.import_module(module_name)
        except (Exception, SystemExit) as error:
            raise ModelError(
                f"Cannot import {module_name} for the model {text!r}: {_why(error)}."
            ) from error
        maker = getattr(module, function, None)
        if not callable(maker):
            found = [name for name, value in vars(module).items() if _is_made_here(value, module)]
            raise ModelError(
                f"{module_name} has no function {function!r}; it has {', '.join(found) or 'none'}."
            )
        try:
            model = maker()
        except (Exception, SystemExit) as error:
            raise ModelError(f"{text} did not give a model: {_why(error)}.") from error
    if not isinstance(model, nn.Module):
        raise ModelError(f"{text} gave a {type(model).__name__}, expected a torch.nn.Module.")
    return model


def _why(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"its code ended the program (SystemExit: {error})"
    return f"{type(error).__name__}: {' '.join(str(error).split()).rstrip('.') or 'no message'}"


def _is_made_here(value: Any, module: Any) -> bool:
    return callable(value) and getattr(value, "__module__", None) == module.__name__


@contextmanager
def _current_folder_first() -> Iterator[None]:
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        yield
    finally:
        if here in sys.path:
            sys.path.remove(here)


def _renamed(state: Mapping[str, torch.Tensor], model: nn.Module) -> dict[str, torch.Tensor]:
    """``state`` under the names of ``model``, when both hold as many weights and biases in order.

    Sizes say nothing about names, so a file with other names fits when the shapes do.
    """
    wanted = list(model.state_dict())
    endings = [name.rpartition(".")[2] for name in state]
    if endings != [name.rpartition(".")[2] for name in wanted]:
        return dict(state)
    return dict(zip(wanted, state.values(), strict=True))


def _fill(model: nn.Module, state: Mapping[str, torch.Tensor], path: Path) -> None:
    wanted = model.state_dict()
    missing = [name for name in wanted if name not in state]
    extra = [name for name in state if name not in wanted]
    if missing or extra:
        raise ModelError(
            f"{path} does not fit the architecture: {_some('it lacks', missing)}"
            f"{' and ' if missing and extra else ''}{_some('it also holds', extra)}; give the "
            "architecture that it was saved from."
        )
    for name, value in wanted.items():
        if state[name].shape != value.shape:
            raise ModelError(
                f"{path} does not fit the architecture: {name} has the shape "
                f"{tuple(state[name].shape)}, expected {tuple(value.shape)}."
            )
    model.load_state_dict(dict(state))


def _some(words: str, names: list[str]) -> str:
    if not names:
        return ""
    rest = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{words} {', '.join(names[:3])}{rest}"
