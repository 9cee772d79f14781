"""Read the declarations of uniforms in GLSL, and the range for a slider beside them.

``uniform float gain = 1.0;  // 0..2`` is a slider from 0 to 2 that starts at 1;
``uniform vec3 tint;  // colour`` is a colour.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nnvis.errors import RenderError

Kind = Literal["float", "int", "bool", "vector", "colour"]
Value = float | int | bool | tuple[float, ...]

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_DECLARED = re.compile(
    r"\buniform\s+(?:(?:lowp|mediump|highp)\s+)?(?P<type>\w+)\s*(?P<rest>(?:\s|\[)[^;{]+);"
)
_NAME = re.compile(
    r"\s*(?P<before>\[[^\]]*\]\s*)?(?P<name>\w+)\s*(?P<behind>\[[^\]]*\]\s*)?"
    r"(?:=\s*(?P<initial>.*\S)\s*)?$"
)
_RANGE = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})")
_COLOUR = re.compile(r"\bcolou?r\b", re.IGNORECASE)
_LITERAL = re.compile(rf"(?:vec([234])\s*\(\s*)?({_NUMBER}f?(?:\s*,\s*{_NUMBER}f?)*)\s*\)?$")
_SIZES = {"float": 1, "int": 1, "bool": 1, "vec2": 2, "vec3": 3, "vec4": 4}


@dataclass(frozen=True)
class Declaration:
    """One uniform as it stands in a file; ``initial`` is the text after ``=``, or empty."""

    name: str
    type: str
    initial: str
    comment: str
    file: str
    line: int


@dataclass(frozen=True)
class CustomUniform:
    """A uniform that the user added to a shader.

    Attributes
    ----------
    kind
        What to show: one slider, a whole-number slider, a box to tick, a slider for each
        component, or a colour.
    low, high
        Range of each component.
    default, value
        A number, a truth, or a tuple of 2 to 4 numbers.
    comment
        What stands behind the declaration, the range included.
    """

    name: str
    kind: Kind
    low: float
    high: float
    default: Value
    value: Value
    comment: str
    file: str
    line: int

    def coerced(self, value: Any) -> Value:
        """``value`` in this uniform's type; `RenderError` when it does not fit."""
        size = len(self.default) if isinstance(self.default, tuple) else 1
        parts = _numbers(value, size)
        if parts is None or not all(map(math.isfinite, parts)):
            raise RenderError(
                f"The uniform {self.name!r} of {self.file} takes {_wanted(size)}, got {value!r}."
            )
        # What the driver can hold; a slider lets one type any number.
        parts = tuple(min(max(part, -3e38), 3e38) for part in parts)
        if size > 1:
            return parts
        number = parts[0]
        if self.kind == "int":
            return int(min(max(number, -(2.0**31)), 2.0**31 - 1))
        return (
            bool(number) if self.kind == "bool" else int(number) if self.kind == "int" else number
        )


def declarations(lines: Sequence[str], places: Sequence[tuple[str, int]]) -> Iterator[Declaration]:
    """Uniforms declared in ``lines``, whether the compiler keeps them or not.

    A declaration has to stand on one line, as many as you like on it.
    """
    in_block = False
    for text, (file, at) in zip(lines, places, strict=True):
        code, comment, in_block = _parted(text, in_block)
        for found in _DECLARED.finditer(code):
            for one in re.split(r",(?![^(]*\))", found["rest"]):
                if name := _NAME.match(one):
                    is_array = name["before"] or name["behind"]
                    type_name = found["type"] + ("[]" if is_array else "")
                    initial = name["initial"] or ""
                    yield Declaration(name["name"], type_name, initial, comment, file, at)


def custom_uniform(declared: Declaration, current: Any = None) -> CustomUniform | None:
    """The control for a declaration; ``None`` for types without one (matrices, samplers, arrays).

    Parameters
    ----------
    current
        What the driver holds after linking: the default when ``= …`` is more than a literal.
    """
    size = _SIZES.get(declared.type)
    if size is None:
        return None
    is_colour = size >= 3 and bool(_COLOUR.search(declared.comment))
    kind: Kind = "colour" if is_colour else "vector" if size > 1 else _scalar(declared.type)
    low, high = _range(declared.comment, 10.0 if kind == "int" else 1.0)
    middle = (low + high) / 2
    parts: tuple[float, ...] = (middle,) * size
    if is_colour and size == 4:
        parts = (middle,) * 3 + (high,)
    if declared.initial:
        parts = _literal(declared.initial, size) or _numbers(current, size) or parts
    elif kind == "bool":
        parts = (0.0,)
    default: Value = parts if size > 1 else parts[0]
    # An initial value outside the range given widens it: the slider must be able to go back.
    low, high = min(low, *parts), max(high, *parts)
    if kind == "bool":
        default = bool(parts[0])
    elif kind == "int":
        default = int(parts[0])
    return CustomUniform(
        declared.name, kind, low, high, default, default, declared.comment, declared.file,
        declared.line,
    )  # fmt: skip


def _parted(text: str, in_block: bool) -> tuple[str, str, bool]:
    """Code and comment of a line, and whether a block comment goes on after it."""
    code, comment = "", ""
    while text:
        if in_block:
            inside, end, text = text.partition("*/")
            comment += inside
            in_block = not end
            continue
        opening = re.search(r"//|/\*", text)
        if opening is None:
            return code + text, comment.strip(), False
        code += text[: opening.start()] + " "
        rest = text[opening.end() :]
        if opening[0] == "//":
            return code, (comment + " " + rest).strip(), False
        in_block, text = True, rest
    return code, comment.strip(), in_block


def _scalar(type_name: str) -> Kind:
    return "int" if type_name == "int" else "bool" if type_name == "bool" else "float"


def _range(comment: str, high: float) -> tuple[float, float]:
    found = _RANGE.search(comment)
    if found is None:
        return 0.0, high
    one, other = sorted((float(found[1]), float(found[2])))
    return (one, other) if one < other and math.isfinite(other - one) else (0.0, high)


def _literal(initial: str, size: int) -> tuple[float, ...] | None:
    if initial in ("true", "false"):
        return (float(initial == "true"),)
    found = _LITERAL.match(initial)
    if found is None or int(found[1] or 1) != size:
        return None
    numbers = tuple(float(part.strip().rstrip("f")) for part in found[2].split(","))
    if len(numbers) == 1:
        numbers *= size
    return numbers if len(numbers) == size else None


def _numbers(current: Any, size: int) -> tuple[float, ...] | None:
    try:
        numbers = tuple(float(part) for part in current) if size > 1 else (float(current),)
    except (TypeError, ValueError):
        return None
    return numbers if len(numbers) == size else None


def _wanted(size: int) -> str:
    return "one number" if size == 1 else f"{size} numbers"
