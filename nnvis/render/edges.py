"""Draw edges: tubes, lines, or a ball at each point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.gl.program import Program, Recipe
from nnvis.gl.programs import Programs
from nnvis.gl.vertices import Arrays, bind
from nnvis.render import palette
from nnvis.render.blending import BLENDS, OPAQUE, has_opaque
from nnvis.render.scene import END, POINT, Scene

if TYPE_CHECKING:
    import moderngl

    from nnvis.config.rendering import RenderingConfig
    from nnvis.gl.target import Target
    from nnvis.render.camera import View

LINE_PIXELS = 1.1
POINT_PIXELS = 2.2
# An edge at most so many samples wide and of at most such an opacity is drawn as a line: steps in
# its outline would not be seen.
THREAD_WIDTH = 2.6
THREAD_OPACITY = 0.15
RESTART = 0xFFFFFFFF  # moderngl sets OpenGL to begin a new strip at this number
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
        self._threads = Arrays(ctx, self._fill_threads)
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
        depth = int(has_opaque(rendering) and not flat)
        return Recipe(*_SHADERS[mode], {"BLEND": blend, "FLAT": flat, "DEPTH": depth})

    @classmethod
    def thread_recipe(cls, rendering: RenderingConfig) -> Recipe:
        """The program that draws the thinnest edges of a mode of tubes or lines."""
        flat = int(rendering.edge_render_mode == "line")
        defines = {"BLEND": BLENDS[rendering.blend], "FLAT": flat}
        return Recipe("edge/thread.vert", "edge/thread.frag", defines)

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
        self._threads.index = self.ctx.buffer(_strips(scene.point_end).tobytes())
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
        index = self._threads.index
        assert index is not None
        return int(self._buffer.size + index.size) + 8 * int(np.prod(self._texture.size))

    def draw(self, target: Target, view: View, rendering: RenderingConfig) -> None:
        """Draw into the framebuffer in use, with the blend state already set."""
        scene, mode = self._scene, rendering.edge_render_mode
        if scene is None or self._buffer is None or mode == "none":
            return
        edges = scene.edges_drawn(rendering.edge_importance_threshold)
        if edges == 0:
            return
        line_width = LINE_PIXELS * target.supersample if mode == "line" else 0.0
        law = ("base_opacity", "importance_opacity", "depth_opacity", "depth_exponent")
        shared = {
            **view.uniforms,
            "opacity_law": tuple(getattr(rendering, f"edge_{name}") for name in law),
            "origin": tuple(scene.bounds[0]),
            "extent": tuple((scene.bounds[1] - scene.bounds[0]) / END),
            "size": rendering.edge_size,
            "edge_attributes": 0,
            "background": tuple(palette.background_colour(rendering.background)),
        }
        self._texture.use(0)
        program = self._programs.get(*self.recipe(rendering))
        thick = edges
        # Whoever edits the tubes wants to see it on every edge.
        if mode in ("ellipsoid_transparent", "line") and not program.is_edited:
            thick = min(edges, thick_edges(scene, view, rendering, line_width))
        if thick:
            program.set(**shared)
            if mode == "point":
                program.set(point_width=POINT_PIXELS * target.supersample)
            elif "tube" in program.name:
                program.set(line_width=line_width)
            self._arrays.of(program).render(
                self.ctx.TRIANGLE_STRIP, vertices=4, instances=scene.points_drawn(thick)
            )
        if thick < edges:
            program = self._programs.get(*self.thread_recipe(rendering))
            size = target.width * target.supersample, target.height * target.supersample
            program.set(**shared, line_width=line_width, samples=size)
            # The index has one mark more than points for each edge.
            first = scene.points_drawn(thick) + thick
            last = scene.points_drawn(edges) + edges
            self._threads.of(program).render(
                self.ctx.LINE_STRIP, vertices=last - first, first=first
            )

    def _fill(self, array: moderngl.VertexArray, program: Program) -> None:
        for first, prefix in enumerate(("before_", "start_", "stop_", "after_")):
            bind(array, program, self._buffer, POINT, prefix, first)

    def _fill_threads(self, array: moderngl.VertexArray, program: Program) -> None:
        for first, prefix in enumerate(("before_", "start_", "stop_")):
            bind(array, program, self._buffer, POINT, prefix, first, divisor=0)

    def _release_scene(self) -> None:
        # Arrays refer to the buffer and go with it; programs stay for the next scene.
        self._arrays.release()
        self._threads.release()
        for thing in (self._buffer, self._texture, self._threads.index):
            if thing is not None:
                thing.release()
        self._buffer = self._texture = self._threads.index = None

    def release(self) -> None:
        """Give everything back but the programs, which others share."""
        self._release_scene()
        self._scene = None


def _strips(point_end: np.ndarray) -> np.ndarray:
    """Numbers of the points edge after edge, a mark after each, (points + edges,) uint32."""
    strips = np.arange(point_end[-1] + len(point_end), dtype=np.uint32)
    marks = point_end + np.arange(len(point_end))
    strips -= np.repeat(
        np.arange(len(point_end), dtype=np.uint32), np.diff(point_end, prepend=0) + 1
    )
    strips[marks] = RESTART
    return strips


def thick_edges(
    scene: Scene, view: View, rendering: RenderingConfig, line_width: float = 0.0
) -> int:
    """How many of the first edges are too wide or too opaque to be drawn as lines.

    Parameters
    ----------
    line_width
        Of every edge, samples; 0 for tubes, whose width falls with importance.
    """
    # Where the scene is nearest to the camera; the law of shaders/edge/attributes.glsl.
    widest = rendering.edge_size * view.pixel_scale / max(view.depth_range[0], 1e-4)
    if line_width > 0:
        narrow = 1.0 if line_width <= THREAD_WIDTH else -1.0
    else:
        narrow = (THREAD_WIDTH / max(widest, 1e-9) - 0.1) / 0.9
    # Minimum blending shows the root of opacity.
    faintest = THREAD_OPACITY**2 if rendering.blend == "minimum" else THREAD_OPACITY
    rise = max(rendering.edge_importance_opacity, 1e-9)
    faint = (faintest - rendering.edge_base_opacity) / rise
    return scene.edges_drawn(float(np.nextafter(np.float32(min(narrow, faint)), np.float32(2))))
