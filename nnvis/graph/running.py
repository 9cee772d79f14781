"""Run a user's model on samples: checked, in batches, and without leaving a trace on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

from nnvis.errors import DatasetError, ModelError, NnvisError

BATCH = 4096


@contextmanager
def undisturbed(model: nn.Module, seed: int = 0) -> Iterator[None]:
    """Evaluation mode and frozen parameters inside; everything as it was after.

    Restores, also after an exception: the train/eval mode of every submodule, each parameter's
    ``requires_grad``, the buffers, and torch's random state (inside it starts from ``seed``, so
    that a model which draws numbers gives the same ones each time).
    """
    modes = [(module, module.training) for module in model.modules()]
    frozen = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    try:
        model.eval()
        for parameter, requires in frozen:
            if requires:
                parameter.requires_grad_(False)
        with seeded(device_of(model), seed):
            yield
    finally:
        for module, training in modes:
            module.training = training
        for parameter, requires in frozen:
            if requires:
                parameter.requires_grad_(True)
        with torch.no_grad():
            for buffer, value in buffers:
                if not torch.equal(buffer, value):
                    buffer.copy_(value)


@contextmanager
def seeded(device: torch.device, seed: int) -> Iterator[None]:
    """torch's random numbers start from ``seed`` inside, and go on as before after."""
    random = torch.get_rng_state()
    on_cuda = device.type == "cuda"
    random_cuda = torch.cuda.get_rng_state(device) if on_cuda else None
    try:
        torch.default_generator.manual_seed(seed)
        if on_cuda:
            torch.cuda.manual_seed(seed)
        yield
    finally:
        torch.set_rng_state(random)
        if random_cuda is not None:
            torch.cuda.set_rng_state(random_cuda, device)


def device_of(model: nn.Module) -> torch.device:
    """Where the model's parameters are; the processor when it has none."""
    first = next(model.parameters(), None)
    return first.device if first is not None else torch.device("cpu")


def inputs(x: Any, model: nn.Module, name: str = "x") -> torch.Tensor:
    """``x`` (numpy or torch, first axis sample) as a tensor of the model's number type.

    The tensor shares memory with ``x`` where it can, and stays on the device where ``x`` is.

    Raises
    ------
    DatasetError
        When it is empty, holds no numbers, has no sample axis, or holds NaN or infinity.
    """
    first = next(model.parameters(), None)
    dtype = first.dtype if first is not None and first.is_floating_point() else torch.float32
    if not isinstance(x, torch.Tensor):
        array = _array(x, name)
        if array.dtype.kind not in "fiub":
            raise DatasetError(f"{name} must hold numbers, got an array of {array.dtype}.")
        if not array.flags.writeable or any(step < 0 for step in array.strides):
            array = array.copy()  # torch can neither mark memory read-only nor step backwards
        x = torch.from_numpy(array)
    if x.dim() < 2 or len(x) == 0:
        raise DatasetError(
            f"{name} must have the shape (samples, features …) with at least one sample, "
            f"got {tuple(x.shape)}."
        )
    x = x.detach().to(dtype)
    for start in range(0, len(x), BATCH):
        good = torch.isfinite(x[start : start + BATCH]).flatten(1).all(1)
        if not bool(good.all()):
            row = start + int((~good).nonzero()[0, 0])
            raise DatasetError(
                f"{name} holds NaN or infinity in sample {row}; leave such samples out or replace "
                "the values."
            )
    return x


def labels(y: Any, n_samples: int, n_classes: int | None = None, name: str = "y") -> np.ndarray:
    """``y`` as (samples,) int64, checked against the number of samples and of classes.

    Raises
    ------
    DatasetError
        When the length differs, the labels are no whole numbers (or true and false, for 1 and
        0) or outside the classes.
    """
    if isinstance(y, torch.Tensor):
        y = y.detach().cpu()
        y = (y.float() if y.is_floating_point() else y).numpy()  # numpy lacks bfloat16
    array = _array(y, name)
    if array.ndim != 1 or len(array) != n_samples:
        raise DatasetError(
            f"{name} must hold one class number for each of the {n_samples} samples, "
            f"got the shape {array.shape}."
        )
    if array.dtype.kind not in "biuf" or (array.dtype.kind == "f" and not _whole(array)):
        raise DatasetError(f"{name} must hold whole class numbers, got {array.dtype}.")
    array = array.astype(np.int64)
    if n_classes is not None and len(array) and not 0 <= array.min() <= array.max() < n_classes:
        wrong = array[(array < 0) | (array >= n_classes)][0]
        raise DatasetError(
            f"{name} holds the label {wrong}, but the model gives {n_classes} classes, numbered "
            f"0 to {n_classes - 1}; check that model and samples belong together."
        )
    return array


def _array(values: Any, name: str) -> np.ndarray:
    try:
        return np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:
        raise DatasetError(
            f"{name} is no regular array of numbers: {type(error).__name__}: {_first_line(error)}; "
            "give every sample the same shape."
        ) from error


def _whole(array: np.ndarray) -> bool:
    return bool(np.isfinite(array).all() and (array == np.floor(array)).all())


def call(model: nn.Module, batch: torch.Tensor) -> torch.Tensor:
    """The model's logits (samples, classes) for one batch.

    Raises
    ------
    ModelError
        When the model refuses the batch or returns anything but such a tensor.
    """
    try:
        out = model(batch)
    except NnvisError:
        raise
    except Exception as error:
        raise ModelError(
            f"The model cannot take samples of the shape {tuple(batch.shape[1:])}: "
            f"{type(error).__name__}: {_first_line(error)}; give x in the shape that the model's "
            "forward expects."
        ) from error
    if not isinstance(out, torch.Tensor):
        raise ModelError(
            f"The model returned a {type(out).__name__}; nnvis needs a tensor of logits with the "
            "shape (samples, classes), so wrap the model in a module that returns only those."
        )
    if out.dim() != 2 or len(out) != len(batch):
        raise ModelError(
            f"The model returned the shape {tuple(out.shape)} for {len(batch)} samples; nnvis "
            f"needs logits of the shape ({len(batch)}, classes)."
        )
    return out


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0].rstrip(".;:") if text else "no message"


def check_finite(logits: torch.Tensor, where: str = "these samples") -> None:
    """Raise :class:`ModelError` when logits hold NaN or infinity."""
    if not bool(torch.isfinite(logits).all()):
        bad = int((~torch.isfinite(logits)).any(1).sum())
        raise ModelError(
            f"The model returned NaN or infinity for {bad} of {len(logits)} samples ({where}); "
            "its training diverged or its input has the wrong scale."
        )


def logits_of(model: nn.Module, x: torch.Tensor, where: str = "these samples") -> np.ndarray:
    """Logits (samples, classes) float32 of all of ``x``, in batches, without gradients.

    Call it inside :func:`undisturbed`.
    """
    device = device_of(model)
    parts: list[np.ndarray] = []
    with torch.no_grad():
        for start in range(0, len(x), BATCH):
            out = call(model, x[start : start + BATCH].to(device))
            check_finite(out, where)
            parts.append(out.float().cpu().numpy())
    return np.concatenate(parts)
