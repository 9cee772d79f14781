"""All programs of one context, shared by its passes and compiled anew when their text changes."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nnvis.errors import RenderError
from nnvis.gl.library import ShaderLibrary
from nnvis.gl.messages import Message, ShaderError
from nnvis.gl.program import Program, Recipe
from nnvis.gl.uniforms import CustomUniform, Value, custom_uniform

if TYPE_CHECKING:
    import moderngl

    from nnvis.gl.source import Source

_Key = tuple[str, str, tuple[tuple[str, int | str], ...]]
_Stages = tuple["Source", "Source"]


@dataclass
class _Slot:
    """One recipe: the last program that compiled, and what became of the last attempt.

    ``is_used``: asked for since the last change of a text. ``is_stale``: not compiled since then.
    """

    recipe: Recipe
    original: _Stages | None
    program: Program
    tried: _Stages | None
    messages: tuple[Message, ...] = ()
    custom: dict[str, CustomUniform] = field(default_factory=dict)
    is_used: bool = True
    is_stale: bool = False


class Programs:
    """Compiled programs, each made when first needed.

    When a text in ``library`` changes, the programs that include it are compiled again. One that
    fails leaves the program before it at work, and :attr:`errors` says why. An endless loop in a
    shader cannot be caught: it compiles, and the driver hangs or ends the program.

    Parameters
    ----------
    library
        The files that ship with nnvis when ``None``.
    """

    def __init__(self, ctx: moderngl.Context, library: ShaderLibrary | None = None) -> None:
        self.ctx = ctx
        self.library = ShaderLibrary() if library is None else library
        self._slots: dict[_Key, _Slot] = {}
        self._values: dict[str, Value] = {}
        self._version = self.library.version

    def get(
        self, vertex: str, fragment: str, defines: Mapping[str, int | str] | None = None
    ) -> Program:
        """The program for a recipe; another object than before once its text has changed.

        Raises
        ------
        ShaderError
            When neither the user's text nor the shipped one compiles and none did before.
        """
        self.refresh()
        key = vertex, fragment, tuple(sorted((defines or {}).items()))
        if key not in self._slots:
            self._slots[key] = self._first(Recipe(vertex, fragment, dict(defines or {})))
        slot = self._slots[key]
        if slot.is_stale:
            self._again(slot)
        slot.is_used = True
        return slot.program

    def refresh(self) -> None:
        """Compile anew what changed since the last call; nothing to do costs nothing.

        Programs that nothing was drawn with since then wait until they are asked for: a driver
        may take a tenth of a second for each, and one types faster than that.
        """
        if self._version == self.library.version:
            return
        self._version = self.library.version
        for slot in self._slots.values():
            if slot.is_used:
                self._again(slot)
            elif slot.tried is None or slot.tried != _read(slot.recipe, self.library):
                slot.tried, slot.messages, slot.is_stale = None, (), True
            slot.is_used = False

    @property
    def errors(self) -> Mapping[str, tuple[Message, ...]]:
        """What an editor has to mark, by file: of texts that do not compile, cannot be read, or
        declare one of nnvis' uniforms with another type."""
        self.refresh()
        found: dict[str, dict[Message, None]] = {}
        for name, sentence in self.library.faults.items():
            found.setdefault(name, {})[Message(name, 1, sentence, is_error=True)] = None
        for slot in self._slots.values():
            mismatches = () if slot.is_stale else slot.program.mismatches.values()
            for message in (*slot.messages, *mismatches):
                found.setdefault(message.file, {})[message] = None
        return {name: tuple(messages) for name, messages in sorted(found.items())}

    @property
    def custom(self) -> Mapping[str, CustomUniform]:
        """Uniforms that the user added, with their ranges and present values, by name."""
        self.refresh()
        found: dict[str, CustomUniform] = {}
        for slot in self._slots.values():
            for name, uniform in () if slot.is_stale else slot.custom.items():
                found.setdefault(name, replace(uniform, value=self._value(uniform)))
        return found

    def set_custom(self, name: str, value: Any) -> None:
        """Set a uniform that the user added, in every program that declares it.

        Raises
        ------
        RenderError
            For a name that no program in use declares, or a value of another size.
        """
        known = self.custom
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {close[0]!r}?" if close else "."
            raise RenderError(f"No shader in use has a uniform {name!r} of yours{hint}")
        self._values[name] = known[name].coerced(value)
        for slot in self._slots.values():
            if name in slot.custom:
                self._apply(slot.program, slot.custom[name])

    def release(self) -> None:
        """Give all programs back; the vertex arrays of the passes go before them."""
        for slot in self._slots.values():
            slot.program.release()
        self._slots.clear()

    def _first(self, recipe: Recipe) -> _Slot:
        # None for a lost file that the user has a copy of.
        original = _read(recipe, self.library.shipped)
        stages: _Stages | None = None
        try:
            stages = recipe.read(self.library)
            slot = _Slot(recipe, original, Program(self.ctx, stages, original), stages)
        except ShaderError as error:
            if original is None or stages == original:
                raise
            # The user's text is broken from the start: the shipped one draws until it is mended.
            program = Program(self.ctx, original, original)
            return _Slot(recipe, original, program, stages, error.messages)
        self._adopt(slot)
        return slot

    def _again(self, slot: _Slot) -> None:
        """Compile a slot anew if its text is another than that of the last attempt."""
        before, slot.tried, slot.is_stale = slot.tried, None, False
        try:
            slot.tried = slot.recipe.read(self.library)
            if slot.tried == before:
                return
            if slot.tried != slot.program.stages:
                program = Program(self.ctx, slot.tried, slot.original)
                slot.program.release()
                slot.program = program
                self._adopt(slot)
            slot.messages = ()
        except ShaderError as error:
            slot.messages = error.messages

    def _adopt(self, slot: _Slot) -> None:
        """Find the user's uniforms of a new program and give them their values."""
        slot.custom = {}
        if slot.original is None:
            return
        ours = {one.name for stage in slot.original for one in stage.declarations}
        for stage in slot.program.stages:
            for declared in stage.declarations:
                if declared.name in ours or declared.name in slot.custom:
                    continue
                member: Any = slot.program.gl.get(declared.name, None)
                uniform = custom_uniform(declared, getattr(member, "value", None))
                if uniform is not None:
                    slot.custom[declared.name] = uniform
                    self._apply(slot.program, uniform)

    def _apply(self, program: Program, uniform: CustomUniform) -> None:
        program.set(**{uniform.name: self._value(uniform)})

    def _value(self, uniform: CustomUniform) -> Value:
        try:
            return uniform.coerced(self._values[uniform.name])
        except (KeyError, RenderError):  # never set, or declared with another type since
            return uniform.default


def _read(recipe: Recipe, library: ShaderLibrary) -> _Stages | None:
    try:
        return recipe.read(library)
    except ShaderError:
        return None
