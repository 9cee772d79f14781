"""How well a model does on samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from nnvis.graph import undisturbed
from nnvis.graph.running import inputs, labels, logits_of

if TYPE_CHECKING:
    from jaxtyping import Int32


def evaluate(model: nn.Module, x: Any, y: Any) -> tuple[float, Int32[np.ndarray, "sample"]]:
    """(accuracy, the predicted class of each sample) of ``model``, in batches.

    The model is run in evaluation mode and left as it was.

    Raises
    ------
    DatasetError, ModelError
        When samples and model do not fit, or the model returns NaN.
    """
    samples = inputs(x, model)
    with undisturbed(model):
        logits = logits_of(model, samples)
    wanted = labels(y, len(samples), logits.shape[1])
    predicted = logits.argmax(1).astype(np.int32)
    return float((predicted == wanted).mean()), predicted


def loss_and_accuracy(
    model: nn.Module, x: torch.Tensor, y: torch.Tensor, where: str
) -> tuple[float, float]:
    """Mean cross-entropy and accuracy; ``y`` (samples,) on the processor."""
    with undisturbed(model):
        logits = torch.from_numpy(logits_of(model, x, where))
    loss = functional.cross_entropy(logits, y)
    return float(loss), float((logits.argmax(1) == y).float().mean())
