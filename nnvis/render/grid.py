"""Draw the density grid: a cube or a point in each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.gl.program import Program, Recipe
from nnvis.gl.programs import Programs
from nnvis.gl.vertices import Arrays, bind
from nnvis.render import palette
from nnvis.render.blending import BLENDS, has_opaque

if TYPE_CHECKING:
    import moderngl

    from nnvis.bundling.grid import DensityCells
    from nnvis.config.rendering import RenderingConfig
    from nnvis.gl.target import Target
    from nnvis.render.camera import View
    from nnvis.render.scene import Scene

CELL = np.dtype([("position", "<f4", 3), ("importance", "<f4"), ("colour", "<f4", 3)])
POINT_PIXELS = 5.0
_SHADERS = {
    "cube": ("grid/cube.vert", "grid/cube.frag"),
    "point": ("grid/point.vert", "common/ball.frag"),
}
_AT_ONCE = 8192  # cells whose classes are mixed together: a thousand classes need memory


class GridPass:
    """Cells uploaded last, in the colours of the scene uploaded last."""

    def __init__(self, ctx: moderngl.Context, programs: Programs) -> None:
        self.ctx = ctx
        self._programs = programs
        self._arrays = Arrays(ctx, self._fill)
        self._buffer: Any = None
        self._importance = np.zeros(0, np.float32)
        self._scene: Scene | None = None
        self._cells: DensityCells | None = None

    @staticmethod
    def is_opaque(rendering: RenderingConfig) -> bool:
        """The grid is transparent in all its modes."""
        return False

    @staticmethod
    def recipe(rendering: RenderingConfig) -> Recipe:
        """The program that draws this mode, any but ``none``."""
        flat = int(rendering.grid_render_mode == "point")
        depth = int(has_opaque(rendering) and not flat)
        defines = {"BLEND": BLENDS[rendering.blend], "FLAT": flat, "DEPTH": depth}
        return Recipe(*_SHADERS[rendering.grid_render_mode], defines)

    def upload(self, scene: Scene) -> None:
        """Take the colours of a scene, in place of the one before."""
        self._scene = scene
        self._upload()

    def upload_cells(self, cells: DensityCells | None) -> None:
        """Take over cells in place of those before; ``None`` for no grid."""
        self._cells = cells
        self._upload()

    def cells_drawn(self, rendering: RenderingConfig) -> int:
        """How many cells this mode and threshold draw; they are the first ones."""
        if rendering.grid_render_mode == "none":
            return 0
        least = -np.float32(rendering.edge_importance_threshold)
        return int(np.searchsorted(-self._importance, least, side="right"))

    @property
    def gpu_bytes(self) -> int:
        """What this pass holds in graphics memory, bytes."""
        return 0 if self._buffer is None else int(self._buffer.size)

    def draw(self, target: Target, view: View, rendering: RenderingConfig) -> None:
        """Draw into the framebuffer in use, with the blend state already set."""
        count = self.cells_drawn(rendering)
        if count == 0 or self._cells is None:
            return
        program = self._programs.get(*self.recipe(rendering))
        law = ("base_opacity", "importance_opacity", "depth_opacity", "depth_exponent")
        program.set(
            **view.uniforms,
            opacity_law=tuple(getattr(rendering, f"edge_{name}") for name in law),
            width=self._cells.width,
            background=tuple(palette.background_colour(rendering.background)),
        )
        if rendering.grid_render_mode == "point":
            program.set(point_width=POINT_PIXELS * target.supersample)
        self._arrays.of(program).render(self.ctx.TRIANGLE_STRIP, vertices=4, instances=count)

    def _upload(self) -> None:
        self._release_buffer()
        if self._scene is None or self._cells is None or not len(self._cells):
            return
        ready = coloured(self._cells, self._scene)
        self._importance = ready["importance"]
        self._buffer = self.ctx.buffer(ready.tobytes())

    def _fill(self, array: moderngl.VertexArray, program: Program) -> None:
        bind(array, program, self._buffer, CELL)

    def _release_buffer(self) -> None:
        # Arrays refer to the buffer and go with it.
        self._arrays.release()
        if self._buffer is not None:
            self._buffer.release()
        self._buffer = None
        self._importance = np.zeros(0, np.float32)

    def release(self) -> None:
        """Give everything back but the programs, which others share."""
        self._release_buffer()
        self._scene = self._cells = None


def coloured(cells: DensityCells, scene: Scene) -> np.ndarray:
    """Cells (:data:`CELL`) for the scene's choice of classes, the densest first.

    ``importance`` is the root of the share of the largest density, as it is for edges; for one
    class it is that class's density alone. Colours are mixed as those of units are.
    """
    density, mode = cells.density, scene.mode
    if mode not in ("all", "importance"):
        density = cells.of_class(scene.class_names.index(mode))
    top = float(density.max(initial=0.0))
    shown = np.sqrt(density / top if top > 0 else np.zeros_like(density)).astype(np.float32)
    order = np.argsort(-shown, kind="stable")
    ready = np.empty(len(cells), CELL)
    ready["position"] = cells.centre[order]
    ready["importance"] = shown[order]
    if mode == "all" and len(scene.class_colour):
        colours = np.empty((len(cells), 3), np.float32)
        for first in range(0, len(cells), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            mixture = cells.classes(some)
            colours[some] = palette.mixed(mixture, scene.class_colour, scene.background)
        ready["colour"] = colours[order]
        return ready
    colour = palette.grey(scene.background)
    if mode not in ("all", "importance"):
        colour = scene.class_colour[scene.class_names.index(mode)]
    ready["colour"] = palette.shaded(colour, shown[order], scene.background)
    return ready
