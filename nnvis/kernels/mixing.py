"""The colour of a place from the probabilities of its classes, straight to sRGB."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

_CHUNK = 1024


@njit(nogil=True, error_model="numpy")
def _share(probability, likely, share):
    """Fills in how much each class counts, as shares of 1; returns (most probable, how many
    count)."""
    classes = len(probability)
    best = 0
    for j in range(1, classes):
        if probability[j] > probability[best]:
            best = j
    total = 0.0
    count = 0
    for j in range(classes):
        above = max(probability[j] - likely * probability[best], 0.0)
        share[j] = above
        total += above
        count += above > 0
    for j in range(classes):
        share[j] /= total
    return best, count


@njit(nogil=True, error_model="numpy")
def _is_clear(light, red, blue, share, shown, near):
    """Whether a colour cannot be taken for that of a class that does not count."""
    mine = other = np.inf
    for j in range(len(share)):
        away = (light - shown[j, 0]) ** 2 + (red - shown[j, 1]) ** 2 + (blue - shown[j, 2]) ** 2
        if share[j] > 0:
            mine = min(mine, away)
        else:
            other = min(other, away)
    return other >= near * near or other >= mine


@njit(nogil=True, error_model="numpy")
def _curve(linear):
    """Linear light to sRGB, cut to [0, 1]."""
    value = min(max(linear, 0.0), 1.0)
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def mix_classes(probability, shown, likely, near, steps, to_cone, to_linear, out):
    """sRGB of each place.

    Parameters
    ----------
    probability
        (places, classes) float32.
    shown
        (classes, 3) float64, OKLab of each class where it is certain.
    likely
        Share of the highest probability from which on a class counts.
    near
        OKLab distance below which a colour may be taken for that of another class.
    steps
        In so many steps a colour moves to that of its most probable class.
    to_cone, to_linear
        (3, 3) float64: OKLab to the cube roots of cone responses, and these cubed to linear
        sRGB.
    out
        (places, 3) float32, written.
    """
    places, classes = probability.shape
    for chunk in prange((places + _CHUNK - 1) // _CHUNK):
        share = np.empty(classes)
        for at in range(chunk * _CHUNK, min(places, (chunk + 1) * _CHUNK)):
            best, count = _share(probability[at], likely, share)
            light, red, blue = shown[best, 0], shown[best, 1], shown[best, 2]
            if count > 1:
                mean_light = mean_red = mean_blue = 0.0
                for j in range(classes):
                    mean_light += share[j] * shown[j, 0]
                    mean_red += share[j] * shown[j, 1]
                    mean_blue += share[j] * shown[j, 2]
                for step in range(steps + 1):
                    pull = step / steps
                    light = (1 - pull) * mean_light + pull * shown[best, 0]
                    red = (1 - pull) * mean_red + pull * shown[best, 1]
                    blue = (1 - pull) * mean_blue + pull * shown[best, 2]
                    if _is_clear(light, red, blue, share, shown, near):
                        break
            one = (to_cone[0, 0] * light + to_cone[0, 1] * red + to_cone[0, 2] * blue) ** 3
            two = (to_cone[1, 0] * light + to_cone[1, 1] * red + to_cone[1, 2] * blue) ** 3
            three = (to_cone[2, 0] * light + to_cone[2, 1] * red + to_cone[2, 2] * blue) ** 3
            for channel in range(3):
                out[at, channel] = _curve(
                    to_linear[channel, 0] * one
                    + to_linear[channel, 1] * two
                    + to_linear[channel, 2] * three
                )
