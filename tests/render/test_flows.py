"""Arcs between output units for samples that changed their class."""

from __future__ import annotations

import numpy as np
import pytest
from networks import synthetic_network

from nnvis.config import RenderingConfig
from nnvis.gl.target import Target
from nnvis.render.camera import Camera, view_of
from nnvis.render.flows import scene_of_flows
from nnvis.render.frame import Renderer
from nnvis.render.scene import END, build_scene


@pytest.fixture(scope="module")
def scene():
    return build_scene(synthetic_network((20, 12, 4)))


def moved(*pairs: tuple[int, int, int]) -> np.ndarray:
    counts = np.diag([50, 40, 30, 20])
    for source, target, count in pairs:
        counts[source, target] = count
    return counts


def positions(scene) -> np.ndarray:
    low, high = scene.bounds
    return low + scene.points["position"] * (high - low) / END


def test_each_pair_of_classes_gets_one_arc_between_its_units(scene):
    flows = scene_of_flows(scene, moved((0, 2, 9), (3, 1, 36)))
    assert len(flows.edge_importance) == 2
    place = positions(flows)
    begin = np.concatenate([[0], flows.point_end])
    expected = [(3, 1), (0, 2)]  # the larger flow first
    for number, (source, target) in enumerate(expected):
        arc = place[begin[number] : begin[number + 1]]
        assert arc[0] == pytest.approx(scene.class_place[source], abs=1e-3)
        assert arc[-1] == pytest.approx(scene.class_place[target], abs=1e-3)
        assert arc[:, 2].max() > scene.class_place[:, 2].max() + 0.05, "the arc does not stand out"
    assert flows.edge_importance == pytest.approx([1.0, 0.5]), "width is not the root of the count"
    assert flows.edge_colour[1, 0] == pytest.approx(scene.class_colour[0])
    assert flows.edge_colour[1, 1] == pytest.approx(scene.class_colour[2])


def test_the_two_ways_of_a_pair_lie_apart(scene):
    flows = scene_of_flows(scene, moved((0, 2, 9), (2, 0, 9)))
    first, second = positions(flows).reshape(2, -1, 3)
    assert np.abs(first[len(first) // 2] - second[len(second) // 2]).max() > 0.02


def test_nothing_moved_or_no_output_units_gives_no_arcs(scene):
    assert scene_of_flows(scene, moved()) is None
    assert scene_of_flows(scene, np.ones((3, 3), int)) is None
    other = build_scene(synthetic_network((20, 12, 6)))
    assert scene_of_flows(other, moved((0, 1, 5))) is None


@pytest.mark.gl
def test_arcs_show_with_the_network_and_go_again(ctx, scene):
    rendering = RenderingConfig(edge_render_mode="none")
    view = view_of(Camera().framing(scene.hull, 1.5), scene.bounds, (300, 200))
    renderer, target = Renderer(ctx), Target(ctx, 300, 200)
    try:
        renderer.upload(scene)
        renderer.draw(target, view, rendering)
        without = target.read().astype(int)
        renderer.show_flows(scene_of_flows(scene, moved((0, 2, 9), (3, 1, 36))))
        renderer.draw(target, view, rendering)
        assert np.abs(target.read() - without).max() > 60, "no arc is to be seen"
        renderer.show_flows(None)
        renderer.draw(target, view, rendering)
        assert np.array_equal(target.read(), without)
    finally:
        target.release()
        renderer.release()
