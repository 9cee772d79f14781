"""Samples with their labels, as every data source gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float32, Int64


@dataclass(frozen=True)
class Samples:
    """A training and a test set.

    Attributes
    ----------
    x_train, x_test
        One row a sample, scaled to about [0, 1] for pictures.
    y_train, y_test
        Class numbers, 0 … classes − 1.
    class_names
        One name a class.
    picture_shape
        (height, width) or (height, width, 3) when a row is a picture, else ``None``.
    source
        Where they came from, in words, for the run's record.
    """

    x_train: Float32[np.ndarray, "train feature"]
    y_train: Int64[np.ndarray, "train"]
    x_test: Float32[np.ndarray, "test feature"]
    y_test: Int64[np.ndarray, "test"]
    class_names: tuple[str, ...]
    picture_shape: tuple[int, ...] | None = None
    source: str = ""
