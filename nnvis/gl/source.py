"""Read GLSL from a library, with includes, and keep track of where each line is from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from nnvis.errors import RenderError
from nnvis.gl.library import ShaderLibrary
from nnvis.gl.messages import Message, ShaderError
from nnvis.gl.uniforms import Declaration, declarations

VERSION = "#version 330 core"
_INCLUDE = re.compile(r'^\s*#include\s+"([^"]+)"\s*$')


@dataclass(frozen=True)
class Source:
    """The text of one shader stage after its includes.

    Attributes
    ----------
    files
        Names relative to the shader folder, the stage's own first.
    places
        File and line that each line of ``text`` is from. Kept here instead of in ``#line``
        directives, because Mesa drops their file number from errors within expressions.
    """

    text: str
    files: tuple[str, ...]
    places: tuple[tuple[str, int], ...]

    @cached_property
    def declarations(self) -> tuple[Declaration, ...]:
        """All uniforms declared, used by the shader or not."""
        return tuple(declarations(self.text.removesuffix("\n").split("\n"), self.places))

    @property
    def uniforms(self) -> frozenset[str]:
        """Names of all uniforms declared, used by the shader or not."""
        return frozenset(declared.name for declared in self.declarations)


def read_source(
    name: str,
    defines: Mapping[str, int | str] | None = None,
    library: ShaderLibrary | None = None,
) -> Source:
    """Shader ``name`` (``edge/tube.vert``) with its includes, each file once.

    Parameters
    ----------
    defines
        Written as ``#define`` lines after the version line.
    library
        Where texts come from; the files that ship with nnvis when ``None``.

    Raises
    ------
    ShaderError
        For a file that is missing, a shader without the version line, or an include of itself.
    """
    files: list[str] = []
    place = (name, 1)
    lines = _expand(name, library or ShaderLibrary(), files, (), place)
    if lines[0][0].strip() != VERSION:
        raise _error(f"The shader {name} must begin with the line {VERSION!r}.", place)
    constants = [(f"#define {key} {value}", name, 1) for key, value in (defines or {}).items()]
    lines[1:1] = constants
    text = "".join(line + "\n" for line, _, _ in lines)
    return Source(text, tuple(files), tuple((file, at) for _, file, at in lines))


def _expand(
    name: str,
    library: ShaderLibrary,
    files: list[str],
    above: tuple[str, ...],
    asked_at: tuple[str, int],
) -> list[tuple[str, str, int]]:
    """Lines of a file after its includes, each with the file and line it is from."""
    if name in above:
        chain = " > ".join([*above, name])
        raise _error(f"The shader {name} includes itself: {chain}.", asked_at)
    try:
        text = library.text(name)
    except RenderError as error:
        asked = f"{asked_at[0]}:{asked_at[1]}: " if above else ""
        raise _error(f"{asked}{error}", asked_at) from error
    files.append(name)
    lines: list[tuple[str, str, int]] = []
    # Not splitlines(): it also breaks at characters that are no line end to a GLSL compiler.
    for at, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        found = _INCLUDE.match(line)
        if not found:
            lines.append((line, name, at))
        elif found.group(1) not in files or found.group(1) in (*above, name):
            lines += _expand(found.group(1), library, files, (*above, name), (name, at))
    return lines


def _error(sentence: str, place: tuple[str, int]) -> ShaderError:
    return ShaderError(sentence, (Message(*place, sentence, is_error=True),))
