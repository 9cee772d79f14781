"""What a GLSL compiler says, as file, line and text, whichever driver it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nnvis.errors import RenderError

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
