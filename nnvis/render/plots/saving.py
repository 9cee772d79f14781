"""Write a figure as PNG, SVG and PDF."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    for kind in kinds:
        content = BytesIO()
        with styled():
            figure.savefig(content, format=kind, metadata=_METADATA[kind])
        path = stem.with_name(f"{stem.name}.{kind}")
        write_atomically(path, [content.getvalue()])
        written.append(path)
    return written
