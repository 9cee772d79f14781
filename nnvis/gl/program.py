"""Compile shaders, point errors to file and line, and refuse uniforms that do not exist."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnvis.errors import RenderError
from nnvis.gl.source import Source, read_source

if TYPE_CHECKING:
    import moderngl

# Mesa "0:12(5): error: text", NVIDIA "0(12) : error C1008: text",
# AMD, Apple and ANGLE "ERROR: 0:12: text".
_FORMATS = (
    re.compile(r"^\d+:(?P<line>\d+)\(\d+\):\s*(?P<kind>error|warning):\s*(?P<text>.*)$"),
    re.compile(r"^\d+\((?P<line>\d+)\)\s*:\s*(?P<kind>error|warning)\s*(?P<text>.*)$"),
    re.compile(r"^(?P<kind>ERROR|WARNING):\s*\d+:(?P<line>\d+):\s*(?P<text>.*)$"),
)  # fmt: skip


@dataclass(frozen=True)
class Message:
    """One complaint of a GLSL compiler, at a line of a file."""

    file: str
    line: int
    text: str
    is_error: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class ShaderError(RenderError):
    """A shader does not compile; ``messages`` are for an editor to mark."""

    def __init__(self, sentence: str, messages: tuple[Message, ...]) -> None:
        super().__init__(sentence)
        self.messages = messages


def parse_log(log: str, places: tuple[tuple[str, int], ...]) -> tuple[Message, ...]:
    """The complaints in a compiler's ``log``; lines in no known format are left out.

    Parameters
    ----------
    places
        File and line of each line that was compiled.
    """
    messages = []
    for line in log.splitlines():
        for pattern in _FORMATS:
            if found := pattern.match(line.strip()):
                number = min(max(int(found["line"]), 1), len(places))
                is_error = found["kind"].lower() == "error"
                messages.append(Message(*places[number - 1], found["text"], is_error))
                break
    return tuple(messages)


class Program:
    """A vertex and a fragment shader, linked.

    Parameters
    ----------
    vertex, fragment
        Names in the shader folder.
    defines
        Constants for both stages.

    Raises
    ------
    ShaderError
        When one does not compile: the sentence names file and line.
    """

    def __init__(
        self,
        ctx: moderngl.Context,
        vertex: str,
        fragment: str,
        defines: Mapping[str, int | str] | None = None,
        root: Path | None = None,
    ) -> None:
        stages = read_source(vertex, defines, root), read_source(fragment, defines, root)
        self.name = f"{vertex} + {fragment}"
        self.files = tuple(dict.fromkeys(stages[0].files + stages[1].files))
        self.declared = stages[0].uniforms | stages[1].uniforms
        self.gl = _compile(ctx, stages, self.name)

    def set(self, **uniforms: Any) -> None:
        """Set uniforms: numbers, tuples, or arrays as bytes.

        A uniform that is declared but that the compiler dropped as unused is passed over.

        Raises
        ------
        RenderError
            For a name that neither shader declares, or a value of the wrong size.
        """
        for name, value in uniforms.items():
            if name not in self.declared:
                close = difflib.get_close_matches(name, self.declared, 1)
                hint = f"; did you mean {close[0]!r}?" if close else "."
                raise RenderError(f"The shaders {self.name} have no uniform {name!r}{hint}")
            member: Any = self.gl.get(name, None)
            if member is None:
                continue
            try:
                if isinstance(value, bytes):
                    member.write(value)
                else:
                    member.value = value
            except Exception as error:  # moderngl.Error, TypeError, struct.error: all mean this
                raise RenderError(
                    f"The uniform {name!r} of {self.name} does not take {value!r}: {error}."
                ) from error

    def release(self) -> None:
        self.gl.release()


def _compile(ctx: moderngl.Context, stages: tuple[Source, Source], name: str) -> moderngl.Program:
    try:
        return ctx.program(vertex_shader=stages[0].text, fragment_shader=stages[1].text)
    except Exception as error:  # moderngl raises moderngl.Error with the log in its text
        log = str(error)
        stage = stages[1] if "fragment_shader" in log else stages[0]
        messages = parse_log(log, stage.places)
        errors = [message for message in messages if message.is_error]
        if errors:
            raise ShaderError(f"A shader does not compile: {errors[0]}", messages) from error
        raise ShaderError(f"The shaders {name} do not link: {' '.join(log.split())}", ()) from error
