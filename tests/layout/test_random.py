"""Networks drawn at random."""

from __future__ import annotations

import numpy as np
import pytest

from nnvis.config import ProcessingConfig
from nnvis.errors import ConfigError
from nnvis.layout import place_units, random_network


def test_sizes_edges_and_ends():
    network = random_network([6, 4, 3], 3, np.random.default_rng(0))
    assert [layer.size for layer in network.layers] == [6, 4, 3]
    assert network.edge_count == network.edges_total == 6 * 4 + 4 * 3
    pairs = set(zip(network.edge_source.tolist(), network.edge_target.tolist(), strict=True))
    expected = {(a, 6 + b) for a in range(6) for b in range(4)}
    expected |= {(6 + a, 10 + b) for a in range(4) for b in range(3)}
    assert pairs == expected
    assert np.array_equal(network.unit_position, place_units([6, 4, 3], 1.0, 0.5))
    ends = network.point_position.reshape(-1, 2, 3)
    assert np.array_equal(ends[:, 0], network.unit_position[network.edge_source])
    assert np.array_equal(ends[:, 1], network.unit_position[network.edge_target])


def test_types_are_those_of_a_network():
    network = random_network([5, 4], 2, np.random.default_rng(0))
    assert network.unit_layer.dtype == network.edge_source.dtype == np.int32
    assert network.edge_target.dtype == np.int32
    assert network.point_offset.dtype == np.int64
    for name in ("unit_position", "unit_importance", "edge_weight", "edge_importance"):
        assert getattr(network, name).dtype == np.float32, name


def test_edges_are_sorted_by_combined_importance():
    network = random_network([30, 20, 10, 4], 4, np.random.default_rng(1))
    assert (np.diff(network.edge_importance) <= 0).all()
    mean = network.unit_importance.mean(axis=1)[network.edge_source]
    for number in range(3):
        own = network.unit_layer[network.edge_source] == number
        size = np.abs(network.edge_weight[own])
        expected = size / size.max() * mean[own]
        assert np.allclose(network.edge_importance[own], expected, rtol=1e-5)


def test_importances_are_sparse_and_their_largest_is_one():
    network = random_network([200, 100, 10], 10, np.random.default_rng(2))
    for number in range(3):
        values = network.unit_importance[network.unit_slice(number)]
        assert values.max() == 1
        assert values.min() >= 0
    hidden = network.unit_importance[network.unit_slice(1)]
    assert (hidden > 0.25).sum(axis=1).min() >= 1
    assert (hidden > 0.25).sum(axis=1).max() <= 3
    assert np.array_equal(network.unit_importance[network.unit_slice(2)], np.eye(10))


def test_same_seed_gives_the_same_network():
    one, two = (random_network([9, 7, 3], 3, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one.edge_weight, two.edge_weight)
    assert np.array_equal(one.unit_importance, two.unit_importance)
    other = random_network([9, 7, 3], 3, np.random.default_rng(6))
    assert not np.array_equal(one.edge_weight, other.edge_weight)


@pytest.mark.parametrize("layers", [[1], [7], [1, 1], [3, 1, 2]])
@pytest.mark.parametrize("classes", [1, 2, 30])
def test_small_shapes(layers, classes):
    network = random_network(layers, classes, np.random.default_rng(0))
    assert network.unit_count == sum(layers)
    assert network.class_count == classes
    assert np.isfinite(network.edge_importance).all()
    assert np.isfinite(network.unit_importance).all()


def test_it_can_be_bundled():
    from nnvis.pipeline import bundle

    network = random_network([9, 6, 3], 3, np.random.default_rng(0))
    bundled = bundle(network, {"sampling_rate": 5.0})
    assert bundled.edge_count == network.edge_count
    assert np.isfinite(bundled.point_position).all()


def test_settings_place_its_layers():
    settings = ProcessingConfig(layer_width=0.5, layer_distance=0.25)
    network = random_network([4, 4], 2, np.random.default_rng(0), settings)
    assert np.abs(network.unit_position[:, :2]).max() == pytest.approx(0.25)
    assert network.layers[1].z - network.layers[0].z == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("layers", "classes", "sentence"),
    [
        ([], 3, "A random network needs at least one layer, got none."),
        ([4, 0], 3, "Layer 2 must have a whole number of units, at least 1, got 0."),
        ([-2], 3, "Layer 1 must .* got -2."),
        ([4, 2.5], 3, "Layer 2 must .* got 2.5."),
        ([True], 3, "Layer 1 must .* got True."),
        ([4, 2], 0, "classes must be a whole number of at least 1, got 0."),
        ([4, 2], "3", "classes must be a whole number of at least 1, got '3'."),
    ],
)
def test_faults_are_sentences(layers, classes, sentence):
    with pytest.raises(ConfigError, match=sentence):
        random_network(layers, classes, np.random.default_rng(0))
