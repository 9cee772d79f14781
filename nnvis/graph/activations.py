"""A model's activations at taps, in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from nnvis.errors import ModelError
from nnvis.graph.running import BATCH, call, check_finite, device_of
from nnvis.graph.taps import Tap, first_tensor, hooked

if TYPE_CHECKING:
    from jaxtyping import Float32, Int64

# Numbers of the widest layer in one batch: 64 MiB.
_MOST_NUMBERS = 2**24

Batch = tuple["Int64[np.ndarray, 'sample']", np.ndarray, list[np.ndarray]]


def activations(
    model: nn.Module,
    x: torch.Tensor,
    taps: Sequence[Tap],
    rows: Int64[np.ndarray, "sample"],
    where: str = "these samples",
) -> Iterator[Batch]:
    """(rows, logits (samples, classes), for each tap its activations (samples, units)), float32.

    Units are channels where a convolution is before the tap, each its mean over all places;
    tokens and other axes between sample and unit are averaged too. Memory is that of one
    batch, whose size follows from the widest layer. Call it inside
    :func:`~nnvis.graph.undisturbed`.

    Parameters
    ----------
    rows
        Which samples of ``x``, in the order wanted.
    where
        What messages call them.

    Raises
    ------
    ModelError
        When the model cannot run on them, gives NaN or infinity at a tap (names it), or a
        layer does not run exactly once for each sample.
    """
    device = device_of(model)
    widest = max((tap.size for tap in taps), default=1)
    size = max(1, min(BATCH, _MOST_NUMBERS // widest))
    for start in range(0, len(rows), size):
        chosen = rows[start : start + size]
        batch = x[torch.from_numpy(chosen).to(x.device)].to(device)
        with hooked(), torch.no_grad(), _taken(model, taps, len(chosen), where) as found:
            logits = call(model, batch)
        check_finite(logits, where)
        for at, tap in enumerate(taps):
            if at not in found:
                raise _not_once(tap, len(chosen))
        values = [found[at] for at in range(len(taps))]
        yield chosen, logits.float().cpu().numpy(), values


@contextmanager
def _taken(
    model: nn.Module, taps: Sequence[Tap], count: int, where: str
) -> Iterator[dict[int, Float32[np.ndarray, "sample unit"]]]:
    """Inside, a call of the model fills the result: activations by the number of their tap."""
    found: dict[int, np.ndarray] = {}
    modules = dict(model.named_modules())
    calls = dict.fromkeys((tap.path for tap in taps), 0)

    def take(path: str, inputs: bool, values: Any) -> None:
        for at, tap in enumerate(taps):
            if (tap.path, tap.number, tap.takes_input) == (path, calls[path], inputs):
                tensor = first_tensor(values)
                if tensor is None:
                    raise _not_once(tap, count)
                found[at] = _of_units(tensor, tap, count, where)

    def before(path: str) -> Any:
        def hook(_: nn.Module, args: tuple[Any, ...], kwargs: Any) -> None:
            take(path, True, (*args, *kwargs.values()))

        return hook

    def after(path: str) -> Any:
        def hook(_: nn.Module, __: tuple[Any, ...], result: Any) -> None:
            take(path, False, result)
            calls[path] += 1

        return hook

    handles = []
    try:
        for path in calls:
            module = modules[path]
            handles.append(module.register_forward_pre_hook(before(path), with_kwargs=True))
            handles.append(module.register_forward_hook(after(path)))
        yield found
    finally:
        for handle in handles:
            handle.remove()


def _of_units(
    values: torch.Tensor, tap: Tap, count: int, where: str
) -> Float32[np.ndarray, "sample unit"]:
    """A copy, for the model may change its values in place afterwards."""
    if values.dim() == 0 or len(values) != count:
        raise _not_once(tap, count)
    values = values.detach().float()
    if values.dim() == 1:
        values = values[:, None]
    elif tap.channels is not None and values.dim() == 2 and values.shape[1] % tap.channels == 0:
        values = values.unflatten(1, (tap.channels, -1)).mean(2)  # maps laid flat
    elif tap.channels is not None and values.dim() > 2:
        values = values.flatten(2).mean(2)
    elif values.dim() > 2:
        values = values.flatten(1, -2).mean(1)
    good = torch.isfinite(values).all(1)
    if not bool(good.all()):
        raise ModelError(
            f"Layer {tap.name} gives NaN or infinity ({where}); its training diverged or its input "
            "has the wrong scale."
        )
    return np.array(values.cpu().numpy(), np.float32, order="C")


def _not_once(tap: Tap, count: int) -> ModelError:
    return ModelError(
        f"Layer {tap.name} does not run exactly once for each of {count} samples, so its "
        "activations cannot be told apart by sample; name other layers with layers."
    )
