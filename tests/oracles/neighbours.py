"""Neighbours, overlaps and confidence as plain loops in float64, as they are defined."""

from __future__ import annotations

import itertools
import math


def distance(a, b):
    """Squared Euclidean distance, axis by axis."""
    total = 0.0
    for x, y in zip(a, b, strict=True):
        total += (x - y) * (x - y)
    return total


def direction(row):
    """The row divided by its length; rows of zeros get an axis of their own."""
    largest = max(abs(x) for x in row)
    if largest == 0:
        return [0.0] * len(row) + [1.0]
    scaled = [x / largest for x in row]
    total = 0.0
    for x in scaled:
        total += x * x
    return [x / math.sqrt(total) for x in scaled] + [0.0]


def nearest(points, k, metric="euclidean", samples=None):
    """Ids of the k nearest of each chosen sample: by distance, then by id, never itself."""
    rows = [[float(x) for x in row] for row in points]
    if metric == "cosine":
        rows = [direction(row) for row in rows]
    found = []
    for own in range(len(rows)) if samples is None else samples:
        others = [(distance(rows[own], rows[n]), n) for n in range(len(rows)) if n != own]
        found.append([n for _, n in sorted(others)[:k]])
    return found


def overlap(representations, k, metric="euclidean", samples=None):
    """Share of neighbours kept from each epoch to the next."""
    each = [nearest(points, k, metric, samples) for points in representations]
    return [
        [len(set(a) & set(b)) / k for a, b in zip(first, second, strict=True)]
        for first, second in itertools.pairwise(each)
    ]


def overlap_distance(overlaps):
    """Root mean square difference of each two rows."""
    return [
        [math.sqrt(sum((a - b) ** 2 for a, b in zip(s, t, strict=True)) / len(s)) for t in overlaps]
        for s in overlaps
    ]


def confidence(row):
    """1 − entropy / ln C of one row of probabilities."""
    total = sum(row)
    entropy = -sum(p / total * math.log(p / total) for p in row if p > 0)
    return 1 - entropy / math.log(len(row))
