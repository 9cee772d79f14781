"""Blending against the formula, and independence of the order of drawing."""

from dataclasses import replace

import numpy as np
import pytest
from networks import synthetic_network
from oracles import projection

from nnvis.config.rendering import RenderingConfig
from nnvis.gl.target import Target
from nnvis.render import palette
from nnvis.render.camera import Camera, view_of
from nnvis.render.frame import Renderer
from nnvis.render.scene import build_scene

pytestmark = pytest.mark.gl
SIZE = (200, 120)


def draw(ctx, scene, camera=None, bounds=None, **settings):
    target, renderer = Target(ctx, *SIZE), Renderer(ctx)
    look = camera or Camera().framing(scene.hull, SIZE[0] / SIZE[1])
    view = view_of(look, scene.bounds if bounds is None else bounds, SIZE)
    try:
        renderer.upload(scene)
        renderer.draw(target, view, RenderingConfig(**settings))
        return target.read().astype(int)
    finally:
        renderer.release()
        target.release()


def shuffled(scene, seed):
    """The same scene with edges and units in another order (thresholds are then meaningless)."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(scene.edge_index))
    groups = np.split(np.arange(len(scene.points)), scene.point_end[:-1])
    points = scene.points[np.concatenate([groups[e] for e in order])]
    where = np.empty(len(order), np.uint32)
    where[order] = np.arange(len(order))
    points["edge"] = where[points["edge"]]
    return replace(
        scene,
        points=points,
        point_end=np.cumsum([len(groups[e]) for e in order]),
        edge_colour=scene.edge_colour[order],
        edge_end=scene.edge_end[order],
        edge_importance=scene.edge_importance[order],
        units=scene.units[rng.permutation(len(scene.units))],
    )


@pytest.mark.parametrize("blend", ["weighted", "minimum", "additive"])
@pytest.mark.parametrize("background", ["light", "dark"])
@pytest.mark.parametrize("mode", ["ellipsoid_transparent", "sphere_transparent", "line", "point"])
def test_order_does_not_matter(ctx, mode, blend, background, monkeypatch):
    scene = build_scene(synthetic_network(), background=background)
    settings = {"blend": blend, "background": background, "edge_render_mode": mode}
    monkeypatch.setattr(type(scene), "edges_drawn", lambda self, _: len(self.edge_index))
    monkeypatch.setattr(type(scene), "units_drawn", lambda self, _: len(self.units))
    first = draw(ctx, scene, **settings)
    assert first.std() > 5
    for seed in (1, 2):
        assert np.abs(draw(ctx, shuffled(scene, seed), **settings) - first).max() <= 1


def test_weighted_blending_is_its_formula(ctx):
    network = synthetic_network((2,), 2)
    position = np.array([[-0.5, 0, 0], [0.5, 0, 0]], np.float32)
    network = replace(
        network, unit_position=position, unit_importance=np.array([[0.25, 0], [0, 1]], np.float32)
    )
    scene = build_scene(network)
    bounds = np.array([[-1.0] * 3, [1.0] * 3])
    settings = {"node_size": 0.5, "node_depth_opacity": 0.0, "node_importance_opacity": 0.8,
                "node_render_mode": "point"}  # fmt: skip
    found = draw(ctx, scene, Camera(0.0, 0.0, distance=3.0), bounds, **settings)
    layers = []
    for unit in scene.units:
        z = (unit["position"][0] + 1) / 2
        layers.append((unit["colour"], 0.8 * unit["importance"], 16 * np.exp(-6 * z)))
    expected = projection.weighted(layers, palette.background_colour("light")) * 255
    np.testing.assert_allclose(found[SIZE[1] // 2, SIZE[0] // 2], expected, atol=2)


def test_additive_shows_density_and_minimum_does_not(ctx):
    network = synthetic_network((1, 1), 1, points=2)
    network = replace(
        network,
        unit_position=np.array([[0, 0, -0.5], [0, 0, 0.5]], np.float32),
        point_position=np.array([[0, 0, -0.5], [0, 0, 0.5]], np.float32),
    )
    times = 6
    many = replace(
        network,
        point_position=np.tile(network.point_position, (times, 1)),
        point_offset=np.arange(times + 1) * 2,
        edges_total=times,
        **{
            name: np.repeat(getattr(network, name), times)
            for name in ("edge_source", "edge_target", "edge_weight", "edge_importance")
        },
    )
    ink = {}
    for blend in ("minimum", "additive"):
        for name, one in (("one", network), ("many", many)):
            settings = {
                "edge_importance_opacity": 0.3,
                "node_render_mode": "none",
                "edge_size": 0.1,
            }
            pixels = draw(
                ctx, build_scene(one), Camera(0.0, 0.0, distance=3.0), blend=blend, **settings
            )
            ink[blend, name] = np.abs(pixels - pixels[0, 0]).sum()
    assert ink["additive", "many"] > 2 * ink["additive", "one"]
    assert ink["minimum", "many"] == ink["minimum", "one"] > 0
