"""Choose which samples to train on: some classes only, or fewer samples of some classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nnvis.config import TrainingConfig
from nnvis.errors import ConfigError, DatasetError
from nnvis.model import Samples


def select_samples(samples: Samples, config: TrainingConfig) -> Samples:
    """``samples`` with only ``config.classes``, and of each class its ``config.class_share``.

    Classes keep their numbers and names, so that a network trained on some of them still has
    one output for each. The share applies to training samples alone, at least one of a class
    whose share is above zero; which ones is drawn with ``config.seed``. The samples keep their
    order.

    Raises
    ------
    ConfigError
        When a class does not exist.
    DatasetError
        When no training sample is left.
    """
    n_classes = len(samples.class_names)
    shares = config.class_share or {}
    for number in (*(config.classes or ()), *shares):
        if not 0 <= number < n_classes:
            raise ConfigError(
                f"There is no class {number} in {samples.source or 'the samples'}; classes are "
                f"numbered 0 to {n_classes - 1}."
            )
    train = _of_classes(samples.y_train, config.classes)
    test = _of_classes(samples.y_test, config.classes)
    rng = np.random.default_rng(config.seed)
    for number in sorted(shares):
        rows = np.flatnonzero(train & (samples.y_train == number))
        keep = round(shares[number] * len(rows))
        keep = max(keep, 1) if shares[number] > 0 and len(rows) else keep
        train[rng.permutation(rows)[keep:]] = False
    if not train.any():
        raise DatasetError(
            f"No training sample is left of {samples.source or 'the samples'} with "
            f"classes={config.classes} and class_share={config.class_share}; choose more classes "
            "or larger shares."
        )
    if train.all() and test.all():
        return samples
    return replace(
        samples,
        x_train=samples.x_train[train],
        y_train=samples.y_train[train],
        x_test=samples.x_test[test],
        y_test=samples.y_test[test],
    )


def _of_classes(y: np.ndarray, classes: tuple[int, ...] | None) -> np.ndarray:
    return np.ones(len(y), bool) if classes is None else np.isin(y, classes)
