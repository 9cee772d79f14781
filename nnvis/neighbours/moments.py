"""Chosen samples at two moments, as values that a figure or a panel draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnvis.errors import DatasetError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64, Int32, Int64, UInt8

    from nnvis.model import Probe


@dataclass(frozen=True)
class Moments:
    """Every chosen sample at two epochs.

    Attributes
    ----------
    epochs
        The two.
    samples
        Ids.
    confidence
        At each of the two.
    kept
        Share of a sample's neighbours at the one epoch that are its neighbours at the other.
    prediction
        At each of the two.
    """

    epochs: tuple[int, int]
    samples: Int64[np.ndarray, "chosen"]
    confidence: Float64[np.ndarray, "2 chosen"]
    kept: Float64[np.ndarray, "chosen"]
    prediction: Int32[np.ndarray, "2 chosen"]


@dataclass(frozen=True)
class Neighbourhood:
    """The neighbours of one sample at two epochs.

    Attributes
    ----------
    sample
        Its id.
    epochs
        The two.
    neighbours
        Ids at each of the two, nearest first.
    kept
        Which of them are neighbours at the other epoch too.
    confidence
        The sample's own, at each of the two.
    """

    sample: int
    epochs: tuple[int, int]
    neighbours: Int32[np.ndarray, "2 k"]
    kept: Bool[np.ndarray, "2 k"]
    confidence: Float64[np.ndarray, "2"]


def pictures_of(
    probe: Probe | None, samples: np.ndarray
) -> list[UInt8[np.ndarray, "row column *colour"] | None]:
    """The picture of each sample; ``None`` for one of a large probe that has none.

    Raises
    ------
    DatasetError
        When no sample has a picture.
    """
    if probe is None or probe.picture is None or probe.picture_sample is None:
        raise DatasetError(
            "The run keeps no pictures of its probe samples; record with "
            "nnvis.Recorder(..., pictures=(rows, columns)) when a row of x is a picture."
        )
    place = np.searchsorted(probe.picture_sample, samples)
    place = np.minimum(place, len(probe.picture_sample) - 1)
    return [
        probe.picture[at] if probe.picture_sample[at] == sample else None
        for at, sample in zip(place.tolist(), np.asarray(samples).tolist(), strict=True)
    ]
