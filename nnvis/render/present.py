"""A finished picture at another size: what was drawn coarsely fills a larger image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nnvis.gl.program import Recipe
from nnvis.gl.programs import Programs
from nnvis.gl.vertices import Arrays

if TYPE_CHECKING:
    import moderngl
    from jaxtyping import UInt8

    from nnvis.gl.target import Target


RECIPE = Recipe("post/screen.vert", "post/present.frag")


class Sheet:
    """A plain image of ``width`` × ``height`` pixels to draw on: 8 bits a channel, no depth.

    Attributes
    ----------
    result, image
        Its texture, and the framebuffer that draws into it.
    """

    def __init__(self, ctx: moderngl.Context, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.result = ctx.texture((width, height), 4)
        self.result.filter = (ctx.LINEAR, ctx.LINEAR)
        self.image = ctx.framebuffer([self.result])

    def read(self) -> UInt8[np.ndarray, "height width 3"]:
        """The image, its top row first."""
        data = self.image.read(components=3, alignment=1)
        rows = np.frombuffer(data, np.uint8).reshape(self.height, self.width, 3)
        return np.ascontiguousarray(rows[::-1])

    def release(self) -> None:
        """Give everything back."""
        self.image.release()
        self.result.release()


class PresentPass:
    """Stretches a target's image over a sheet.

    Parameters
    ----------
    programs
        Those of the context's other passes; its own when ``None``.
    """

    def __init__(self, ctx: moderngl.Context, programs: Programs | None = None) -> None:
        self.ctx = ctx
        self._programs = programs or Programs(ctx)
        self._owns_programs = programs is None
        self._arrays = Arrays(ctx)

    def draw(self, target: Target, sheet: Sheet) -> None:
        """Fill ``sheet`` with what is in ``target``."""
        sheet.image.use()
        self.ctx.enable_only(self.ctx.NOTHING)
        target.result.filter = (self.ctx.LINEAR, self.ctx.LINEAR)
        target.result.use(0)
        program = self._programs.get(*RECIPE)
        program.set(image=0, window_size=(float(sheet.width), float(sheet.height)))
        self._arrays.of(program).render(self.ctx.TRIANGLES, vertices=3)

    def release(self) -> None:
        """Give everything back."""
        self._arrays.release()
        if self._owns_programs:
            self._programs.release()
