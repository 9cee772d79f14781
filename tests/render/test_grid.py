"""The density grid in pictures: where it is, its colours, and that order does not matter."""

from dataclasses import replace

import numpy as np
import pytest
from networks import synthetic_network

from nnvis.bundling import density_cells
from nnvis.config import ProcessingConfig
from nnvis.config.rendering import RenderingConfig
from nnvis.gl.target import Target
from nnvis.render import Camera, palette, render_image
from nnvis.render.camera import view_of
from nnvis.render.frame import Renderer
from nnvis.render.grid import coloured
from nnvis.render.scene import build_scene

gl = pytest.mark.gl
SIZE = (200, 120)
CONFIG = ProcessingConfig(sampling_rate=10.0)


def draw(ctx, scene, cells, mode="cube", camera=None, **settings):
    target, renderer = Target(ctx, *SIZE), Renderer(ctx)
    look = camera or Camera().framing(scene.hull, SIZE[0] / SIZE[1])
    rendering = RenderingConfig(
        grid_render_mode=mode, edge_render_mode="none", node_render_mode="none", **settings
    )
    try:
        renderer.upload(scene)
        renderer.upload_grid(cells)
        renderer.draw(target, view_of(look, scene.bounds, SIZE), rendering)
        return target.read().astype(int)
    finally:
        renderer.release()
        target.release()


@gl
@pytest.mark.parametrize("mode", ["cube", "point"])
@pytest.mark.parametrize("blend", ["weighted", "minimum", "additive"])
@pytest.mark.parametrize("background", ["light", "dark"])
def test_order_does_not_matter(ctx, mode, blend, background):
    network = synthetic_network()
    scene = build_scene(network, background=background)
    cells = density_cells(network, CONFIG)
    order = np.random.default_rng(1).permutation(len(cells))
    # Equal densities, so that sorting by density leaves them in the order given.
    cells = replace(cells, density=np.ones_like(cells.density))
    mixed = replace(cells, centre=cells.centre[order], lanes=cells.lanes[order])
    settings = {"blend": blend, "background": background, "edge_importance_opacity": 0.2}
    one = draw(ctx, scene, cells, mode, **settings)
    assert one.std() > 3
    assert np.abs(one - draw(ctx, scene, mixed, mode, **settings)).max() <= 1


@gl
@pytest.mark.parametrize("mode", ["cube", "point"])
def test_cells_lie_on_the_edges(ctx, mode):
    network = synthetic_network()
    scene = build_scene(network)
    found = draw(ctx, scene, density_cells(network, CONFIG), mode, edge_importance_threshold=0.3)
    target, renderer = Target(ctx, *SIZE), Renderer(ctx)
    look = Camera().framing(scene.hull, SIZE[0] / SIZE[1])
    try:
        renderer.upload(scene)
        rendering = RenderingConfig(node_render_mode="none", edge_importance_threshold=0)
        renderer.draw(target, view_of(look, scene.bounds, SIZE), rendering)
        edges = target.read().astype(int)
    finally:
        renderer.release()
        target.release()
    grid_ink = np.abs(found - found[0, 0]).max(axis=2) > 12
    edge_ink = np.abs(edges - edges[0, 0]).max(axis=2) > 4
    near = edge_ink.copy()
    for shift in range(1, 9):
        for axis in (0, 1):
            near |= np.roll(edge_ink, shift, axis) | np.roll(edge_ink, -shift, axis)
    assert grid_ink.mean() > 0.03
    assert (grid_ink & near).sum() > 0.97 * grid_ink.sum()


@gl
def test_one_cube_is_where_its_corners_are(ctx):
    network = synthetic_network()
    scene = replace(build_scene(network), bounds=np.array([[-1.0] * 3, [1.0] * 3]))
    cells = density_cells(network, CONFIG, most=1)
    cells = replace(cells, centre=np.array([[0.1, -0.1, 0.2]], np.float32), width=0.5)
    camera = Camera(35, 25, distance=4.0)
    pixels = draw(ctx, scene, cells, camera=camera, edge_depth_opacity=0.0)
    ink = np.abs(pixels - pixels[0, 0]).max(axis=2) > 40
    half = 0.25 * 0.97
    corners = cells.centre + half * np.array(
        [[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    )
    place = view_of(camera, scene.bounds, SIZE).project(corners)
    x, y = (0.5 + 0.5 * place[:, 0]) * SIZE[0], (0.5 - 0.5 * place[:, 1]) * SIZE[1]
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert columns[0] == pytest.approx(x.min(), abs=1.5)
    assert columns[-1] + 1 == pytest.approx(x.max(), abs=1.5)
    assert rows[0] == pytest.approx(y.min(), abs=1.5)
    assert rows[-1] + 1 == pytest.approx(y.max(), abs=1.5)
    shades = np.unique(pixels[ink].sum(axis=1) // 8)
    assert len(shades) >= 3, "three faces, lit differently"


def test_colours_follow_the_mode():
    network = synthetic_network()
    cells = density_cells(network, CONFIG)
    grey = coloured(cells, build_scene(network, "importance"))
    assert np.ptp(grey["colour"], axis=1).max() < 0.1
    own = coloured(cells, build_scene(network, "2"))
    strongest = own["colour"][0]
    away = np.linalg.norm(palette.class_colours(4) - strongest, axis=1)
    assert away.argmin() == 2
    assert (np.diff(own["importance"]) <= 0).all()
    assert own["importance"][0] == 1
    mixed = coloured(cells, build_scene(network))
    assert np.ptp(mixed["colour"], axis=1).max() > 0.3


@gl
@pytest.mark.parametrize("classes", [1, 100, 1000])
def test_many_classes(ctx, classes):
    network = synthetic_network((30, 12, 6), classes)
    found = draw(ctx, build_scene(network), density_cells(network, CONFIG))
    assert found.std() > 3


@gl
@pytest.mark.parametrize("mode", ["cube", "point"])
def test_a_stored_network_shows_its_grid(mode):
    network = synthetic_network()
    plain = render_image(network, None, 160, 90)
    grid = render_image(network, None, 160, 90, rendering={"grid_render_mode": mode})
    assert np.abs(plain.astype(int) - grid).max() > 30
    alone = synthetic_network((5,))
    np.testing.assert_array_equal(
        render_image(alone, None, 160, 90),
        render_image(alone, None, 160, 90, rendering={"grid_render_mode": mode}),
    )


@gl
def test_a_grid_can_be_taken_away(ctx):
    network = synthetic_network()
    target, renderer = Target(ctx, *SIZE), Renderer(ctx)
    scene = build_scene(network)
    look = Camera().framing(scene.hull, SIZE[0] / SIZE[1])
    rendering = RenderingConfig(grid_render_mode="cube")
    try:
        pictures = []
        cells = density_cells(network, CONFIG)
        for one in (None, cells, None):
            renderer.upload_grid(one)
            renderer.upload(scene)
            renderer.draw(target, view_of(look, scene.bounds, SIZE), rendering)
            pictures.append(target.read())
            drawn = renderer.cells_drawn(rendering)
            assert drawn == 0 if one is None else 0 < drawn <= len(cells)
    finally:
        renderer.release()
        target.release()
    assert (pictures[0] != pictures[1]).any()
    np.testing.assert_array_equal(pictures[0], pictures[2])
