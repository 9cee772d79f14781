"""Read GLSL from the shader folder, with includes, and keep track of where each line is from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nnvis.errors import RenderError
from nnvis.resources import folder

VERSION = "#version 330 core"
_INCLUDE = re.compile(r'^\s*#include\s+"([^"]+)"\s*$')
_UNIFORM = re.compile(r"^\s*uniform\s+(?:\w+\s+)+?(\w+)\s*(?:\[[^\]]*\])?\s*;", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """The text of one shader stage after its includes.

    Attributes
    ----------
    files
        Names relative to the shader folder.
    places
        File and line that each line of ``text`` is from. Kept here instead of in ``#line``
        directives, because Mesa drops their file number from errors within expressions.
    """

    text: str
    files: tuple[str, ...]
    places: tuple[tuple[str, int], ...]

    @property
    def uniforms(self) -> frozenset[str]:
        """Names of all uniforms declared, used by the shader or not."""
        return frozenset(_UNIFORM.findall(self.text))


def read_source(
    name: str, defines: Mapping[str, int | str] | None = None, root: Path | None = None
) -> Source:
    """Shader ``name`` (``edge/tube.vert``) with its includes, each file once.

    Parameters
    ----------
    defines
        Written as ``#define`` lines after the version line.
    root
        The shader folder; the one that ships with nnvis when ``None``.

    Raises
    ------
    RenderError
        For a file that is missing, a shader without the version line, or an include of itself.
    """
    base = folder("shaders") if root is None else root
    files: list[str] = []
    lines = _expand(name, base, files, ())
    if not lines or lines[0][0].strip() != VERSION:
        raise RenderError(f"The shader {base / name} must begin with the line {VERSION!r}.")
    constants = [(f"#define {key} {value}", name, 1) for key, value in (defines or {}).items()]
    lines[1:1] = constants
    text = "".join(line + "\n" for line, _, _ in lines)
    return Source(text, tuple(files), tuple((file, at) for _, file, at in lines))


def _expand(
    name: str, base: Path, files: list[str], above: tuple[str, ...]
) -> list[tuple[str, str, int]]:
    """Lines of a file after its includes, each with the file and line it is from."""
    if name in above:
        raise RenderError(f"The shader {name} includes itself: {' > '.join([*above, name])}.")
    path = base / name
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        asked = f", included by {above[-1]}" if above else ""
        raise RenderError(f"Cannot read the shader {path}{asked}: {error}.") from error
    files.append(name)
    lines: list[tuple[str, str, int]] = []
    for at, line in enumerate(text.splitlines(), start=1):
        found = _INCLUDE.match(line)
        if not found:
            lines.append((line, name, at))
        elif found.group(1) not in files or found.group(1) in (*above, name):
            lines += _expand(found.group(1), base, files, (*above, name))
    return lines
