"""Bins, nearest centres, counts, tables and flows as plain loops, as they are defined."""

from __future__ import annotations

import math


def in_bins(values, low, high, bins):
    """The number of each value's bin; the highest value lies in the last."""
    found = []
    for row in values:
        numbers = []
        for value in row:
            number = 0
            if high > low:
                number = math.floor((value - low) / (high - low) * bins)
            numbers.append(min(max(number, 0), bins - 1))
        found.append(numbers)
    return found


def nearest(values, centres):
    """The centre with the smallest sum of squares, the first of several."""
    found = []
    for row in values:
        best, least = 0, math.inf
        for k, centre in enumerate(centres):
            total = 0.0
            for x, c in zip(row, centre, strict=True):
                total += (x - c) * (x - c)
            if total < least:
                best, least = k, total
        found.append(best)
    return found


def counts(entry, numbers, n_classes, n_clusters):
    """Samples of each class in each cluster."""
    table = [[0] * n_clusters for _ in range(n_classes)]
    for label, cluster in zip(entry, numbers, strict=True):
        table[label][cluster] += 1
    return table


def table(entry, signature, predicted):
    """How often each (input class, signature, predicted class) occurs."""
    found = {}
    for label, steps, said in zip(entry, signature, predicted, strict=True):
        key = (label, tuple(steps), said)
        found[key] = found.get(key, 0) + 1
    return found


def grouped(rows, group):
    """Occurrences summed over what the group leaves out."""
    found = {}
    for (label, steps, said), count in rows.items():
        key = {"input": (label, steps), "predicted": said, "signature": steps, None: ()}[group]
        found[key] = found.get(key, 0) + count
    return found


def flows(entry, signature, predicted):
    """Samples that go from step to step: (column, source, target, input class) and how many."""
    found = {}
    for label, steps, said in zip(entry, signature, predicted, strict=True):
        way = [label, *steps, said]
        for column in range(len(way) - 1):
            key = (column, way[column], way[column + 1], label)
            found[key] = found.get(key, 0) + 1
    return found


def crossings(columns, links):
    """Products of the sizes of flows that cross, pair by pair.

    ``columns`` holds the numbers of each column from top to bottom, ``links`` (column, source,
    target, count).
    """
    total = 0
    for i, (column, source, target, count) in enumerate(links):
        for other, start, end, size in links[:i]:
            if other != column:
                continue
            a = columns[column].index(source) - columns[column].index(start)
            b = columns[column + 1].index(target) - columns[column + 1].index(end)
            if a * b < 0:
                total += count * size
    return total
