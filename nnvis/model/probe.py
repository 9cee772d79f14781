"""The samples that a recorder watches: what they truly are and what they look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Int32, UInt8


@dataclass(frozen=True)
class Probe:
    """What a run keeps of its probe samples, in the order of its epochs' axis *sample*.

    Attributes
    ----------
    count
        How many samples there are.
    label
        The true class of each sample, or ``None`` when it is not known.
    picture
        Small copies of the samples as pictures, grey or in colour, or ``None``.
    picture_sample
        The number of the sample that each picture shows, rising; ``None`` without pictures.
        Of a large probe not every sample has one.
    digest
        SHA-256 of the samples as float32, which tells the same samples from others.
    """

    count: int
    label: Int32[np.ndarray, "sample"] | None = None
    picture: UInt8[np.ndarray, "picture row column *colour"] | None = None
    picture_sample: Int32[np.ndarray, "picture"] | None = None
    digest: str = ""
