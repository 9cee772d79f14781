"""Milliseconds to draw a frame off screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnvis.bench.measuring import measure
from nnvis.bench.networks import demo_network, sizes_of
from nnvis.bench.tables import Part, Row, times_as_fast
from nnvis.errors import RenderError

if TYPE_CHECKING:
    from nnvis.model import Network

MODES = ("ellipsoid_transparent", "sphere_transparent", "line")
_FRAMES = 5


def render(
    repeats: int, network: Network | None = None, size: tuple[int, int] = (1280, 720)
) -> Part:
    """Frames of a bundled network with nothing pruned, in the default look and in others."""
    from nnvis.gl.context import describe, open_context

    try:
        context = open_context()
    except RenderError as error:
        return Part("render", (Row("a frame", note="not measured"),), (str(error),))
    try:
        from nnvis.pipeline import bundle

        bundled = bundle(demo_network()) if network is None else network
        seconds = {mode: _frames(context, bundled, mode, size, repeats) for mode in MODES}
        remark = f"Drawn with {describe(context).sentence}."
    finally:
        context.release()
    rows = []
    for mode, values in seconds.items():
        note = f"{sizes_of(bundled)}, {bundled.edge_count:,} edges; the default look"
        if mode != MODES[0]:
            note = times_as_fast("the default", seconds[MODES[0]], values)
        milliseconds = tuple(1000 * value for value in values)
        rows.append(Row(f"a frame of {size[0]} × {size[1]}, {mode}", milliseconds, "ms", note=note))
    return Part("render", tuple(rows), (remark,))


def _frames(
    context: object, network: Network, mode: str, size: tuple[int, int], repeats: int
) -> tuple[float, ...]:
    """Seconds a frame, after one that is not counted."""
    from typing import Any, cast

    from nnvis.config import RenderingConfig, read_config
    from nnvis.gl.target import Target
    from nnvis.render import Camera, Renderer, build_scene, view_of

    gl = cast("Any", context)
    settings = read_config(RenderingConfig, {"edge_render_mode": mode})
    scene = build_scene(network, "all", settings.palette, settings.background)
    camera = Camera().framing(scene.hull, size[0] / size[1])
    view = view_of(camera, scene.bounds, size)
    renderer, target = Renderer(gl), Target(gl, *size)

    def frame() -> None:
        renderer.draw(target, view, settings)
        gl.finish()

    try:
        renderer.upload(scene)
        frame()
        return measure(frame, _FRAMES * max(repeats, 1), enough=10.0)
    finally:
        renderer.release()
        target.release()
