"""Sphinx settings: ``make docs``."""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import Parser
from docutils.utils import new_document
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import nnvis
import nnvis.config

project = "nnvis"
author = "the nnvis authors"
copyright = "2026, the nnvis authors"
version = release = nnvis.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"nnvis {release}"

napoleon_google_docstring = False
napoleon_use_ivar = True
autodoc_member_order = "bysource"
# Array shapes stand in annotations as jaxtyping, which is imported for type checkers alone.
# So annotations are shown as they are written and never evaluated.
autodoc_typehints = "signature"
suppress_warnings = ["sphinx_autodoc.forward_reference"]


def escape_bars(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """``|γ|`` in a docstring is a norm; reStructuredText would take it for a substitution."""
    lines[:] = [line.replace("|", "\\|") for line in lines]


class SettingsTable(SphinxDirective):
    """The fields of a settings model: name, default, allowed values and description."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        kind = getattr(nnvis.config, self.arguments[0])
        lines = [".. list-table::", "   :header-rows: 1", ""]
        lines += row("key", "default", "allowed", "meaning")
        for name, field in kind.model_fields.items():
            meaning = str(field.description).replace("|", "\\|")
            lines += row(
                f"``{name}``", f"``{field.default!r}``", nnvis.config.allowed(field), meaning
            )
        # The page around it is Markdown; the table is not.
        document = new_document("settings", self.state.document.settings)
        Parser().parse("\n".join(lines), document)
        return document.children


def row(*cells: str) -> list[str]:
    """A row of a list-table."""
    return [f"   {'  -' if number else '* -'} {cell}" for number, cell in enumerate(cells)]


def setup(app: Sphinx) -> None:
    app.add_directive("settings", SettingsTable)
    app.connect("autodoc-process-docstring", escape_bars)
