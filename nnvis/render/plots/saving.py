"""Write a figure as PNG, SVG and PDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg

from nnvis.render.plots.style import styled
from nnvis.store.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("png", "svg", "pdf")
# Without the date of writing, the same figure gives the same file.
_METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": "nnvis"},
    "svg": {"Date": None, "Creator": "nnvis"},
    "pdf": {"CreationDate": None, "Creator": "nnvis"},
}


def save_figure(figure: Figure, stem: Path, kinds: Iterable[str] = KINDS) -> list[Path]:
    """Write ``stem.png``, ``stem.svg`` and ``stem.pdf``, each whole or not at all.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    StoreError
        When one cannot be written.
    """
    written = []
    with styled(), _laid_out(figure):
        for kind in kinds:
            content = BytesIO()
            figure.dpi = rcParams["savefig.dpi"]  # vector formats change it
            _print(figure, kind, content)
            path = stem.with_name(f"{stem.name}.{kind}")
            write_atomically(path, [content.getvalue()])
            written.append(path)
    return written


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """Arrange ``figure`` once for all formats; afterwards it is as it was.

    ``savefig`` arranges and draws every part once more for each format, which took most of the
    time.
    """
    canvas, dpi, engine = figure.canvas, figure.dpi, figure.get_layout_engine()
    try:
        figure.dpi = rcParams["savefig.dpi"]
        FigureCanvasAgg(figure)
        if engine is not None:
            engine.execute(figure)
            figure.set_layout_engine("none")
        yield
    finally:
        figure.set_canvas(canvas)
        figure.dpi = dpi
        if engine is not None:
            figure.set_layout_engine(engine)


def _print(figure: Figure, kind: str, content: BytesIO) -> None:
    if kind == "png":
        FigureCanvasAgg(figure).print_png(content, metadata=_METADATA[kind])
    elif kind == "svg":
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        FigureCanvasSVG(figure).print_svg(content, metadata=_METADATA[kind])
    else:
        from matplotlib.backends.backend_pdf import FigureCanvasPdf

        FigureCanvasPdf(figure).print_pdf(content, metadata=_METADATA[kind])
