"""All passes of one frame, in order: opaque, transparent, resolve."""

from __future__ import annotations

from collections.abc import Sequence
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


# What is left of the contrast of all that is not highlighted.
DIM = 0.22
# A highlighted edge shows however little it matters, and more when it matters.
_FULL = {
    "edge_importance_threshold": 0.0,
    "edge_base_opacity": 0.4,
    "edge_importance_opacity": 0.9,
    "edge_depth_opacity": 0.2,
    "node_importance_threshold": 0.0,
    "node_base_opacity": 0.5,
    "node_importance_opacity": 0.7,
    "node_depth_opacity": 0.2,
    "grid_render_mode": "none",
}


# Arcs between output units: thick and clear however the edges are drawn.
_FLOWS = {
    "edge_render_mode": "ellipsoid_transparent",
    "edge_importance_threshold": 0.0,
    "edge_size": 0.03,
    "edge_base_opacity": 0.45,
    "edge_importance_opacity": 0.55,
    "edge_depth_opacity": 0.0,
}


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
        self._highlighted = (EdgePass(ctx, self.programs), NodePass(ctx, self.programs))
        self._has_highlight = False
        self._flows = EdgePass(ctx, self.programs)
        self._has_flows = False
        self._resolve = ResolvePass(ctx, self.programs)

    def upload(self, scene: Scene) -> None:
        """Show this scene from now on; ends a highlight, which was a part of the one before."""
        self.highlight(None)
        for one in self._passes:
            one.upload(scene)

    def highlight(self, scene: Scene | None) -> None:
        """Show this scene in full over all the rest, which fades; ``None`` ends that.

        A part of the scene shown (:meth:`Scene.only`), of which nothing is uploaded again.
        """
        self._has_highlight = scene is not None
        for one in self._highlighted:
            if scene is None:
                one.release()
            else:
                one.upload(scene)

    def show_flows(self, scene: Scene | None) -> None:
        """Draw these arcs (:func:`nnvis.render.flows.scene_of_flows`) with the network, whatever
        the edges' settings; ``None`` for none."""
        self._has_flows = scene is not None
        if scene is None:
            self._flows.release()
        else:
            self._flows.upload(scene)

    def upload_grid(self, cells: DensityCells | None) -> None:
        """Show this density grid from now on, in the scene's colours; ``None`` for no grid."""
        self._grid.upload_cells(cells)

    def cells_drawn(self, rendering: RenderingConfig) -> int:
        """How many cells of the grid these settings draw."""
        return self._grid.cells_drawn(rendering)

    @property
    def gpu_bytes(self) -> int:
        """What the scene, the grid and a highlight hold in graphics memory, bytes."""
        return sum(one.gpu_bytes for one in (*self._passes, *self._highlighted, self._flows))

    def draw(self, target: Target, view: View, rendering: RenderingConfig) -> None:
        """Draw the scene into ``target.image``.

        A grid mode draws nothing until :meth:`upload_grid` has given the cells.
        """
        self._accumulate(self._passes, target, view, rendering)
        if self._has_flows:
            self._flows.draw(target, view, rendering.model_copy(update=_FLOWS))
        if not self._has_highlight:
            self._resolve.draw(target, rendering)
            return
        self._resolve.draw_beneath(target, rendering, DIM)
        full = rendering.model_copy(update=_FULL)
        self._accumulate(self._highlighted, target, view, full)
        self._resolve.draw_over(target, full)

    @staticmethod
    def _accumulate(
        passes: Sequence[EdgePass | NodePass | GridPass],
        target: Target,
        view: View,
        rendering: RenderingConfig,
    ) -> None:
        """Draw into the target's opaque part and sums, in place of what was in them."""
        begin_opaque(target, rendering)
        for one in passes:
            if one.is_opaque(rendering):
                one.draw(target, view, rendering)
        begin_transparent(target, rendering)
        for one in passes:
            if not one.is_opaque(rendering):
                one.draw(target, view, rendering)

    def release(self) -> None:
        """Give everything back; passes that joined :attr:`programs` go first."""
        for one in (
            self._flows, *self._highlighted, *self._passes, self._resolve, self.programs,
        ):  # fmt: skip
            one.release()
