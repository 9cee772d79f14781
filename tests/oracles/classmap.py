"""Interpolation between class maps and the mixing of class colours as plain loops.

Imports nothing from nnvis.
"""

from __future__ import annotations

import math


def interpolated(p, q, share, how, least=2.0**-24):
    """Probabilities of one place between ``p`` and ``q``, lists of one number a class."""
    if share == 0:
        return list(p)
    if share == 1:
        return list(q)
    mixed = []
    for one, other in zip(p, q, strict=True):
        if how == "linear":
            mixed.append((1 - share) * one + share * other)
        else:
            mixed.append(max(one, least) ** (1 - share) * max(other, least) ** share)
    total = sum(mixed)
    return [value / total for value in mixed]


def weights(p, likely):
    """How much each class counts in the colour of a place: what it has above ``likely`` times
    the highest probability, as shares of 1; of a certain class 1."""
    top = max(p)
    above = [max(value - likely * top, 0.0) for value in p]
    total = sum(above)
    return [value / total for value in above]


def mixed_colour(p, shown, looks, likely, steps, srgb):
    """The OKLab colour of one place.

    ``shown`` holds the colour of each class, ``looks`` lists of their colours in sRGB, and
    ``srgb`` turns OKLab into it. The weighted mean moves towards the colour of the most probable
    class, in ``steps`` equal steps, until of each list the nearest colour is that of a class that
    counts.
    """
    share = weights(p, likely)
    mean = [sum(w * c[axis] for w, c in zip(share, shown, strict=True)) for axis in range(3)]
    best = shown[max(range(len(p)), key=lambda j: p[j])]
    for step in range(steps + 1):
        pull = step / steps
        colour = [(1 - pull) * mean[axis] + pull * best[axis] for axis in range(3)]
        seen = srgb(colour)
        if _counts(colour, shown, share) and all(_counts(seen, look, share) for look in looks):
            return colour
    return list(best)


def _counts(colour, colours, share):
    """Whether the nearest of ``colours`` is that of a class with a share."""
    mine = min(math.dist(colour, c) for c, w in zip(colours, share, strict=True) if w > 0)
    others = [math.dist(colour, c) for c, w in zip(colours, share, strict=True) if w == 0]
    return all(mine <= other for other in others)


def coordinates(x, origin, u, v):
    """Place of an input on a plane: scalar products with its two axes."""
    away = [a - b for a, b in zip(x, origin, strict=True)]
    return (
        sum(a * b for a, b in zip(away, u, strict=True)),
        sum(a * b for a, b in zip(away, v, strict=True)),
    )
