"""Milliseconds to draw a frame off screen, beside the way it was done before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.bench.drawing import Drawing, Writes
from nnvis.bench.measuring import measure
from nnvis.bench.networks import demo_network, sizes_of
from nnvis.bench.tables import Part, Row, times_as_fast
from nnvis.errors import RenderError

if TYPE_CHECKING:
    from nnvis.model import Network

MODES = ("ellipsoid_transparent", "sphere_transparent", "line")
# At least so many times as fast as the old way, and at most so many bytes for a million edges.
FASTER = 4.0
MOST_BYTES = 512 * 2**20
MANY_EDGES, MANY_POINTS = 1_000_000, 18
_FRAMES = 5


def render(
    repeats: int,
    network: Network | None = None,
    size: tuple[int, int] = (1280, 720),
    many: int = MANY_EDGES,
) -> Part:
    """Frames of a bundled network with nothing pruned, the old way, and a million edges."""
    from nnvis.gl.context import describe, open_context

    try:
        context = open_context()
    except RenderError as error:
        return Part("render", (Row("a frame", note="not measured"),), (str(error),))
    try:
        from nnvis.pipeline import bundle

        bundled = bundle(demo_network()) if network is None else network
        rows = [
            *_modes(context, bundled, size, repeats),
            *_beside_the_old_way(context, bundled, size, repeats),
            *_many_edges(context, size, repeats, many),
        ]
        remark = f"Drawn with {describe(context).sentence}; each frame ends with glFinish."
    finally:
        context.release()
    return Part("render", tuple(rows), (remark,))


def _modes(context: Any, network: Network, size: tuple[int, int], repeats: int) -> list[Row]:
    """The default look, and other modes at the same settings."""
    seconds = {}
    for mode in MODES:
        with Drawing(context, network, size, {"edge_render_mode": mode}) as drawing:
            seconds[mode] = measure(drawing.frame, _FRAMES * max(repeats, 1), enough=10.0)
    rows = []
    for mode, values in seconds.items():
        note = f"{sizes_of(network)}, {network.edge_count:,} edges; the default look"
        if mode != MODES[0]:
            note = times_as_fast("the default", seconds[MODES[0]], values)
        rows.append(_row(f"a frame of {size[0]} × {size[1]}, {mode}", values, note))
    return rows


def _beside_the_old_way(
    context: Any, network: Network, size: tuple[int, int], repeats: int
) -> list[Row]:
    """Every edge whatever its importance, without units, by turns so that load hits both."""
    from nnvis.bench.cuboids import MOST_CLASSES, CuboidPass
    from nnvis.gl.target import Target

    name = "the old way: cuboids from a geometry shader, minimum blending"
    if network.class_count > MOST_CLASSES:
        return [Row(name, note=f"not measured: more than {MOST_CLASSES} classes")]
    edges = {"edge_importance_threshold": 0.0, "node_render_mode": "none"}
    ours: dict[str, list[float]] = {"weighted": [], "minimum": []}
    theirs: list[float] = []
    with Drawing(context, network, size, edges) as drawing:
        old, target = CuboidPass(context, network, drawing.scene), Target(context, *size)

        def old_frame() -> None:
            old.draw(target.opaque, drawing.view, drawing.settings)
            context.finish()

        try:
            old_frame()
            for blend in ours:
                drawing.set(blend=blend)
                drawing.frame()
            for _ in range(max(repeats, 1)):
                theirs += measure(old_frame, 1)
                for blend, values in ours.items():
                    drawing.set(blend=blend)
                    values += measure(drawing.frame, 1)
        finally:
            old.release()
            target.release()
    ratios = tuple(b / a for a, b in zip(ours["weighted"], theirs, strict=True))
    return [
        _row("every edge, ellipsoid mode, weighted", tuple(ours["weighted"]), "threshold 0"),
        _row("  the same, minimum blending", tuple(ours["minimum"]), ""),
        _row(f"  {name}", tuple(theirs), "nnvis.bench.cuboids"),
        Row("  times as fast as the old way", ratios, "×", FASTER, at_least=True),
    ]


def _row(what: str, seconds: tuple[float, ...], note: str) -> Row:
    return Row(what, tuple(1000 * value for value in seconds), "ms", note=note)


def _many_edges(context: Any, size: tuple[int, int], repeats: int, many: int) -> list[Row]:
    """Memory of a million edges, and what a change of a setting costs and writes."""
    network = many_edges(many)
    with Drawing(context, network, size, {"edge_importance_threshold": 0.95}) as drawing:
        held = drawing.renderer.gpu_bytes
        writes = Writes(context)
        sizes, opacities = [], []
        with writes:
            for step in range(max(repeats, 1) * 3):
                drawing.set(edge_importance_threshold=0.95 + 0.005 * step)
                sizes += measure(drawing.frame, 1)
                drawing.set(edge_importance_opacity=0.5 + 0.05 * step)
                opacities += measure(drawing.frame, 1)
    points = network.point_count
    per_point = 12 + 4
    note = (
        f"{network.edge_count:,} edges, {points:,} points of {per_point} bytes (place, step, edge "
        f"and index), {(held - per_point * points) / network.edge_count:.0f} for each edge"
    )
    uploads = f"{writes.count} buffers or textures made or written"
    return [
        Row(
            "graphics memory of a million edges",
            (held / 2**20,),
            "MiB",
            MOST_BYTES / 2**20,
            note=note,
        ),
        _row("a frame after the prune slider moved", tuple(sizes), uploads),
        _row("a frame after another slider moved", tuple(opacities), "0 there too"),
    ]


def many_edges(count: int) -> Network:
    """A made-up network of ``count`` edges of 18 points: two layers, curved at random."""
    from nnvis.model import Layer, Network

    rng = np.random.default_rng(0)
    units = max(2, round(count**0.5))
    place = rng.random((2 * units, 3), np.float32) - 0.5
    place[:units, 2], place[units:, 2] = -0.25, 0.25
    source = rng.integers(0, units, count).astype(np.int32)
    target = (units + rng.integers(0, units, count)).astype(np.int32)
    t = np.linspace(0, 1, MANY_POINTS, dtype=np.float32)[None, :, None]
    points = place[source][:, None] * (1 - t) + place[target][:, None] * t
    points[..., :2] *= 1 - 0.5 * np.sin(np.pi * t)
    importance = np.sort(rng.random(count, np.float32) ** 2)[::-1]
    return Network(
        layers=(Layer("a", "input", units, -0.25), Layer("b", "output", units, 0.25)),
        class_names=("one", "two"),
        unit_position=place,
        unit_importance=rng.random((2 * units, 2), np.float32),
        unit_layer=np.repeat(np.arange(2, dtype=np.int32), units),
        edge_source=source,
        edge_target=target,
        edge_weight=importance,
        edge_importance=importance,
        point_position=points.reshape(-1, 3),
        point_offset=np.arange(count + 1, dtype=np.int64) * MANY_POINTS,
        edges_total=count,
    )
