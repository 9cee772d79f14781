"""Ray-cast balls and tubes: depth and outline against plain formulas."""

from dataclasses import replace

import numpy as np
import pytest
from networks import synthetic_network
from oracles import projection

from nnvis.config.rendering import RenderingConfig
from nnvis.gl.target import Target
from nnvis.model.network import Layer, Network
from nnvis.render.camera import Camera, read_camera, view_of
from nnvis.render.frame import Renderer
from nnvis.render.scene import build_scene

pytestmark = pytest.mark.gl
WIDTH, HEIGHT = 120, 90


def two_units(a, b, importance=((1.0, 0.0), (0.0, 1.0))):
    """Two units and one straight edge between them."""
    position = np.array([a, b], np.float32)
    return Network(
        layers=(Layer("one", "input", 1, 0.0), Layer("two", "output", 1, 1.0)),
        class_names=("x", "y"),
        unit_position=position,
        unit_importance=np.array(importance, np.float32),
        unit_layer=np.array([0, 1], np.int32),
        edge_source=np.array([0], np.int32),
        edge_target=np.array([1], np.int32),
        edge_weight=np.ones(1, np.float32),
        edge_importance=np.ones(1, np.float32),
        point_position=position,
        point_offset=np.array([0, 2]),
        edges_total=1,
    )


def draw(ctx, network, camera, **settings):
    scene = build_scene(network)
    target, renderer = Target(ctx, WIDTH, HEIGHT), Renderer(ctx)
    view = view_of(camera, np.array([[-1.0] * 3, [1.0] * 3]), (WIDTH, HEIGHT))
    try:
        renderer.upload(scene)
        renderer.draw(target, view, RenderingConfig(**settings))
        return scene, view, target.read(), target.read_depth()
    finally:
        renderer.release()
        target.release()


def rays(camera):
    half = np.tan(np.radians(camera.fov) / 2)
    for row in range(0, HEIGHT, 5):
        for column in range(0, WIDTH, 5):
            x = ((column + 0.5) / WIDTH * 2 - 1) * half * WIDTH / HEIGHT
            y = (1 - (row + 0.5) / HEIGHT * 2) * half
            yield row, column, np.array([x, y, -1.0])


def window_depth(view, depth):
    p = view.projection
    return 0.5 + 0.5 * (p[2, 2] * -depth + p[3, 2]) / depth


def test_ball_has_the_depth_of_a_ball(ctx):
    camera = Camera(31.0, 22.0, distance=3.0, fov=40.0)
    place = np.array([0.2, 0.1, -0.3])
    _, view, _, found = draw(
        ctx, two_units(place, place + 9), camera,
        node_render_mode="sphere", edge_render_mode="none", node_size=0.9,
    )  # fmt: skip
    centre = (np.append(place, 1.0) @ view.view)[:3]
    hits = 0
    for row, column, ray in rays(camera):
        depth = projection.sphere_depth(ray, centre, 0.45)
        near = projection.sphere_depth(ray, centre, 0.46)
        if depth is None:
            assert near is not None or found[row, column] == 1.0
            continue
        hits += 1
        if projection.sphere_depth(ray, centre, 0.44) is not None:
            assert found[row, column] == pytest.approx(window_depth(view, depth), abs=2e-5)
    assert hits > 40


def test_tube_covers_what_its_rays_meet(ctx):
    camera = Camera(10.0, 20.0, distance=3.0, fov=40.0)
    start, stop = np.array([-0.3, -0.4, -0.5]), np.array([0.2, 0.5, 0.6])
    scene, view, pixels, _ = draw(
        ctx, two_units(start, stop), camera,
        node_render_mode="none", edge_size=0.4, edge_importance_opacity=2.0, edge_depth_opacity=0,
    )  # fmt: skip
    a, b = ((np.append(p, 1.0) @ view.view)[:3] for p in (start, stop))
    empty = pixels[0, 0].astype(int)
    hits = misses = 0
    for row, column, ray in rays(camera):
        drawn = np.abs(pixels[row, column].astype(int) - empty).max() > 40
        wide, thin = (projection.tube_depth(ray, a, b, r) for r in (0.21, 0.19))
        if thin is not None and wide is not None:
            hits += 1
            assert drawn, (row, column)
        elif wide is None and thin is None:
            misses += 1
            assert not drawn, (row, column)
    assert hits > 20
    assert misses > 200
    assert scene.edges_drawn(0.1) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_near_ball_hides_a_far_one(ctx, order):
    near, far = (-0.6, 0.0, 0.0), (0.6, 0.0, 0.0)
    network = two_units(near, far)
    network = replace(
        network,
        unit_position=network.unit_position[list(order)],
        unit_importance=network.unit_importance[list(order)],
    )
    scene, _, pixels, _ = draw(
        ctx, network, Camera(0.0, 0.0, distance=3.0), node_render_mode="sphere",
        edge_render_mode="none", node_size=0.8, node_importance_opacity=2.0, node_depth_opacity=0,
    )  # fmt: skip
    middle = pixels[HEIGHT // 2, WIDTH // 2] / 255
    apart = np.linalg.norm(scene.class_colour - middle, axis=1)
    assert apart[0] < 0.5 * apart[1]


def test_opaque_nodes_hide_transparent_edges(ctx):
    network = two_units((0.5, -0.5, 0.0), (0.5, 0.5, 0.0))
    ball = replace(
        network,
        unit_position=np.array([(-0.5, 0, 0), (-0.5, 9, 0)], np.float32),
    )
    camera = Camera(0.0, 0.0, distance=3.0)
    settings = {"node_render_mode": "sphere", "node_size": 0.5, "edge_size": 0.15,
                "node_depth_opacity": 0, "node_importance_opacity": 2}  # fmt: skip
    _, _, both, _ = draw(ctx, ball, camera, **settings)
    _, _, alone, _ = draw(ctx, ball, camera, **settings, edge_render_mode="none")
    middle = (HEIGHT // 2, WIDTH // 2)
    assert (both[middle] == alone[middle]).all()
    assert (both != alone).any()


def test_thin_edges_fade_instead_of_breaking(ctx):
    camera = Camera(0.0, 0.0, distance=3.0)
    network = two_units((0, -0.4, -0.9), (0, 0.37, 0.9))
    ink = {}
    for size in (0.005, 0.0025):
        _, _, pixels, _ = draw(
            ctx, network, camera, node_render_mode="none", edge_size=size, edge_depth_opacity=0,
            edge_importance_opacity=1.0,
        )  # fmt: skip
        drawn = np.abs(pixels.astype(int) - pixels[0, 0]).sum(axis=(0, 2))
        ink[size] = drawn.sum()
        columns = np.flatnonzero(drawn)
        assert (np.diff(columns) == 1).all(), "no gaps"
    assert ink[0.0025] == pytest.approx(ink[0.005] / 2, rel=0.25)


def test_segments_of_a_bent_edge_neither_gap_nor_overlap(ctx):
    t = np.linspace(0, 1, 15)
    arc = np.stack([0 * t, np.sin(np.pi * t) * 0.5 - 0.2, 1.6 * t - 0.8], axis=1)
    network = two_units(arc[0], arc[-1])
    network = replace(
        network, point_position=arc.astype(np.float32), point_offset=np.array([0, len(arc)])
    )
    _, view, pixels, _ = draw(
        ctx, network, Camera(0.0, 0.0, distance=3.0), node_render_mode="none", edge_size=0.12,
        edge_importance_opacity=0.5, edge_depth_opacity=0, blend="additive",
    )  # fmt: skip
    clip = view.project(arc)
    dense = np.stack([np.interp(np.linspace(0.05, 0.95, 200), t, clip[:, k]) for k in (0, 1)], 1)
    rows = ((0.5 - 0.5 * dense[:, 1]) * HEIGHT).astype(int)
    columns = ((0.5 + 0.5 * dense[:, 0]) * WIDTH).astype(int)
    ink = np.abs(pixels[rows, columns].astype(int) - pixels[0, 0]).sum(axis=1)
    assert ink.min() > 0.55 * np.median(ink)
    assert ink.max() < 1.45 * np.median(ink)


def test_a_camera_inside_the_network_draws(ctx):
    camera = Camera(0.0, 0.0, distance=0.1)
    _, _, pixels, _ = draw(ctx, synthetic_network(), camera)
    assert pixels.std() > 0


def test_another_scene_takes_the_place_of_the_first(ctx):
    first, second = build_scene(synthetic_network()), build_scene(synthetic_network(seed=9))
    view = view_of(Camera(), first.bounds, (WIDTH, HEIGHT))
    target, renderer, fresh = Target(ctx, WIDTH, HEIGHT), Renderer(ctx), Renderer(ctx)
    pictures = []
    for one, scenes in ((renderer, (first, second)), (fresh, (second,))):
        for scene in scenes:
            one.upload(scene)
            one.draw(target, view, RenderingConfig())
            pictures.append(target.read())
    assert (pictures[0] != pictures[1]).any()
    np.testing.assert_array_equal(pictures[1], pictures[2])
    for thing in (renderer, fresh, target):
        thing.release()


def test_thin_edges_as_lines_look_as_tubes_do(ctx, monkeypatch):
    """The same ink as tubes, in every direction, and never for what stands out."""
    from nnvis.render import edges as module

    scene = build_scene(synthetic_network((60, 40, 20, 4)))
    settings = {
        "edge_importance_threshold": 0.0, "node_render_mode": "none", "edge_size": 0.03,
        "edge_importance_opacity": 0.5,
    }  # fmt: skip
    edges = len(scene.edge_index)
    target, renderer = Target(ctx, 480, 270), Renderer(ctx)
    try:
        renderer.upload(scene)
        for camera in ("left", "default", "front"):
            look = read_camera(camera)[0].framing(scene.hull, 480 / 270)
            view = view_of(look, scene.bounds, (480, 270))
            pictures = []
            for width in (0.0, module.THREAD_WIDTH):
                monkeypatch.setattr(module, "THREAD_WIDTH", width)
                thick = module.thick_edges(scene, view, RenderingConfig(**settings))
                assert thick == edges if width == 0 else thick < 0.8 * edges
                renderer.draw(target, view, RenderingConfig(**settings))
                pictures.append(target.read().astype(float))
            monkeypatch.undo()
            tubes, lines = pictures
            assert np.abs(tubes - lines).mean() < 1.5
            assert np.abs(tubes.mean() - lines.mean()) < 0.4
    finally:
        renderer.release()
        target.release()
    full = RenderingConfig(**settings, edge_base_opacity=0.8)
    assert module.thick_edges(scene, view, full) == edges
