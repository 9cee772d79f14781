"""The door from a result to its figure.

Results lie on lower floors than drawing, and must work where nothing is ever drawn. So a
result's ``plot`` names its figure's module, which is loaded when it is asked for; no package
imports one above it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(figure: str, result: Any, **options: Any) -> Figure:
    """The figure that ``nnvis.render.plots.FIGURE`` draws of ``result``."""
    return importlib.import_module(f"nnvis.render.plots.{figure}").draw(result, **options)
