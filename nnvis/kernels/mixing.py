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
def _counts(a, b, c, share, colours):
    """Whether the colour of ``colours`` nearest to (a, b, c) is of a class that counts."""
    mine = other = np.inf
    for j in range(len(share)):
        away = (a - colours[j, 0]) ** 2 + (b - colours[j, 1]) ** 2 + (c - colours[j, 2]) ** 2
        if share[j] > 0:
            mine = min(mine, away)
        else:
            other = min(other, away)
    return mine <= other


@njit(nogil=True, error_model="numpy")
def _curve(linear):
    """Linear light to sRGB, cut to [0, 1]."""
    value = min(max(linear, 0.0), 1.0)
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


@njit(nogil=True, error_model="numpy")
def _srgb(light, red, blue, to_cone, to_linear):
    """OKLab to sRGB."""
    one = (to_cone[0, 0] * light + to_cone[0, 1] * red + to_cone[0, 2] * blue) ** 3
    two = (to_cone[1, 0] * light + to_cone[1, 1] * red + to_cone[1, 2] * blue) ** 3
    three = (to_cone[2, 0] * light + to_cone[2, 1] * red + to_cone[2, 2] * blue) ** 3
    return (
        _curve(to_linear[0, 0] * one + to_linear[0, 1] * two + to_linear[0, 2] * three),
        _curve(to_linear[1, 0] * one + to_linear[1, 1] * two + to_linear[1, 2] * three),
        _curve(to_linear[2, 0] * one + to_linear[2, 1] * two + to_linear[2, 2] * three),
    )


@njit(parallel=True, cache=True, nogil=True, error_model="numpy")
def mix_classes(probability, shown, looks, likely, steps, to_cone, to_linear, out):
    """sRGB of each place.

    Parameters
    ----------
    probability
        (places, classes) float32.
    shown
        (classes, 3) float64, OKLab of each class where it is certain.
    looks
        (kinds, classes, 3) float64, sRGB colours that a reader knows each class by.
    likely
        Share of the highest probability from which on a class counts.
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
            colour = _srgb(light, red, blue, to_cone, to_linear)
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
                    colour = _srgb(light, red, blue, to_cone, to_linear)
                    clear = _counts(light, red, blue, share, shown)
                    for kind in range(looks.shape[0]):
                        clear = clear and _counts(
                            colour[0], colour[1], colour[2], share, looks[kind]
                        )
                    if clear:
                        break
            out[at, 0] = colour[0]
            out[at, 1] = colour[1]
            out[at, 2] = colour[2]
