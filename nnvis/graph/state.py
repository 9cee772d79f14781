"""A model's parameters and buffers as arrays."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn


def state_arrays(model: nn.Module) -> dict[str, np.ndarray]:
    """Parameters and buffers by their name in the ``state_dict``, on the processor.

    8- and 16-bit floats, of which numpy lacks most, become float32. What a module adds of its
    own that is no tensor is left out.
    """
    arrays: dict[str, np.ndarray] = {}
    for name, value in model.state_dict().items():
        if isinstance(value, torch.Tensor):
            tensor = value.detach().cpu()
            small = tensor.is_floating_point() and tensor.dtype.itemsize < 4
            arrays[name] = (tensor.float() if small else tensor).numpy()
    return arrays
