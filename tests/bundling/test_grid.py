"""The density grid that can be looked at: the bundler's numbers, in their places."""

from dataclasses import replace

import numpy as np
import pytest
from networks import synthetic_network

from nnvis.bundling import density_cells, resample_edges, straighten_edges
from nnvis.bundling.actions import last_bandwidth
from nnvis.bundling.grid import LEAST_DENSITY
from nnvis.config import ProcessingConfig

CONFIG = ProcessingConfig(sampling_rate=10.0)


def kernel_sum(network, place):
    """Class vectors of all interior points, each weighed by a Gaussian of the bandwidth."""
    vectors = network.unit_importance / np.linalg.norm(network.unit_importance, axis=1)[:, None]
    total = np.zeros(network.class_count)
    h = last_bandwidth(CONFIG)
    for e in range(network.edge_count):
        points = network.point_position[network.point_offset[e] : network.point_offset[e + 1]]
        t = np.linspace(0, 1, len(points))[1:-1, None]
        a, b = vectors[network.edge_source[e]], vectors[network.edge_target[e]]
        away = np.square(points[1:-1] - place).sum(axis=1)
        total += (np.exp(-0.5 * away / h**2)[:, None] * ((1 - t) * a + t * b)).sum(axis=0)
    return total


def test_cells_are_the_density_of_the_classes():
    network = resample_edges(synthetic_network((9, 6, 4), 3), CONFIG)
    cells = density_cells(network, CONFIG)
    assert cells.classes().shape == (len(cells), 3)
    assert cells.density[0] == 1
    assert (np.diff(cells.density) <= 0).all()
    assert cells.density[-1] > LEAST_DENSITY
    chosen = np.linspace(0, len(cells) // 3, 12).astype(int)
    expected = np.array([kernel_sum(network, cells.centre[cell]) for cell in chosen])
    found = cells.classes()[chosen]
    # The splat smears each point over a cell, so the two differ by a little more than a scale.
    scale = (found * expected).sum() / np.square(expected).sum()
    np.testing.assert_allclose(found, scale * expected, rtol=0.15, atol=0.01 * found.max())
    np.testing.assert_allclose(cells.of_class(1), cells.classes()[:, 1], rtol=1e-6)


def test_cells_stand_on_one_lattice():
    cells = density_cells(synthetic_network(), CONFIG)
    steps = (cells.centre - cells.centre[0]) / cells.width
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-3)
    assert len(np.unique(np.rint(steps), axis=0)) == len(cells)
    assert cells.width == pytest.approx(last_bandwidth(CONFIG) / 1.5, rel=1e-5)


def test_the_order_of_edges_does_not_matter():
    network = synthetic_network((8, 5, 3), 3)
    order = np.random.default_rng(3).permutation(network.edge_count)
    points = network.point_position.reshape(network.edge_count, -1, 3)[order].reshape(-1, 3)
    names = ("edge_source", "edge_target", "edge_weight", "edge_importance")
    changed = {name: getattr(network, name)[order] for name in names}
    one = density_cells(network, CONFIG)
    other = density_cells(replace(network, point_position=points, **changed), CONFIG)
    assert len(one) == len(other)
    np.testing.assert_allclose(one.density, other.density, rtol=1e-3)


@pytest.mark.parametrize("classes", [1, 3, 15, 16, 100, 1000])
def test_any_number_of_classes(classes):
    network = synthetic_network((30, 12, 6), classes)
    cells = density_cells(network, CONFIG)
    assert len(cells) > 100
    found = cells.classes(slice(0, 50))
    assert found.shape == (50, classes)
    assert (found >= 0).all()
    assert found.max() > 0


def test_straight_edges_are_sampled_first():
    cells = density_cells(straighten_edges(synthetic_network()), CONFIG)
    assert len(cells) > 100


def test_at_most_so_many_cells_the_densest():
    network = synthetic_network()
    every, some = density_cells(network, CONFIG), density_cells(network, CONFIG, most=50)
    assert len(some) == 50
    np.testing.assert_array_equal(some.density, every.density[:50])


def test_a_huge_network_gets_larger_cells():
    network = synthetic_network()
    far = replace(
        network,
        unit_position=network.unit_position * 500,
        point_position=network.point_position * 500,
    )
    cells = density_cells(far, CONFIG)
    assert 0 < len(cells) <= 200_000
    assert cells.width > 2


def test_nothing_to_show():
    network = synthetic_network()
    lost = replace(network, point_position=np.full_like(network.point_position, np.nan))
    assert len(density_cells(lost, CONFIG)) == 0
    dead = replace(network, unit_importance=np.zeros_like(network.unit_importance))
    assert len(density_cells(dead, CONFIG)) == 0
    assert len(density_cells(synthetic_network((5,)), CONFIG)) == 0
