"""Arrays of a scene: order, counts, quantisation, odd networks."""

from dataclasses import replace

import numpy as np
import pytest
from networks import synthetic_network

from nnvis.errors import RenderError
from nnvis.model.network import Layer
from nnvis.render.scene import END, build_scene, extremes, importance_for


def positions(scene):
    extent = scene.bounds[1] - scene.bounds[0]
    return scene.bounds[0] + scene.points["position"] * extent / END


def test_points_come_back_within_half_a_step():
    network = synthetic_network()
    scene = build_scene(network)
    step = (scene.bounds[1] - scene.bounds[0]) / END
    assert (np.abs(positions(scene) - network.point_position) <= 0.51 * step + 1e-6).all()
    assert (scene.points["along"][scene.point_end - 1] == END).all()
    assert (scene.points["along"] == END).sum() == network.edge_count
    np.testing.assert_array_equal(scene.points["edge"], np.repeat(np.arange(network.edge_count), 9))


def test_a_threshold_is_a_count_of_the_most_important():
    scene = build_scene(synthetic_network())
    for threshold in (0.0, 0.1, 0.35, 1.0):
        count = scene.edges_drawn(threshold)
        assert count == (scene.edge_importance >= np.float32(threshold)).sum()
        assert scene.points_drawn(count) == 9 * count
        assert (
            scene.units_drawn(threshold)
            == (scene.units["importance"] >= np.float32(threshold)).sum()
        )
    assert scene.edges_drawn(1.0) == 1


def test_a_class_has_its_own_order():
    network = synthetic_network(class_names=["a", "b", "c", "d"])
    scene = build_scene(network, "b")
    unit, edge = importance_for(network, "b")
    mean = network.unit_importance.mean(axis=1)[network.edge_source]
    own = network.edge_importance / mean * network.unit_importance[network.edge_source, 1]
    np.testing.assert_allclose(edge, np.sqrt(own / own.max()), rtol=1e-4)
    np.testing.assert_array_equal(scene.edge_index, np.argsort(-edge, kind="stable"))
    assert (np.diff(scene.edge_importance) <= 0).all()
    assert unit.max() == 1
    np.testing.assert_allclose(scene.edge_colour[0, 0], scene.class_colour[1], atol=0.01)
    assert (scene.edge_colour[-1] > scene.edge_colour[0]).all(), "paler"


def test_unknown_class_lists_the_names():
    with pytest.raises(RenderError, match=r"mode must be .*\(cat, dog, ant, bee\), got 'cow'"):
        build_scene(synthetic_network(class_names=["cat", "dog", "ant", "bee"]), "cow")


def test_captions_say_what_is_drawn():
    network = replace(synthetic_network(), edges_total=10_000)
    scene = build_scene(network)
    assert scene.caption(0.0) == network.caption
    drawn = scene.edges_drawn(0.5)
    assert scene.caption(0.5).startswith(f"{drawn:,} of 10,000 edges drawn, the ")
    assert "for 2" in build_scene(network, "2").caption(0.0)
    assert build_scene(synthetic_network((5,))).caption(0.1) == "no edges"


def test_what_is_not_a_number_is_left_out_and_not_counted():
    network = synthetic_network()
    point = network.point_position.copy()
    point[13] = np.nan
    unit = network.unit_position.copy()
    unit[3] = np.inf
    importance = network.edge_importance.copy()
    importance[4] = np.nan
    scene = build_scene(
        replace(network, point_position=point, unit_position=unit, edge_importance=importance)
    )
    assert scene.skipped == 1
    assert 1 not in scene.edge_index
    assert len(scene.units) == network.unit_count - 1
    assert np.isfinite(scene.bounds).all()
    assert scene.caption(0.0).startswith(f"{network.edge_count - 1:,} of {network.edge_count:,}")


def test_a_network_without_a_place_is_an_error():
    network = synthetic_network()
    lost = replace(network, unit_position=np.full_like(network.unit_position, np.nan))
    with pytest.raises(RenderError, match="no unit with a finite position"):
        build_scene(lost)


@pytest.mark.parametrize("sizes", [(1,), (5,), (3, 1), (1, 1, 1)])
@pytest.mark.parametrize("classes", [1, 3])
def test_small_networks(sizes, classes):
    scene = build_scene(synthetic_network(sizes, classes))
    assert len(scene.units) == sum(sizes)
    assert np.isfinite(scene.hull).all()


def test_flat_and_unimportant_networks():
    network = synthetic_network()
    zero = replace(
        network,
        unit_importance=np.zeros_like(network.unit_importance),
        edge_importance=np.zeros_like(network.edge_importance),
        unit_position=np.zeros_like(network.unit_position),
        point_position=np.zeros_like(network.point_position),
        layers=(*network.layers, Layer("empty", "dense", 0, 1.0)),
    )
    scene = build_scene(zero)
    assert scene.edges_drawn(0.1) == 0
    assert "0 of 880 edges drawn" in scene.caption(0.1)
    assert len(scene.layer_hull[-1]) == 0


def test_extremes_frame_all_points():
    points = np.random.default_rng(0).normal(size=(5000, 3))
    few = extremes(points)
    assert len(few) <= 200
    for direction in np.random.default_rng(1).normal(size=(50, 3)):
        assert (few @ direction).max() > 0.9 * (points @ direction).max()
