"""How transparent parts are mixed, and the pass that lays them over the opaque ones.

Weighted blended order-independent transparency: McGuire and Bavoil, Journal of Computer Graphics
Techniques 2(2), 2013, with a weight bounded for half floats (docs/decisions/rendering.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnvis.gl.program import Recipe
from nnvis.gl.programs import Programs
from nnvis.gl.vertices import Arrays
from nnvis.render import palette

if TYPE_CHECKING:
    import moderngl

    from nnvis.config.rendering import RenderingConfig
    from nnvis.gl.target import Target

OPAQUE = 0
# Values of BLEND in shaders/common/output.glsl.
BLENDS = {"weighted": 1, "minimum": 2, "additive": 3}


def begin_opaque(target: Target, rendering: RenderingConfig) -> None:
    """Clear colour and depth and make the opaque targets current."""
    ctx = target.ctx
    target.opaque.use()
    ctx.enable_only(ctx.DEPTH_TEST)
    ctx.depth_func = "<="
    target.opaque.depth_mask = True
    red, green, blue = (float(v) for v in palette.background_colour(rendering.background))
    # Alpha tells afterwards where something was drawn.
    target.opaque.clear(red, green, blue, 0.0, depth=1.0)


def has_opaque(rendering: RenderingConfig) -> bool:
    """Whether something solid may hide parts of the rest; otherwise nobody needs depth."""
    return "sphere" in (rendering.edge_render_mode, rendering.node_render_mode)


def begin_transparent(target: Target, rendering: RenderingConfig) -> None:
    """Clear the sums and set the blend state; depth is not written, and tested where needed."""
    ctx: Any = target.ctx  # its stub knows neither four factors nor a single equation
    state = _state(ctx, rendering)
    sums = target.sums if rendering.blend == "weighted" else target.single
    sums.use()
    sums.depth_mask = False  # keeps the depth that both share while the sums are cleared
    sums.clear(*state.cleared)
    ctx.enable_only(ctx.DEPTH_TEST | ctx.BLEND if has_opaque(rendering) else ctx.BLEND)
    ctx.blend_func = state.function
    ctx.blend_equation = state.equation


@dataclass(frozen=True)
class _State:
    function: tuple[int, ...]
    equation: Any
    cleared: tuple[float, float, float, float]


def _state(ctx: moderngl.Context, rendering: RenderingConfig) -> _State:
    if rendering.blend == "weighted":
        both = (ctx.ONE, ctx.ONE, ctx.ZERO, ctx.ONE_MINUS_SRC_ALPHA)
        return _State(both, ctx.FUNC_ADD, (0.0, 0.0, 0.0, 1.0))
    if rendering.blend == "additive":
        return _State((ctx.ONE, ctx.ONE), ctx.FUNC_ADD, (0.0, 0.0, 0.0, 0.0))
    red, green, blue = (float(v) for v in palette.background_colour(rendering.background))
    extreme = ctx.MIN if rendering.background == "light" else ctx.MAX
    return _State((ctx.ONE, ctx.ONE), extreme, (red, green, blue, 1.0))


class ResolvePass:
    """Combine opaque and transparent parts into the target's final image."""

    def __init__(self, ctx: moderngl.Context, programs: Programs) -> None:
        self.ctx = ctx
        self._programs = programs
        self._arrays = Arrays(ctx)

    @staticmethod
    def recipe(rendering: RenderingConfig, over: bool = False) -> Recipe:
        """The program for a way of blending."""
        defines = {"BLEND": BLENDS[rendering.blend], "OVER": int(over)}
        return Recipe("post/screen.vert", "post/resolve.frag", defines)

    def draw(self, target: Target, rendering: RenderingConfig) -> None:
        """Write every pixel of ``target.image``."""
        self._draw(target, target.image, rendering, 1.0, over=False)

    def draw_beneath(self, target: Target, rendering: RenderingConfig, dim: float) -> None:
        """Write every pixel of ``target.beneath``, with a share ``dim`` of its contrast left."""
        self._draw(target, target.beneath[1], rendering, dim, over=False)

    def draw_over(self, target: Target, rendering: RenderingConfig) -> None:
        """Write every pixel of ``target.image``, over what is in ``target.beneath``."""
        target.beneath[0].use(3)
        self._draw(target, target.image, rendering, 1.0, over=True)

    def _draw(
        self,
        target: Target,
        onto: moderngl.Framebuffer,
        rendering: RenderingConfig,
        dim: float,
        over: bool,
    ) -> None:
        program = self._programs.get(*self.recipe(rendering, over))
        onto.use()
        self.ctx.enable_only(self.ctx.NOTHING)
        for unit, texture in enumerate((target.colour, target.first, target.second)):
            texture.use(unit)
        program.set(
            opaque_colour=0,
            first_sum=1,
            second_sum=2,
            supersample=target.supersample,
            is_dark=float(rendering.background == "dark"),
            background=tuple(palette.background_colour(rendering.background)),
            dim=dim,
        )
        if over:
            program.set(beneath=3)
        self._arrays.of(program).render(self.ctx.TRIANGLES, vertices=3)

    def release(self) -> None:
        """Give everything back but the programs, which others share."""
        self._arrays.release()
