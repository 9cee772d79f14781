"""All passes of one frame, in order: opaque, transparent, resolve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnvis.gl.programs import Programs
from nnvis.render.blending import ResolvePass, begin_opaque, begin_transparent
from nnvis.render.edges import EdgePass
from nnvis.render.grid import GridPass
from nnvis.render.nodes import NodePass

if TYPE_CHECKING:
    import moderngl

    from nnvis.bundling.grid import DensityCells
    from nnvis.config.rendering import RenderingConfig
    from nnvis.gl.library import ShaderLibrary
    from nnvis.gl.target import Target
    from nnvis.render.camera import View
    from nnvis.render.scene import Scene


class Renderer:
    """Draws a scene; used by still pictures and by the viewer alike.

    Parameters
    ----------
    library
        Where shaders come from; those that ship with nnvis when ``None``.

    Attributes
    ----------
    programs
        Shared by all passes; other passes of the same context may join.
    """

    def __init__(self, ctx: moderngl.Context, library: ShaderLibrary | None = None) -> None:
        self.ctx = ctx
        self.programs = Programs(ctx, library)
        self._grid = GridPass(ctx, self.programs)
        self._passes = (EdgePass(ctx, self.programs), NodePass(ctx, self.programs), self._grid)
        self._resolve = ResolvePass(ctx, self.programs)

    def upload(self, scene: Scene) -> None:
        """Show this scene from now on."""
        for one in self._passes:
            one.upload(scene)

    def upload_grid(self, cells: DensityCells | None) -> None:
        """Show this density grid from now on, in the scene's colours; ``None`` for no grid."""
        self._grid.upload_cells(cells)

    def cells_drawn(self, rendering: RenderingConfig) -> int:
        """How many cells of the grid these settings draw."""
        return self._grid.cells_drawn(rendering)

    def draw(self, target: Target, view: View, rendering: RenderingConfig) -> None:
        """Draw the scene into ``target.image``.

        A grid mode draws nothing until :meth:`upload_grid` has given the cells.
        """
        begin_opaque(target, rendering)
        for one in self._passes:
            if one.is_opaque(rendering):
                one.draw(target, view, rendering)
        begin_transparent(target, rendering)
        for one in self._passes:
            if not one.is_opaque(rendering):
                one.draw(target, view, rendering)
        self._resolve.draw(target, rendering, has_transparent=True)

    def release(self) -> None:
        """Give everything back; passes that joined :attr:`programs` go first."""
        for one in (*self._passes, self._resolve, self.programs):
            one.release()
