"""Choose a plane in input space: that of the inputs, through three samples, or principal axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import DatasetError
from nnvis.model import Plane

if TYPE_CHECKING:
    from jaxtyping import Float64

MARGIN = 0.1
# Points nearer to a line than this share of their distances span no plane in float32.
_FLAT = 1e-6


def plane_of(x: Any, margin: float = MARGIN, labels: tuple[str, str] = ("x₁", "x₂")) -> Plane:
    """The plane of inputs that have two numbers each.

    Parameters
    ----------
    x
        Inputs (samples, 2).
    margin
        Room around them, as a share of the longer side.

    Raises
    ------
    DatasetError
        When inputs have another size, or all are the same.
    """
    rows, shape = _rows(x)
    if rows.shape[1] != 2:
        raise DatasetError(
            f"The inputs have {rows.shape[1]} numbers each, so they have no plane of their own; "
            "choose one by nnvis.plane_through or nnvis.principal_plane."
        )
    if not np.ptp(rows, axis=0).any():
        raise DatasetError("All inputs are the same, so there is nothing to map around them.")
    extent = _extent(rows, margin)
    return Plane(np.zeros(2), np.eye(2), extent, shape, labels, {"kind": "inputs"})


def own_planes(x: Any) -> dict[str, Plane]:
    """What to map of a training without being told: the plane of inputs of two numbers, if they
    are such, by the name ``plane``."""
    array = np.asarray(x)
    is_plane = array.ndim == 2 and array.shape[1] == 2 and bool(np.ptp(array, axis=0).any())
    return {"plane": plane_of(array)} if is_plane else {}


def plane_through(x: Any, samples: Sequence[int], margin: float = 0.35) -> Plane:
    """The plane through three samples.

    The origin is the first of them, the first axis points to the second, and the third lies
    above it.

    Parameters
    ----------
    x
        All inputs (samples, …).
    samples
        Three of their numbers, from 0 on.
    margin
        Room around the three, as a share of the longer side.

    Raises
    ------
    DatasetError
        When a number is outside, or the three are equal or on one line: it names them.
    """
    rows, shape = _rows(x)
    numbers = [int(number) for number in samples]
    if len(numbers) != 3:
        raise DatasetError(f"A plane goes through three samples, got {len(numbers)}.")
    for number in numbers:
        if not 0 <= number < len(rows):
            raise DatasetError(
                f"There is no sample {number}: samples are numbered 0 to {len(rows) - 1}."
            )
    first, second, third = rows[numbers]
    for (i, one), (j, other) in (
        ((0, first), (1, second)),
        ((0, first), (2, third)),
        ((1, second), (2, third)),
    ):
        if np.array_equal(one, other):
            raise DatasetError(
                f"Samples {numbers[i]} and {numbers[j]} are equal, so no single plane goes through "
                f"samples {_listed(numbers)}; choose three that differ."
            )
    along, beside = second - first, third - first
    u = along / np.linalg.norm(along)
    across = beside - (beside @ u) * u
    across -= (across @ u) * u  # once more: the first time leaves what rounding left over
    height = np.linalg.norm(across)
    if height <= _FLAT * max(np.linalg.norm(along), np.linalg.norm(beside)):
        raise DatasetError(
            f"Samples {_listed(numbers)} lie on one line, so no single plane goes through them; "
            "choose another."
        )
    axes = np.stack([u, across / height])
    labels = f"from sample {numbers[0]} to {numbers[1]}", f"towards sample {numbers[2]}"
    corners = (rows[numbers] - first) @ axes.T
    made = {"kind": "samples", "samples": numbers}
    return Plane(first, axes, _extent(corners, margin), shape, labels, made)


def principal_plane(x: Any, centre: Any = None, margin: float = MARGIN) -> Plane:
    """The plane along which inputs vary most: their two principal axes, around ``centre``.

    Parameters
    ----------
    x
        Inputs (samples, …); the extent covers them as seen from above the plane.
    centre
        ``None`` for their mean, the number of a sample, or an input.
    margin
        Room around them, as a share of the longer side.

    Raises
    ------
    DatasetError
        When inputs are all equal or on one line, or the centre does not fit.
    """
    from sklearn.decomposition import PCA

    rows, shape = _rows(x)
    spread = np.ptp(rows, axis=0).max() if len(rows) else 0.0
    if len(rows) < 3 or spread == 0:
        raise DatasetError(
            f"Principal axes need at least three inputs that differ, got {len(rows):,}"
            f"{' equal ones' if len(rows) > 1 and spread == 0 else ''}."
        )
    found = PCA(2, random_state=0).fit(rows)
    if found.singular_values_[1] <= _FLAT * found.singular_values_[0]:
        raise DatasetError(
            f"The {len(rows):,} inputs lie on one line, so they have no second principal axis; "
            "choose a plane through three samples."
        )
    # Exactly orthonormal, and pointing the same way whatever library found them.
    axes = np.linalg.qr(np.asarray(found.components_, np.float64).T)[0].T
    axes *= np.sign(axes[np.arange(2), np.abs(axes).argmax(1)])[:, None]
    middle, words = _centre(rows, centre)
    share = [round(float(part), 6) for part in found.explained_variance_ratio_]
    made = {"kind": "principal", "centre": words, "variance": share}
    labels = tuple(
        f"principal axis {number} ({part:.0%} of the variance)"
        for number, part in enumerate(share, start=1)
    )
    extent = _extent((rows - middle) @ axes.T, margin)
    return Plane(middle, axes, extent, shape, (labels[0], labels[1]), made)


def _centre(rows: np.ndarray, centre: Any) -> tuple[np.ndarray, str]:
    if centre is None:
        return rows.mean(axis=0), "the mean"
    if isinstance(centre, int | np.integer) and not isinstance(centre, bool):
        if not 0 <= centre < len(rows):
            raise DatasetError(
                f"There is no sample {centre}: samples are numbered 0 to {len(rows) - 1}."
            )
        return rows[centre], f"sample {int(centre)}"
    given = np.asarray(centre, np.float64).reshape(-1)
    if given.shape != rows.shape[1:] or not np.isfinite(given).all():
        raise DatasetError(
            f"The centre must be a sample's number or an input of {rows.shape[1]} finite numbers, "
            f"got {given.size} numbers."
        )
    return given, "a given input"


def _rows(x: Any) -> tuple[Float64[np.ndarray, "sample feature"], tuple[int, ...]]:
    """Inputs as flat rows, and the shape of one."""
    array = np.asarray(x.detach().cpu() if hasattr(x, "detach") else x)
    if array.dtype.kind not in "fiub" or array.ndim < 2 or len(array) == 0:
        raise DatasetError(
            "A plane needs inputs of the shape (samples, features …) with at least one sample, "
            f"got {array.dtype} of the shape {array.shape}."
        )
    rows = array.reshape(len(array), -1).astype(np.float64)
    if rows.shape[1] < 2:
        raise DatasetError(
            "The inputs have one number each, so no plane lies among them; class maps need at "
            "least two."
        )
    if not np.isfinite(rows).all():
        raise DatasetError("The inputs hold NaN or infinity; leave such samples out.")
    return rows, array.shape[1:]


def _extent(places: np.ndarray, margin: float) -> tuple[float, float, float, float]:
    """Around ``places``, with the same room on all sides."""
    low, high = places.min(axis=0), places.max(axis=0)
    if not (isinstance(margin, int | float) and margin >= 0):
        raise DatasetError(f"margin must be 0 or more, got {margin!r}.")
    longer = float((high - low).max())
    # Inputs on a line along an axis still get a map with two sides.
    room = np.where(high > low, margin * longer, max(margin, MARGIN) * longer)
    low, high = low - room, high + room
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])


def _listed(numbers: Sequence[int]) -> str:
    return f"{numbers[0]}, {numbers[1]} and {numbers[2]}"
