"""A model that nnvis built, back from its stored parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn

from nnvis.errors import ModelError
from nnvis.learning.architectures import build_mlp


def rebuild_mlp(sizes: Sequence[int], state: Mapping[str, np.ndarray]) -> nn.Sequential:
    """The multi-layer perceptron of ``sizes`` with the parameters ``state``.

    Raises
    ------
    ModelError
        When the parameters do not fit the sizes.
    """
    model = build_mlp([int(size) for size in sizes])
    try:
        model.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    except RuntimeError as error:
        words = "-".join(map(str, sizes))
        raise ModelError(
            f"The stored parameters do not fit the sizes {words}; process the model again."
        ) from error
    return model
