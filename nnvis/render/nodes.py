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
        self._programs: dict[tuple[str, int], Program] = {}
        self._arrays: dict[tuple[str, int], Any] = {}
        self._buffer: Any = None
        self._scene: Scene | None = None

    @staticmethod
    def is_opaque(rendering: RenderingConfig) -> bool:
        """Whether this mode belongs to the opaque part of the frame."""
        return rendering.node_render_mode == "sphere"

    def upload(self, scene: Scene) -> None:
        """Take over the units of a scene, in place of the one before."""
        self._release_scene()
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
            self._programs[key] = Program(self.ctx, "node/node.vert", "common/ball.frag", defines)
        program = self._programs[key]
        if key not in self._arrays:
            array = self._arrays[key] = self.ctx.vertex_array(program.gl, [])
            bind(array, program, self._buffer, UNIT)
        return program, self._arrays[key]

    def _release_scene(self) -> None:
        for thing in (*self._arrays.values(), self._buffer):
            if thing is not None:
                thing.release()
        self._arrays.clear()
        self._buffer = None

    def release(self) -> None:
        self._release_scene()
        for program in self._programs.values():
            program.release()
        self._programs.clear()
        self._scene = None
