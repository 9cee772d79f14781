"""Draw edges: tubes, lines, or a ball at each point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.gl.program import Program, Recipe
from nnvis.gl.programs import Programs
from nnvis.gl.vertices import Arrays, bind
from nnvis.render import palette
from nnvis.render.blending import BLENDS, OPAQUE
from nnvis.render.scene import END, POINT, Scene

if TYPE_CHECKING:
    import moderngl

    from nnvis.config.rendering import RenderingConfig
    from nnvis.gl.target import Target
    from nnvis.render.camera import View

LINE_PIXELS = 1.1
POINT_PIXELS = 2.2
_ROW = 2048  # edges in a row of the attribute texture
_SHADERS = {
    "ellipsoid_transparent": ("edge/tube.vert", "edge/tube.frag"),
    "line": ("edge/tube.vert", "edge/tube.frag"),
    "sphere": ("edge/bead.vert", "common/ball.frag"),
    "sphere_transparent": ("edge/bead.vert", "common/ball.frag"),
    "point": ("edge/bead.vert", "common/ball.frag"),
}


class EdgePass:
    """Edges of the scene uploaded last."""

    def __init__(self, ctx: moderngl.Context, programs: Programs) -> None:
        self.ctx = ctx
        self._programs = programs
        self._arrays = Arrays(ctx, self._fill)
        self._buffer: Any = None
        self._texture: Any = None
        self._scene: Scene | None = None

    @staticmethod
    def is_opaque(rendering: RenderingConfig) -> bool:
        """Whether this mode belongs to the opaque part of the frame."""
        return rendering.edge_render_mode == "sphere"

    @classmethod
    def recipe(cls, rendering: RenderingConfig) -> Recipe:
        """The program that draws this mode, any but ``none``."""
        mode = rendering.edge_render_mode
        flat = int(mode in ("line", "point"))
        blend = OPAQUE if cls.is_opaque(rendering) else BLENDS[rendering.blend]
        return Recipe(*_SHADERS[mode], {"BLEND": blend, "FLAT": flat, "DEPTH": int(flat == 0)})

    def upload(self, scene: Scene) -> None:
        """Take over points and attributes of a scene, in place of the one before."""
        self._release_scene()
        self._scene = scene
        if not len(scene.edge_index):
            return
        # One point of padding before and two after: each instance reads its neighbours.
        points = np.zeros(len(scene.points) + 3, POINT)
        points["along"] = END
        points[1:-2] = scene.points
        self._buffer = self.ctx.buffer(points.tobytes())
        rows = -(-len(scene.edge_index) // _ROW)
        texels = np.zeros((rows * _ROW, 2, 4), np.float16)
        texels[: len(scene.edge_index), :, :3] = scene.edge_colour
        texels[: len(scene.edge_index), 0, 3] = scene.edge_importance
        texels[: len(scene.edge_index), 1, 3] = scene.edge_end
        self._texture = self.ctx.texture((2 * _ROW, rows), 4, texels.tobytes(), dtype="f2")
        self._texture.filter = (self.ctx.NEAREST, self.ctx.NEAREST)

    @property
    def gpu_bytes(self) -> int:
        """What this pass holds in graphics memory, bytes."""
        if self._buffer is None:
            return 0
        return int(self._buffer.size) + 8 * int(np.prod(self._texture.size))

    def draw(self, target: Target, view: View, rendering: RenderingConfig) -> None:
        """Draw into the framebuffer in use, with the blend state already set."""
        scene, mode = self._scene, rendering.edge_render_mode
        if scene is None or self._buffer is None or mode == "none":
            return
        count = scene.points_drawn(scene.edges_drawn(rendering.edge_importance_threshold))
        if count == 0:
            return
        program = self._programs.get(*self.recipe(rendering))
        law = ("base_opacity", "importance_opacity", "depth_opacity", "depth_exponent")
        program.set(
            **view.uniforms,
            opacity_law=tuple(getattr(rendering, f"edge_{name}") for name in law),
            origin=tuple(scene.bounds[0]),
            extent=tuple((scene.bounds[1] - scene.bounds[0]) / END),
            size=rendering.edge_size,
            edge_attributes=0,
            background=tuple(palette.background_colour(rendering.background)),
        )
        if mode == "point":
            program.set(point_width=POINT_PIXELS * target.supersample)
        elif "tube" in program.name:
            width = LINE_PIXELS * target.supersample if mode == "line" else 0.0
            program.set(line_width=width)
        self._texture.use(0)
        self._arrays.of(program).render(self.ctx.TRIANGLE_STRIP, vertices=4, instances=count)

    def _fill(self, array: moderngl.VertexArray, program: Program) -> None:
        for first, prefix in enumerate(("before_", "start_", "stop_", "after_")):
            bind(array, program, self._buffer, POINT, prefix, first)

    def _release_scene(self) -> None:
        # Arrays refer to the buffer and go with it; programs stay for the next scene.
        self._arrays.release()
        for thing in (self._buffer, self._texture):
            if thing is not None:
                thing.release()
        self._buffer = self._texture = None

    def release(self) -> None:
        """Give everything back but the programs, which others share."""
        self._release_scene()
        self._scene = None
