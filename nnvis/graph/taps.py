"""Where the activations of a model's layers are taken: after the non-linearity.

A hidden layer is any call of a module with weights but the last. Its activations are what the
first activation module computed from it gives, or, where the non-linearity is no module, what
the next module with weights that is computed from it takes. One real call on a small batch
shows the order of the calls; gradients show what is computed from what. So any architecture
will do, whichever way its forward is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from nnvis.errors import ModelError
from nnvis.graph.running import call, device_of

_ACTIVATIONS = "torch.nn.modules.activation"
_CONVOLUTIONS = "torch.nn.modules.conv"
# Samples of the call that is watched; batch norm and the like do not mind in evaluation mode.
_WATCHED = 2


@dataclass(frozen=True)
class Tap:
    """Where to take one layer's activations.

    Attributes
    ----------
    name
        The layer, as users know it.
    path
        The module whose result, or input with ``takes_input``, is taken.
    number
        Which call of that module in a forward pass, from 0.
    channels
        Channels of the convolution before, which lie on axis 1; ``None`` where units lie on
        the last axis.
    size
        Numbers of one sample there, before any mean.
    """

    name: str
    path: str
    number: int
    takes_input: bool
    channels: int | None
    size: int


@dataclass
class _Call:
    path: str
    number: int
    is_weights: bool
    is_activation: bool
    channels: int | None
    given: torch.Tensor | None
    result: torch.Tensor | None


@dataclass
class _Watched:
    calls: list[_Call] = field(default_factory=list)

    def of(self, path: str) -> list[_Call]:
        return [each for each in self.calls if each.path == path]


def hidden_taps(model: nn.Module, x: torch.Tensor) -> list[Tap]:
    """A tap for each hidden layer of ``model``, in the order of a forward pass on ``x``.

    Two layers that meet before their non-linearity, as a block and its shortcut do, are one
    tap with the name of the first. Call it inside :func:`~nnvis.graph.undisturbed`.

    Raises
    ------
    ModelError
        When the model has no hidden layer, or cannot run on ``x``.
    """
    watched = _watch(model, x)
    weights = [each for each in watched.calls if each.is_weights]
    if len(weights) < 2:
        raise ModelError(
            f"The model ({type(model).__name__}) has no hidden layer, only "
            f"{weights[0].path if weights else 'modules without weight matrices'}; signatures "
            "need at least one between input and output."
        )
    taps: dict[tuple[str, int, bool], Tap] = {}
    for entry in weights[:-1]:
        tap = _after(entry, watched.calls)
        taps.setdefault((tap.path, tap.number, tap.takes_input), tap)
    return list(taps.values())


def named_taps(model: nn.Module, x: torch.Tensor, names: Sequence[str]) -> list[Tap]:
    """Taps of the named modules: of one with weights after its non-linearity, of any other what
    it gives.

    Raises
    ------
    ModelError
        When there is no such module (lists those that there are), one is named twice, or it
        is not called exactly once.
    """
    known = [path for path, _ in model.named_modules() if path]
    for name in names:
        if name not in known:
            raise ModelError(f"The model has no layer {name!r}; it has {', '.join(known)}.")
        if list(names).count(name) > 1:
            raise ModelError(f"layers names {name!r} more than once; name each once.")
    watched = _watch(model, x, names)
    last = next((each for each in reversed(watched.calls) if each.is_weights), None)
    taps = []
    for name in names:
        calls = watched.of(name)
        if len(calls) != 1:
            often = f"{len(calls)} times" if calls else "never"
            raise ModelError(
                f"Layer {name} is called {often} in forward, so its activations are not clear; "
                "name a layer that is called once."
            )
        hidden = calls[0].is_weights and calls[0] is not last
        taps.append(_after(calls[0], watched.calls) if hidden else _own(calls[0]))
    return taps


def _after(entry: _Call, calls: Sequence[_Call]) -> Tap:
    """The tap behind the non-linearity of ``entry``; its own result when there is none."""
    for later in calls[calls.index(entry) + 1 :]:
        if later.is_activation and _depends(later.given, entry.result):
            return _tap(entry, later, later.result, takes_input=False)
        if later.is_weights and _depends(later.given, entry.result):
            return _tap(entry, later, later.given, takes_input=True)
    return _own(entry)


def _own(entry: _Call) -> Tap:
    return _tap(entry, entry, entry.result, takes_input=False)


def _tap(entry: _Call, at: _Call, values: torch.Tensor | None, takes_input: bool) -> Tap:
    if values is None:
        raise ModelError(
            f"Layer {entry.path} gives no tensor, so it has no activations to take; name others "
            "with layers."
        )
    name = entry.path if entry.number == 0 else f"{entry.path} (call {entry.number + 1})"
    size = values.numel() // max(1, len(values)) if values.dim() else 1
    return Tap(name, at.path, at.number, takes_input, entry.channels, max(1, size))


def _depends(values: torch.Tensor | None, source: torch.Tensor | None) -> bool:
    """Whether ``values`` were computed from ``source``; where a forward records no gradients,
    each call is taken to be computed from the one before."""
    if values is None or source is None:
        return False
    if not (values.requires_grad and source.requires_grad):
        return True
    found = torch.autograd.grad(values.sum(), source, retain_graph=True, allow_unused=True)
    return found[0] is not None


def _watch(model: nn.Module, x: torch.Tensor, names: Sequence[str] = ()) -> _Watched:
    """Run ``model`` on the first of ``x`` and note the calls of modules that matter."""
    watched = _Watched()
    channels: list[int | None] = [None]

    def hook_for(path: str, module: nn.Module) -> Any:
        weights = _has_weights(module)
        activation = _is_activation(module)
        is_convolution = type(module).__module__ == _CONVOLUTIONS

        def hook(_: nn.Module, args: tuple[Any, ...], kwargs: Any, result: Any) -> None:
            out = first_tensor(result)
            if weights:
                found = is_convolution and out is not None and out.dim() > 2
                channels[0] = out.shape[1] if found and out is not None else None
            number = len(watched.of(path))
            given = first_tensor((*args, *kwargs.values()))
            watched.calls.append(_Call(path, number, weights, activation, channels[0], given, out))

        return hook

    with hooked(), torch.inference_mode(False), torch.enable_grad():
        handles = []
        try:
            for path, module in model.named_modules():
                wanted = path in names or _has_weights(module) or _is_activation(module)
                if path and wanted and "parametrizations" not in path.split("."):
                    hook = hook_for(path, module)
                    handles.append(module.register_forward_hook(hook, with_kwargs=True))
            call(model, x[:_WATCHED].detach().clone().to(device_of(model)).requires_grad_())
        finally:
            for handle in handles:
                handle.remove()
    return watched


@contextmanager
def hooked() -> Iterator[None]:
    """Attention runs its modules one by one inside, so that hooks on them are called."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def first_tensor(values: Any) -> torch.Tensor | None:
    """``values`` itself, or the first tensor among them; attention returns several."""
    if isinstance(values, torch.Tensor):
        return values
    if isinstance(values, list | tuple):
        return next((each for each in values if isinstance(each, torch.Tensor)), None)
    return None


def _has_weights(module: nn.Module) -> bool:
    """Whether a module multiplies by a matrix of its own; one that only holds such modules and
    an embedding of places beside them is none."""
    if getattr(module, "parametrizations", None):
        return True
    if not any(parameter.dim() > 1 for parameter in module.parameters(recurse=False)):
        return False
    return isinstance(module, nn.MultiheadAttention) or not any(module.children())


def _is_activation(module: nn.Module) -> bool:
    return type(module).__module__ == _ACTIVATIONS and not _has_weights(module)
