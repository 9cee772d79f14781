"""A unit picked out: which edges and units, how the rest fades, what is uploaded."""

import numpy as np
import pytest
from networks import synthetic_network

from nnvis.config.rendering import RenderingConfig
from nnvis.errors import RenderError
from nnvis.gl.target import Target
from nnvis.render import Camera, find_unit, palette, render_image, scene_of_unit, unit_name
from nnvis.render.camera import view_of
from nnvis.render.frame import Renderer
from nnvis.render.picked import scene_of_units
from nnvis.render.scene import build_scene

gl = pytest.mark.gl
SIZE = (240, 135)


@pytest.mark.parametrize("unit", [0, 41, 60, 71])
def test_edges_in_and_out_with_their_ends(unit):
    network = synthetic_network()
    scene = build_scene(network)
    part = scene_of_unit(scene, network, unit)
    edges = np.flatnonzero((network.edge_source == unit) | (network.edge_target == unit))
    assert sorted(part.edge_index) == sorted(edges)
    ends = {unit, *network.edge_source[edges], *network.edge_target[edges]}
    assert set(part.unit_index) == ends
    np.testing.assert_array_equal(part.bounds, scene.bounds)
    assert (np.diff(part.edge_importance) <= 0).all()
    for row, edge in enumerate(part.edge_index):
        first = 0 if row == 0 else part.point_end[row - 1]
        points = part.points[first : part.point_end[row]]
        assert (points["edge"] == row).all()
        whole = int(np.flatnonzero(scene.edge_index == edge)[0])
        begin = 0 if whole == 0 else scene.point_end[whole - 1]
        of_scene = scene.points[begin : scene.point_end[whole]]
        np.testing.assert_array_equal(points["position"], of_scene["position"])
        np.testing.assert_array_equal(part.edge_colour[row], scene.edge_colour[whole])


def test_names():
    network = synthetic_network()
    assert unit_name(network, 41) == "fc1 unit 1"
    assert find_unit(network, "fc1:1") == find_unit(network, "1:1") == 41
    assert find_unit(network, "input:39") == 39
    part = scene_of_unit(build_scene(network), network, 41)
    assert part.caption(0.0).startswith("fc1 unit 1: 40 edges in, 12 out · ")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fc9:1", "layers input, fc1, fc2, fc3, got 'fc9:1'"),
        ("fc1", "LAYER:NUMBER"),
        ("fc1:16", "fc1 has units 0 to 15, got '16'"),
        ("fc1:-1", "got '-1'"),
        ("4:0", "LAYER:NUMBER"),
    ],
)
def test_units_that_are_not_there(name, expected):
    with pytest.raises(RenderError, match=expected):
        find_unit(synthetic_network(), name)


def test_rows_that_are_not_there():
    network = synthetic_network()
    with pytest.raises(RenderError, match="units 0 to 71, so there is no unit 72"):
        scene_of_unit(build_scene(network), network, 72)
    with pytest.raises(RenderError, match="no unit -1"):
        render_image(network, None, 64, 36, unit=-1)


def picture(renderer, target, scene, **settings):
    look = Camera().framing(scene.hull, SIZE[0] / SIZE[1])
    view = view_of(look, scene.bounds, SIZE, target.supersample)
    renderer.draw(target, view, RenderingConfig(**settings))
    return target.read().astype(int)


@gl
@pytest.mark.parametrize("blend", ["weighted", "minimum", "additive"])
@pytest.mark.parametrize("background", ["light", "dark"])
@pytest.mark.parametrize("solid", [False, True])
def test_the_rest_fades_and_the_unit_stays(ctx, blend, background, solid):
    network = synthetic_network()
    scene = build_scene(network, background=background)
    part = scene_of_unit(scene, network, find_unit(network, "fc2:3"))
    settings = {"blend": blend, "background": background}
    if solid:
        settings |= {"edge_render_mode": "sphere", "node_render_mode": "sphere"}
    target, renderer = Target(ctx, *SIZE, 2 if solid else 1), Renderer(ctx)
    try:
        renderer.upload(scene)
        plain = picture(renderer, target, scene, **settings)
        held = renderer.gpu_bytes
        renderer.highlight(part)
        assert 0 < renderer.gpu_bytes - held < held / 2
        pinned = picture(renderer, target, scene, **settings)
        renderer.highlight(None)
        assert renderer.gpu_bytes == held
        np.testing.assert_array_equal(picture(renderer, target, scene, **settings), plain)
        renderer.upload(part)
        alone = picture(renderer, target, scene, **settings, edge_importance_threshold=0)
    finally:
        renderer.release()
        target.release()
    back = np.rint(palette.background_colour(background) * 255)
    mine = np.abs(alone - back).max(axis=2) > 60
    rest = (np.abs(alone - back).max(axis=2) == 0) & (np.abs(pinned - plain).max(axis=2) > 0)
    assert mine.sum() > 100
    assert rest.sum() > 1000
    contrast = np.abs(pinned - back).max(axis=2)
    assert contrast[rest].max() < 0.35 * np.abs(plain - back).max(axis=2)[rest].max()
    assert np.median(contrast[mine]) > 90


@gl
def test_every_edge_of_the_unit_shows_whatever_the_threshold(ctx):
    network = synthetic_network()
    high = {"edge_importance_threshold": 1.0, "node_importance_threshold": 1.0}
    one = render_image(network, None, *SIZE, rendering=high, unit="fc2:3", labels=False)
    low = render_image(network, None, *SIZE, rendering=high, labels=False)
    ink = np.abs(one.astype(int) - one[0, 0]).max(axis=2) > 60
    fewer = np.abs(low.astype(int) - low[0, 0]).max(axis=2) > 60
    assert ink.sum() > 3 * fewer.sum()


def test_several_units_keep_just_the_edges_between_them():
    network = synthetic_network((6, 5, 4))
    scene = build_scene(network)
    rows = (0, 3, 7, 12)
    part = scene_of_units(scene, network, rows)
    between = {
        edge
        for edge in range(network.edge_count)
        if {int(network.edge_source[edge]), int(network.edge_target[edge])} <= set(rows)
    }
    assert set(part.edge_index.tolist()) == between
    assert between, "the case has no edge to keep"
    assert set(part.unit_index.tolist()) == set(rows)
    assert part.note == f"4 units, {len(between)} edges between them"


def test_several_units_must_all_be_there():
    network = synthetic_network((6, 5, 4))
    with pytest.raises(RenderError, match="units 0 to 14, so there is no unit 15"):
        scene_of_units(build_scene(network), network, (1, 15))
