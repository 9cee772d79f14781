"""Show a finished target in a window, whatever size either has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnvis.gl.program import Recipe
from nnvis.gl.programs import Programs
from nnvis.gl.vertices import Arrays

if TYPE_CHECKING:
    import moderngl

    from nnvis.gl.target import Target


RECIPE = Recipe("post/screen.vert", "post/present.frag")


class PresentPass:
    """Stretches a target's image over a window's framebuffer.

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

    def draw(self, target: Target, size: tuple[int, int]) -> None:
        """Fill the window of ``size`` framebuffer pixels."""
        screen = self.ctx.screen
        screen.use()
        # The default framebuffer's viewport goes stale when the window is resized.
        self.ctx.viewport = (0, 0, *size)
        self.ctx.enable_only(self.ctx.NOTHING)
        target.result.filter = (self.ctx.LINEAR, self.ctx.LINEAR)
        target.result.use(0)
        program = self._programs.get(*RECIPE)
        program.set(image=0, window_size=(float(size[0]), float(size[1])))
        self._arrays.of(program).render(self.ctx.TRIANGLES, vertices=3)

    def release(self) -> None:
        """Give everything back."""
        self._arrays.release()
        if self._owns_programs:
            self._programs.release()
