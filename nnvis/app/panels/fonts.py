"""The two font families: a proportional one for text, a monospace one for code and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import imgui_bundle
from imgui_bundle import imgui

_FOLDER = Path(imgui_bundle.__file__).parent / "assets" / "fonts"
_fonts: dict[str, Any] = {}


def load_fonts() -> None:
    """Add both families to the current ImGui context; sizes are chosen when drawing."""
    _fonts.clear()
    atlas = imgui.get_io().fonts
    for name, file in (
        ("text", _FOLDER / "Roboto" / "Roboto-Regular.ttf"),
        ("code", _FOLDER / "Inconsolata-Medium.ttf"),
    ):
        if file.is_file():
            _fonts[name] = atlas.add_font_from_file_ttf(str(file), 16.0)
    if not _fonts:
        _fonts["text"] = atlas.add_font_default()


@contextmanager
def code_font() -> Iterator[None]:
    """Monospace inside the block."""
    if "code" not in _fonts:
        yield
        return
    imgui.push_font(_fonts["code"], 0.0)
    try:
        yield
    finally:
        imgui.pop_font()
