"""Put a model where it is to be trained."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

from nnvis.errors import ModelError

Model = TypeVar("Model", bound=nn.Module)


def placed(model: Model, device: str = "auto") -> Model:
    """``model`` on ``cpu``, on ``cuda``, or with ``auto`` on a GPU when there is one.

    Raises
    ------
    ModelError
        When ``cuda`` is asked for and torch finds none.
    """
    has_gpu = torch.cuda.is_available()
    if device == "cuda" and not has_gpu:
        raise ModelError(
            "The device cuda was asked for, but torch finds no GPU here; set device to auto or cpu."
        )
    return model.to("cuda" if has_gpu and device != "cpu" else "cpu")
