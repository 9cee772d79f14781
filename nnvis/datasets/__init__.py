"""Samples with labels: digits shipped inside, MNIST, toy sets, image folders and ``.npz``."""

from nnvis.datasets.loading import SOURCES, load_samples

__all__ = ["SOURCES", "load_samples"]
