"""Draw units as balls or points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nnvis.gl.program import Program, Recipe
from nnvis.gl.programs import Programs
from nnvis.gl.vertices import Arrays, bind
from nnvis.render import palette
from nnvis.render.blending import BLENDS, OPAQUE, has_opaque
from nnvis.render.scene import UNIT, Scene

if TYPE_CHECKING:
    import moderngl

    from nnvis.config.rendering import RenderingConfig
    from nnvis.gl.target import Target
    from nnvis.render.camera import View

POINT_PIXELS = 4.5


class NodePass:
    """Units of the scene uploaded last."""

    def __init__(self, ctx: moderngl.Context, programs: Programs) -> None:
        self.ctx = ctx
        self._programs = programs
        self._arrays = Arrays(ctx, self._fill)
        self._buffer: Any = None
        self._scene: Scene | None = None

    @staticmethod
    def is_opaque(rendering: RenderingConfig) -> bool:
        """Whether this mode belongs to the opaque part of the frame."""
        return rendering.node_render_mode == "sphere"

    @classmethod
    def recipe(cls, rendering: RenderingConfig) -> Recipe:
        """The program that draws this mode, any but ``none``."""
        flat = int(rendering.node_render_mode == "point")
        blend = OPAQUE if cls.is_opaque(rendering) else BLENDS[rendering.blend]
        defines = {"BLEND": blend, "FLAT": flat, "DEPTH": int(has_opaque(rendering) and not flat)}
        return Recipe("node/node.vert", "common/ball.frag", defines)

    def upload(self, scene: Scene) -> None:
        """Take over the units of a scene, in place of the one before."""
        self._release_scene()
        self._scene = scene
        self._buffer = self.ctx.buffer(scene.units.tobytes())

    @property
    def gpu_bytes(self) -> int:
        """What this pass holds in graphics memory, bytes."""
        return 0 if self._buffer is None else int(self._buffer.size)

    def draw(self, target: Target, view: View, rendering: RenderingConfig) -> None:
        """Draw into the framebuffer in use, with the blend state already set."""
        scene, mode = self._scene, rendering.node_render_mode
        if scene is None or mode == "none":
            return
        count = scene.units_drawn(rendering.node_importance_threshold)
        if count == 0:
            return
        program = self._programs.get(*self.recipe(rendering))
        law = ("base_opacity", "importance_opacity", "depth_opacity", "depth_exponent")
        program.set(
            **view.uniforms,
            opacity_law=tuple(getattr(rendering, f"node_{name}") for name in law),
            size=rendering.node_size,
            point_width=POINT_PIXELS * target.supersample if mode == "point" else 0.0,
            background=tuple(palette.background_colour(rendering.background)),
        )
        self._arrays.of(program).render(self.ctx.TRIANGLE_STRIP, vertices=4, instances=count)

    def _fill(self, array: moderngl.VertexArray, program: Program) -> None:
        bind(array, program, self._buffer, UNIT)

    def _release_scene(self) -> None:
        # Arrays refer to the buffer and go with it; programs stay for the next scene.
        self._arrays.release()
        if self._buffer is not None:
            self._buffer.release()
        self._buffer = None

    def release(self) -> None:
        """Give everything back but the programs, which others share."""
        self._release_scene()
        self._scene = None
