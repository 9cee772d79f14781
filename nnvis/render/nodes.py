"""Draw units as balls or points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nnvis.gl.program import Program
from nnvis.gl.vertices import bind
from nnvis.render import palette
from nnvis.render.blending import BLENDS, OPAQUE
from nnvis.render.scene import UNIT, Scene

if TYPE_CHECKING:
    import moderngl

    from nnvis.config.rendering import RenderingConfig
    from nnvis.gl.target import Target
    from nnvis.render.camera import View

POINT_PIXELS = 4.5


class NodePass:
    """Units of the scene uploaded last; programs are compiled when first needed."""

    def __init__(self, ctx: moderngl.Context) -> None:
        self.ctx = ctx
        self._programs: dict[tuple[str, int], tuple[Program, Any]] = {}
        self._buffer: Any = None
        self._scene: Scene | None = None

    @staticmethod
    def is_opaque(rendering: RenderingConfig) -> bool:
        """Whether this mode belongs to the opaque part of the frame."""
        return rendering.node_render_mode == "sphere"

    def upload(self, scene: Scene) -> None:
        """Take over the units of a scene, in place of the one before."""
        self.release()
        self._scene = scene
        self._buffer = self.ctx.buffer(scene.units.tobytes())

    def draw(self, target: Target, view: View, rendering: RenderingConfig) -> None:
        """Draw into the framebuffer in use, with the blend state already set."""
        scene, mode = self._scene, rendering.node_render_mode
        if scene is None or mode == "none":
            return
        count = scene.units_drawn(rendering.node_importance_threshold)
        if count == 0:
            return
        program, array = self._program(mode, OPAQUE if self.is_opaque(rendering) else
                                       BLENDS[rendering.blend])  # fmt: skip
        law = ("base_opacity", "importance_opacity", "depth_opacity", "depth_exponent")
        program.set(
            **view.uniforms,
            opacity_law=tuple(getattr(rendering, f"node_{name}") for name in law),
            size=rendering.node_size,
            point_width=POINT_PIXELS * target.supersample if mode == "point" else 0.0,
            background=tuple(palette.background_colour(rendering.background)),
        )
        array.render(self.ctx.TRIANGLE_STRIP, vertices=4, instances=count)

    def _program(self, mode: str, blend: int) -> tuple[Program, Any]:
        key = (mode, blend)
        if key not in self._programs:
            flat = int(mode == "point")
            defines = {"BLEND": blend, "FLAT": flat, "DEPTH": int(flat == 0)}
            program = Program(self.ctx, "node/node.vert", "common/ball.frag", defines)
            array = self.ctx.vertex_array(program.gl, [])
            bind(array, program, self._buffer, UNIT)
            self._programs[key] = program, array
        return self._programs[key]

    def release(self) -> None:
        for program, array in self._programs.values():
            array.release()
            program.release()
        self._programs.clear()
        if self._buffer is not None:
            self._buffer.release()
        self._buffer = self._scene = None
