"""Pruning and its measures as plain loops. Imports nothing from nnvis."""

from __future__ import annotations


def remove_lowest(weights, scores, count):
    """``weights`` (lists of rows of numbers) without the ``count`` edges of lowest score.

    Equal scores go in the order of (matrix, row, column).
    """
    ranked = []
    for m, matrix in enumerate(scores):
        for r, row in enumerate(matrix):
            for c, score in enumerate(row):
                ranked.append((score, m, r, c))
    ranked.sort()
    kept = [[list(row) for row in matrix] for matrix in weights]
    for _, m, r, c in ranked[:count]:
        kept[m][r][c] = 0.0
    return kept


def measures(wanted, predicted, n_classes):
    """(accuracy, recall of each class, precision of each class); 0 where nothing is counted."""
    right = sum(w == p for w, p in zip(wanted, predicted, strict=True))
    recall, precision = [], []
    for number in range(n_classes):
        hits = sum(w == p == number for w, p in zip(wanted, predicted, strict=True))
        have = sum(w == number for w in wanted)
        said = sum(p == number for p in predicted)
        recall.append(hits / have if have else 0.0)
        precision.append(hits / said if said else 0.0)
    return right / len(wanted), recall, precision


def spearman(first, second):
    """Pearson's correlation of the ranks, ties ranked by index."""

    def ranks(values):
        order = sorted(range(len(values)), key=lambda i: (values[i], i))
        out = [0] * len(values)
        for rank, i in enumerate(order):
            out[i] = rank
        return out

    a, b = ranks(first), ranks(second)
    mean = (len(a) - 1) / 2
    top = sum((p - mean) * (q - mean) for p, q in zip(a, b, strict=True))
    bottom = sum((p - mean) ** 2 for p in a)
    return top / bottom
