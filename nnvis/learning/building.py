"""The untrained network that the settings ask for, fitted to the samples."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

from torch import nn

from nnvis.config import TrainingConfig, read_config
from nnvis.errors import DatasetError
from nnvis.learning.architectures import build_mlp
from nnvis.learning.convolutional import build_lenet5, build_vgg16
from nnvis.model import Samples

Config = TrainingConfig | Mapping[str, Any] | str | PathLike[str] | None


def model_for(samples: Samples, config: Config = None) -> nn.Sequential:
    """The untrained ``config.network`` for ``samples``.

    Raises
    ------
    DatasetError
        When a convolutional network is asked for and the samples are no pictures.
    """
    settings = read_config(TrainingConfig, config)
    if settings.network == "mlp":
        return mlp_for(samples, settings)
    if samples.picture_shape is None:
        raise DatasetError(
            f"The network {settings.network} needs pictures, but {samples.source or 'the samples'} "
            "has rows of numbers; take other samples or the network mlp."
        )
    build = build_lenet5 if settings.network == "lenet5" else build_vgg16
    return build(samples.picture_shape, len(samples.class_names), settings.seed)


def mlp_for(samples: Samples, config: Config = None) -> nn.Sequential:
    """The untrained dense network for ``samples``: features, ``config.hidden``, classes.

    Raises
    ------
    DatasetError
        When the samples are no rows of numbers.
    """
    settings = read_config(TrainingConfig, config)
    if samples.x_train.ndim != 2:
        raise DatasetError(
            "A dense network needs samples of the shape (samples, features), "
            f"got {samples.x_train.shape}; reshape them first."
        )
    sizes = (samples.x_train.shape[1], *settings.hidden, len(samples.class_names))
    return build_mlp(sizes, settings.seed)
