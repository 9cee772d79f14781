"""A gated dense layer for one class, forward and backward, as plain loops.

The formulas of Ioffe & Szegedy 2015 with a biased variance, in front of z = ĥ·Wᵀ + b.
Imports nothing from nnvis.
"""

from __future__ import annotations

import math

import numpy as np


def gated_layer(h, scale, shift, weight, bias, epsilon):
    """(ĥ·γ + β)·Wᵀ + b for h (batch, in), weight (out, in) → (batch, out)."""
    batch, n_in = h.shape
    n_out = len(weight)
    gated = np.zeros((batch, n_in))
    for unit in range(n_in):
        mean = sum(h[row, unit] for row in range(batch)) / batch
        variance = sum((h[row, unit] - mean) ** 2 for row in range(batch)) / batch
        for row in range(batch):
            normalised = (h[row, unit] - mean) / math.sqrt(variance + epsilon)
            gated[row, unit] = normalised * scale[unit] + shift[unit]
    z = np.zeros((batch, n_out))
    for row in range(batch):
        for out in range(n_out):
            z[row, out] = bias[out] + sum(weight[out, i] * gated[row, i] for i in range(n_in))
    return z


def gated_layer_backward(h, scale, weight, epsilon, z_gradient):
    """Gradients (of γ, of β, of h) from that of z, through mean and variance."""
    batch, n_in = h.shape
    scale_gradient, shift_gradient = np.zeros(n_in), np.zeros(n_in)
    h_gradient = np.zeros((batch, n_in))
    for unit in range(n_in):
        mean = sum(h[row, unit] for row in range(batch)) / batch
        variance = sum((h[row, unit] - mean) ** 2 for row in range(batch)) / batch
        deviation = math.sqrt(variance + epsilon)
        gated = [
            sum(z_gradient[row, out] * weight[out, unit] for out in range(len(weight)))
            for row in range(batch)
        ]
        normalised = [(h[row, unit] - mean) / deviation for row in range(batch)]
        scale_gradient[unit] = sum(g * n for g, n in zip(gated, normalised, strict=True))
        shift_gradient[unit] = sum(gated)
        inner = [g * scale[unit] for g in gated]
        variance_gradient = sum(
            inner[row] * (h[row, unit] - mean) * -0.5 * deviation**-3 for row in range(batch)
        )
        mean_gradient = -sum(inner) / deviation
        for row in range(batch):
            h_gradient[row, unit] = (
                inner[row] / deviation
                + variance_gradient * 2 * (h[row, unit] - mean) / batch
                + mean_gradient / batch
            )
    return scale_gradient, shift_gradient, h_gradient


def two_way_cross_entropy(logits, is_class, number):
    """Mean of −log softmax of [z_c, Σ_{j≠c} z_j] at the true side, for class ``number``."""
    total = 0.0
    for row in range(len(logits)):
        own = float(logits[row][number])
        rest = sum(float(logits[row][j]) for j in range(len(logits[row])) if j != number)
        true = own if is_class[row] else rest
        top = max(own, rest)
        total += top + math.log(math.exp(own - top) + math.exp(rest - top)) - true
    return total / len(logits)
