"""Figures, one module each, drawn with matplotlib's objects and without pyplot's global state.

Each module has ``draw(result, …, caption=None)``, which returns a matplotlib ``Figure``;
results call it through their ``plot``.
"""

from nnvis.render.plots.saving import KINDS, save_figure

__all__ = ["KINDS", "save_figure"]
