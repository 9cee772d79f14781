"""Catch what a model's layers return and hold while it runs over the probe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

from nnvis.errors import ModelError


def module_of(model: nn.Module, name: str) -> nn.Module:
    """The module of that dotted name; `ModelError` lists those that exist."""
    known = {path: module for path, module in model.named_modules() if path}
    if name not in known:
        raise ModelError(
            f"The model has no layer {name!r} to record; it has {', '.join(known) or 'none'}."
        )
    return known[name]


def chosen_parameters(model: nn.Module, chosen: bool | Sequence[str]) -> list[str]:
    """Names of the parameters to record: all, none, or those of the modules or names given.

    Raises
    ------
    ModelError
        When a name is neither a parameter nor a module that holds one: it lists the parameters.
    """
    known = [name for name, _ in model.named_parameters()]
    if isinstance(chosen, bool):
        return known if chosen else []
    wanted: list[str] = []
    for name in [chosen] if isinstance(chosen, str) else chosen:
        found = [each for each in known if each == name or each.startswith(f"{name}.")]
        if not found:
            raise ModelError(
                f"The model has no weights {name!r} to record; it has {', '.join(known) or 'none'}."
            )
        wanted += [each for each in found if each not in wanted]
    return wanted


def parameter_arrays(model: nn.Module, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Copies of the named parameters as float32."""
    held = dict(model.named_parameters())
    return {name: held[name].detach().float().cpu().numpy().copy() for name in names}


@contextmanager
def collecting(
    layers: Mapping[str, nn.Module], kept: Mapping[str, list[np.ndarray]]
) -> Iterator[None]:
    """Inside, each call of a layer appends a copy of its output to ``kept`` under its name.

    Raises
    ------
    ModelError
        Inside, when a layer returns no tensor: it is named.
    """

    def hook_for(name: str) -> Any:
        def hook(module: nn.Module, _: tuple[Any, ...], output: Any) -> None:
            if not isinstance(output, torch.Tensor):
                raise ModelError(
                    f"Layer {name} ({type(module).__name__}) returns a {type(output).__name__}, "
                    "which cannot be recorded; choose a layer that returns a tensor."
                )
            kept[name].append(output.detach().float().cpu().numpy().copy())

        return hook

    handles = []
    try:
        for name, module in layers.items():
            handles.append(module.register_forward_hook(hook_for(name)))
        yield
    finally:
        for handle in handles:
            handle.remove()


def joined(name: str, parts: list[np.ndarray], n_samples: int) -> np.ndarray:
    """The outputs of a layer's calls, one after the other: (samples, …).

    Raises
    ------
    ModelError
        When they are not one for each sample.
    """
    if sum(len(part) for part in parts if part.ndim) != n_samples:
        raise ModelError(
            f"Layer {name} does not run exactly once for each of the {n_samples} probe samples, so "
            "it cannot be recorded; choose another layer."
        )
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities (samples, classes) of finite logits."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)
