"""Recurrence measures and transitions as plain loops. Imports nothing from nnvis."""

from __future__ import annotations

import math
from itertools import pairwise


def band_matrix(distance, low, high, closed=False):
    """1 where ``low <= D < high`` (or ``<= high``), else 0, as lists."""
    return [[int(low <= x < high or (closed and x == high)) for x in row] for row in distance]


def runs(cells):
    """Lengths of the runs of 1 in a list of 0 and 1."""
    found, length = [], 0
    for cell in cells:
        if cell:
            length += 1
        elif length:
            found.append(length)
            length = 0
    return [*found, length] if length else found


def diagonal(matrix, d):
    n = len(matrix)
    return [matrix[i][i + d] for i in range(n) if 0 <= i + d < n]


def columns(matrix):
    n = len(matrix)
    return [[matrix[i][j] for i in range(n)] for j in range(n)]


def of_lines(lengths, least):
    """(share of cells on long lines, mean of long lines, longest of all, entropy)."""
    kept = [length for length in lengths if length >= least]
    longest = max(lengths, default=0)
    if not kept:
        return 0.0, 0.0, longest, 0.0
    parts = []
    for length in sorted(set(kept)):
        p = kept.count(length) / len(kept)
        parts.append(p * math.log(p))
    return sum(kept) / sum(lengths), sum(kept) / len(kept), longest, -math.fsum(parts) + 0.0


def mean(values):
    return sum(values) / len(values) if values else 0.0


def measures(matrix, l_min=2, v_min=2, theiler=0):
    """Every measure of a square matrix of 0 and 1, by name."""
    n = len(matrix)
    far = [(i, j) for i in range(n) for j in range(n) if abs(i - j) >= theiler]
    diagonals = []
    for d in range(1 - n, n):
        if abs(d) >= theiler:
            diagonals += runs(diagonal(matrix, d))
    verticals, whites, first_kind, second_kind = [], [], [], []
    for column in columns(matrix):
        verticals += runs(column)
        whites += runs([1 - cell for cell in column])
        points = [i for i, cell in enumerate(column) if cell]
        first_kind += [b - a for a, b in pairwise(points)]
        starts = [i for i in points if i == 0 or not column[i - 1]]
        second_kind += [b - a for a, b in pairwise(starts)]
    determinism, diagonal_mean, diagonal_max, diagonal_entropy = of_lines(diagonals, l_min)
    laminarity, trapping_time, vertical_max, vertical_entropy = of_lines(verticals, v_min)
    return {
        "recurrence_rate": sum(matrix[i][j] for i, j in far) / len(far) if far else 0.0,
        "determinism": determinism,
        "diagonal_mean": diagonal_mean,
        "diagonal_max": diagonal_max,
        "divergence": 1 / diagonal_max if diagonal_max else math.inf,
        "diagonal_entropy": diagonal_entropy,
        "laminarity": laminarity,
        "trapping_time": trapping_time,
        "vertical_max": vertical_max,
        "vertical_entropy": vertical_entropy,
        "recurrence_time": mean(whites),
        "recurrence_time_1": mean(first_kind),
        "recurrence_time_2": mean(second_kind),
        "trend": trend(matrix, theiler),
    }


def trend(matrix, theiler=0):
    """Slope of the densities of the diagonals from max(1, theiler) on, the last 10 left out."""
    n = len(matrix)
    last = n - 10 if n > 20 else n - 1
    density = []
    for d in range(max(1, theiler), last + 1):
        both = diagonal(matrix, d) + diagonal(matrix, -d)
        density.append(sum(both) / len(both))
    if len(density) < 2:
        return 0.0
    middle = (len(density) - 1) / 2
    average = math.fsum(density) / len(density)
    top = math.fsum((k - middle) * (x - average) for k, x in enumerate(density))
    return top / math.fsum((k - middle) ** 2 for k in range(len(density)))


def transitions(predictions, classes):
    """One matrix (lists of rows) for each pair of epochs that follow each other."""
    found = []
    for before, after in pairwise(predictions):
        delta = [[0] * classes for _ in range(classes)]
        for a, b in zip(before, after, strict=True):
            delta[a][b] += 1
        found.append(delta)
    return found


def transition_distance(first, second):
    """Of two transition matrices."""
    apart = together = 0
    for i, (row, other) in enumerate(zip(first, second, strict=True)):
        for j, (a, b) in enumerate(zip(row, other, strict=True)):
            if i != j:
                apart += abs(a - b)
                together += a + b
    return apart / together if together else 0.0


def prediction_distance(first, second):
    return sum(a != b for a, b in zip(first, second, strict=True))
