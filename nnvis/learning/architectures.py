"""Networks that nnvis builds itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

from nnvis.errors import ModelError


def build_mlp(sizes: Sequence[int], seed: int = 0) -> nn.Sequential:
    """Dense layers ``fc1``, ``fc2``, … with ``relu1``, ``relu2``, … between them.

    Parameters
    ----------
    sizes
        Units of each layer from input to output, at least two, each at least one.
    seed
        Of the weights, drawn as torch draws them by default: evenly from ± 1/√inputs. torch's
        global random state is neither used nor changed.

    Raises
    ------
    ModelError
        When there are fewer than two sizes or one is below one.
    """
    if len(sizes) < 2 or any(size < 1 for size in sizes):
        raise ModelError(
            "A network needs at least an input and an output size, each at least 1, "
            f"got {'-'.join(str(size) for size in sizes) or 'none'}."
        )
    generator = torch.Generator().manual_seed(seed)
    model = nn.Sequential()
    for number, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        # skip_init, because the usual constructor draws from the global random state.
        layer = nn.utils.skip_init(nn.Linear, n_in, n_out)
        bound = 1 / math.sqrt(n_in)
        for parameter in layer.parameters():
            nn.init.uniform_(parameter, -bound, bound, generator=generator)
        model.add_module(f"fc{number}", layer)
        if number < len(sizes) - 1:
            model.add_module(f"relu{number}", nn.ReLU())
    return model
