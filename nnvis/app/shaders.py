"""What the Shaders panel shows of the shader library, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnvis.errors import RenderError
from nnvis.render.passes import PASSES

if TYPE_CHECKING:
    from nnvis.gl.library import Origin
    from nnvis.gl.messages import Message
    from nnvis.gl.programs import Programs
    from nnvis.gl.uniforms import CustomUniform

FIRST_FILE = "edge/tube.frag"


@dataclass(frozen=True)
class Workshop:
    """The shader files, the one being edited, and what the driver says.

    Attributes
    ----------
    passes
        (name, files) of each pass, and at last the files that belong to none.
    origins
        Where each file's text is from.
    messages
        Complaints by file.
    custom
        The user's own uniforms with their present values.
    """

    passes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict)
    chosen: str = FIRST_FILE
    text: str = ""
    messages: Mapping[str, tuple[Message, ...]] = field(default_factory=dict)
    custom: Mapping[str, CustomUniform] = field(default_factory=dict)
    folder: str = ""


def look(programs: Programs, chosen: str) -> Workshop:
    """The library as it is now, with file ``chosen`` in the editor.

    Raises
    ------
    RenderError
        When nnvis has lost its shaders.
    """
    library = programs.library
    names = library.names()
    if not names:
        raise RenderError(
            f"There are no shaders in {library.shipped_folder}, so nothing can be drawn; install "
            "nnvis again."
        )
    if chosen not in names:
        chosen = FIRST_FILE if FIRST_FILE in names else names[0]
    passes = [(one.name, one.files(library)) for one in PASSES]
    used = {name for _, files in passes for name in files}
    rest = tuple(name for name in names if name not in used)
    if rest:
        passes.append(("Not used", rest))
    return Workshop(
        tuple(passes),
        {name: library.origin(name) for name in names},
        chosen,
        library.text(chosen),
        programs.errors,
        programs.custom,
        str(library.yours or ""),
    )
