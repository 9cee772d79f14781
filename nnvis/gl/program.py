"""One linked program: its uniforms are checked by name, its errors point to file and line."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from nnvis.errors import RenderError
from nnvis.gl.library import ShaderLibrary
from nnvis.gl.messages import Message, ShaderError, parse_log
from nnvis.gl.source import Source, read_source

if TYPE_CHECKING:
    import moderngl


class Recipe(NamedTuple):
    """What a program is made of: names in the shader folder, and constants for both stages."""

    vertex: str
    fragment: str
    defines: Mapping[str, int | str] = {}

    def read(self, library: ShaderLibrary | None = None) -> tuple[Source, Source]:
        """The texts of both stages; `ShaderError` as :func:`read_source`."""
        return (
            read_source(self.vertex, self.defines, library),
            read_source(self.fragment, self.defines, library),
        )


class Program:
    """A vertex and a fragment shader, linked.

    Parameters
    ----------
    stages
        From :meth:`Recipe.read`.
    original
        The same stages as nnvis ships them, when ``stages`` may be the user's: a uniform that
        only the original declares is then passed over, and so is one of another type.

    Attributes
    ----------
    mismatches
        Uniforms that the user's text declares with another type than nnvis sets.

    Raises
    ------
    ShaderError
        When one does not compile: the sentence names file and line.
    """

    def __init__(
        self,
        ctx: moderngl.Context,
        stages: tuple[Source, Source],
        original: tuple[Source, Source] | None = None,
    ) -> None:
        self.name = f"{stages[0].files[0]} + {stages[1].files[0]}"
        self.stages = stages
        self.files = tuple(dict.fromkeys(stages[0].files + stages[1].files))
        self.declared = stages[0].uniforms | stages[1].uniforms
        self.is_edited = original is not None and original != stages
        if original is not None:
            self.declared |= original[0].uniforms | original[1].uniforms
        self.mismatches: dict[str, Message] = {}
        self.is_released = False
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
            if member is None or name in self.mismatches:
                continue
            try:
                if isinstance(value, bytes):
                    member.write(value)
                else:
                    member.value = value
            except Exception as error:  # moderngl.Error, TypeError, struct.error: all mean this
                sentence = f"The uniform {name!r} of {self.name} does not take {value!r}: {error}."
                if not self.is_edited:
                    raise RenderError(sentence) from error
                self.mismatches[name] = self._mismatch(name)

    def release(self) -> None:
        """Give the program back; more than once does no harm."""
        if not self.is_released:
            self.is_released = True
            self.gl.release()

    def _mismatch(self, name: str) -> Message:
        declared = [one for stage in self.stages for one in stage.declarations if one.name == name]
        file, line = (declared[0].file, declared[0].line) if declared else (self.files[0], 1)
        text = f"nnvis sets {name!r} as another type, so it stays as it is; keep its type"
        return Message(file, line, text, is_error=False)


def _compile(ctx: moderngl.Context, stages: tuple[Source, Source], name: str) -> moderngl.Program:
    try:
        return ctx.program(vertex_shader=stages[0].text, fragment_shader=stages[1].text)
    except Exception as error:  # moderngl raises moderngl.Error with the log in its text
        log = str(error)
        messages = _messages(log, stages)
        errors = [message for message in messages if message.is_error]
        if errors:
            raise ShaderError(f"A shader does not compile: {errors[0]}", messages) from error
        sentence = f"The shaders {name} do not link: {' '.join(log.split())}"
        # A linker names no line; an editor still has to show it somewhere.
        place = stages[1].files[0], 1
        raise ShaderError(sentence, (Message(*place, sentence, is_error=True),)) from error


def _messages(log: str, stages: tuple[Source, Source]) -> tuple[Message, ...]:
    """The complaints in a log of moderngl's: it names the stage that does not compile; when
    linking fails, some drivers head each stage's lines with ``Vertex info``."""
    stage = stages["fragment_shader" in log] if "_shader\n" in log else None
    messages: list[Message] = []
    for line in log.splitlines():
        if line.startswith(("Vertex info", "Fragment info")):
            stage = stages[line.startswith("Fragment")]
        elif stage is not None:
            messages += parse_log(line, stage.places)
    return tuple(messages)
