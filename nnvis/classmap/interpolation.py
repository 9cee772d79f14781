"""Between two maps: probabilities are interpolated, never class numbers or colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nnvis.errors import ConfigError, DatasetError

if TYPE_CHECKING:
    from jaxtyping import Float32

INTERPOLATIONS = ("linear", "geometric")
# The smallest number that a float16, as maps are recorded, tells from 0: a class that was
# rounded away at one end must not vanish at once, nor all classes where ends contradict.
LEAST = 2.0**-24


def interpolate_maps(
    first: np.ndarray, second: np.ndarray, share: float, how: str = "linear"
) -> Float32[np.ndarray, "*place class"]:
    """Probabilities at ``share`` of the way from ``first`` to ``second``.

    Parameters
    ----------
    first, second
        Probabilities (…, classes) of the same shape.
    share
        0 gives ``first``, 1 gives ``second``, exactly.
    how
        ``linear``: (1 − s) p + s q. ``geometric``: p^(1 − s) q^s, divided by its sum over the
        classes, which interpolates the logits of a softmax; probabilities below 2⁻²⁴ count as
        that.

    Raises
    ------
    ConfigError
        For another word, or a share outside 0 to 1.
    DatasetError
        When the shapes differ.
    """
    check_interpolation(how)
    if not 0 <= share <= 1:
        raise ConfigError(f"share must be 0 to 1, got {share!r}.")
    if first.shape != second.shape:
        raise DatasetError(
            "Only maps of the same grid and classes can be interpolated, "
            f"got {first.shape} and {second.shape}."
        )
    if share in (0, 1):
        return np.asarray(second if share else first, np.float32)
    p, q = np.asarray(first, np.float32), np.asarray(second, np.float32)
    if how == "linear":
        mixed = (1 - np.float32(share)) * p + np.float32(share) * q
    else:
        logs = (1 - share) * np.log(np.maximum(p, LEAST)) + share * np.log(np.maximum(q, LEAST))
        mixed = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return (mixed / mixed.sum(axis=-1, keepdims=True)).astype(np.float32)


def check_interpolation(how: str) -> None:
    """Raise :class:`ConfigError` for a word that is no kind of interpolation."""
    if how not in INTERPOLATIONS:
        raise ConfigError(f"interpolation must be {' or '.join(INTERPOLATIONS)}, got {how!r}.")
