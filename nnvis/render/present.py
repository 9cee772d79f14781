"""Show a finished target in a window, whatever size either has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnvis.gl.program import Program

if TYPE_CHECKING:
    import moderngl

    from nnvis.gl.target import Target


class PresentPass:
    """Stretches a target's image over a window's framebuffer."""

    def __init__(self, ctx: moderngl.Context) -> None:
        self.ctx = ctx
        self._program = Program(ctx, "post/screen.vert", "post/present.frag")
        self._array = ctx.vertex_array(self._program.gl, [])

    def draw(self, target: Target, size: tuple[int, int]) -> None:
        """Fill the window of ``size`` framebuffer pixels."""
        screen = self.ctx.screen
        screen.use()
        # The default framebuffer's viewport goes stale when the window is resized.
        self.ctx.viewport = (0, 0, *size)
        self.ctx.enable_only(self.ctx.NOTHING)
        target.result.filter = (self.ctx.LINEAR, self.ctx.LINEAR)
        target.result.use(0)
        self._program.set(image=0, window_size=(float(size[0]), float(size[1])))
        self._array.render(self.ctx.TRIANGLES, vertices=3)

    def release(self) -> None:
        self._array.release()
        self._program.release()
