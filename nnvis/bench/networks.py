"""The network that the measurements share: trained on digits, kept in memory only."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from nnvis.errors import DatasetError

if TYPE_CHECKING:
    from torch import nn

    from nnvis.model import Network, Samples

HIDDEN = (81, 49)
EPOCHS = 15


@cache
def trained(
    data: str = "digits", hidden: tuple[int, ...] = HIDDEN, epochs: int = EPOCHS
) -> tuple[nn.Sequential, Samples]:
    """A dense classifier trained on ``data`` as ``nnvis demo`` does, and its samples."""
    from nnvis.datasets import load_samples
    from nnvis.learning import train_mlp

    samples = load_samples(data)
    model, _ = train_mlp(samples, {"hidden": hidden, "epochs": epochs})
    return model, samples


@cache
def demo_network(
    data: str = "digits", hidden: tuple[int, ...] = HIDDEN, epochs: int = EPOCHS
) -> Network:
    """That classifier, scored; straight edges, nothing pruned."""
    from nnvis.importance import score_importance
    from nnvis.pipeline import build_network

    model, samples = trained(data, hidden, epochs)
    scored = score_importance(model, samples.x_train, samples.y_train, {"epochs": max(epochs, 1)})
    return build_network(model, scored, {"prune_percentage": 0.0})


def has_mnist() -> bool:
    """Whether the full MNIST can be read without fetching it."""
    from nnvis.datasets.download import cache_folder
    from nnvis.datasets.mnist import FILES, local_folder

    try:
        if local_folder() is not None:
            return True
    except DatasetError:
        return False
    return all((cache_folder() / "mnist" / f"{name}.gz").is_file() for name in FILES)


def sizes_of(network: Network) -> str:
    """``784-81-49-10``."""
    return "-".join(str(layer.size) for layer in network.layers)
