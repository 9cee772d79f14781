"""How transparent parts are mixed, and the pass that lays them over the opaque ones.

Weighted blended order-independent transparency: McGuire and Bavoil, Journal of Computer Graphics
Techniques 2(2), 2013, with a weight bounded for half floats (docs/decisions/rendering.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnvis.gl.program import Program
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
    target.opaque.clear(red, green, blue, 1.0, depth=1.0)


def begin_transparent(target: Target, rendering: RenderingConfig) -> None:
    """Clear the sums and set the blend state; depth is tested but not written."""
    ctx: Any = target.ctx  # its stub knows neither four factors nor a single equation
    state = _state(ctx, rendering)
    sums = target.sums if rendering.blend == "weighted" else target.single
    sums.use()
    sums.depth_mask = False  # keeps the depth that both share while the sums are cleared
    sums.clear(*state.cleared)
    ctx.enable_only(ctx.DEPTH_TEST | ctx.BLEND)
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

    def __init__(self, ctx: moderngl.Context) -> None:
        self.ctx = ctx
        self._programs: dict[int, tuple[Program, Any]] = {}

    def draw(self, target: Target, rendering: RenderingConfig, has_transparent: bool) -> None:
        """Write every pixel of ``target.image``."""
        blend = BLENDS[rendering.blend] if has_transparent else OPAQUE
        if blend not in self._programs:
            program = Program(self.ctx, "post/screen.vert", "post/resolve.frag", {"BLEND": blend})
            self._programs[blend] = program, self.ctx.vertex_array(program.gl, [])
        program, array = self._programs[blend]
        target.image.use()
        self.ctx.enable_only(self.ctx.NOTHING)
        for unit, texture in enumerate((target.colour, target.first, target.second)):
            texture.use(unit)
        program.set(
            opaque_colour=0,
            first_sum=1,
            second_sum=2,
            supersample=target.supersample,
            is_dark=float(rendering.background == "dark"),
        )
        array.render(self.ctx.TRIANGLES, vertices=3)

    def release(self) -> None:
        for program, array in self._programs.values():
            array.release()
            program.release()
        self._programs.clear()
