"""Bind NumPy structured arrays as vertex attributes: offsets and formats come from the dtype."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import RenderError

if TYPE_CHECKING:
    import moderngl

    from nnvis.gl.program import Program


@dataclass(frozen=True)
class Attribute:
    """One field of a vertex: ``form`` is moderngl's format, ``offset`` in bytes.

    ``kind`` is ``"f"`` when the shader reads floats and ``"i"`` when it reads integers. Two-byte
    fields become floats of the same value: moderngl does not normalise them.
    """

    name: str
    kind: str
    form: str
    offset: int


def attributes(dtype: np.dtype) -> tuple[Attribute, ...]:
    """The fields of a vertex dtype: float32, uint16 (read as floats) and uint32."""
    found = []
    fields: Mapping[Any, Any] = dtype.fields or {}
    for name in dtype.names or ():
        entry: Any = name
        field, offset = fields[entry][:2]
        base, shape = field.subdtype if field.subdtype is not None else (field, (1,))
        code = f"{base.kind}{base.itemsize}"
        if code not in ("f4", "u2", "u4"):
            raise RenderError(f"A vertex cannot hold {name!r} of type {base}.")
        is_integer = code == "u4"
        found.append(
            Attribute(
                name,
                "i" if is_integer else "f",
                f"{int(np.prod(shape))}{code}",
                int(offset),
            )
        )
    return tuple(found)


def bind(
    array: moderngl.VertexArray,
    program: Program,
    buffer: moderngl.Buffer,
    dtype: np.dtype,
    prefix: str = "in_",
    first: int = 0,
    divisor: int = 1,
) -> None:
    """Feed ``prefix + field`` of the program from ``buffer``.

    Parameters
    ----------
    first
        Vertices skipped at the start: the same buffer bound with 0 and 1 gives each instance a
        vertex and its successor. Fields that the program does not read are left out.
    divisor
        1 for one vertex of the buffer an instance, 0 for one a vertex.
    """
    for field in attributes(dtype):
        member: Any = program.gl.get(prefix + field.name, None)
        if member is None:
            continue
        array.bind(
            member.location,
            field.kind,
            buffer,
            field.form,
            offset=field.offset + first * dtype.itemsize,
            stride=dtype.itemsize,
            divisor=divisor,
        )


class Arrays:
    """The vertex arrays of a pass, one for each program it draws with.

    Parameters
    ----------
    fill
        Binds the buffers of the pass to a new array.

    Attributes
    ----------
    index
        Numbers (4 bytes) of the vertices to draw, of arrays made from now on; ``None`` for all
        in their order.
    """

    def __init__(
        self,
        ctx: moderngl.Context,
        fill: Callable[[moderngl.VertexArray, Program], None] | None = None,
    ) -> None:
        self.ctx = ctx
        self._fill = fill
        self.index: moderngl.Buffer | None = None
        self._arrays: dict[Program, moderngl.VertexArray] = {}

    def of(self, program: Program) -> Any:
        """The array for a program, made when first asked for."""
        found = self._arrays.get(program)
        if found is None:
            # An edited shader is another program; the array of the one before goes with it.
            for old in [one for one in self._arrays if one.is_released]:
                self._arrays.pop(old).release()
            found = self._arrays[program] = self.ctx.vertex_array(
                program.gl, [], index_buffer=self.index, index_element_size=4
            )
            if self._fill is not None:
                self._fill(found, program)
        return found

    def release(self) -> None:
        """Give all arrays back, as when the buffers they refer to go; more are made when asked."""
        for array in self._arrays.values():
            array.release()
        self._arrays.clear()
