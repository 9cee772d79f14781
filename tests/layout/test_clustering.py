"""Where node advection takes units; what it must keep is tested with all actions."""

from __future__ import annotations

import numpy as np
import pytest
from bundling.cases import (
    assert_complete,
    assert_unchanged,
    at_places,
    distances,
    straight_network,
    with_importance,
)
from networks import synthetic_network
from oracles.density import gaussian_gradient

from nnvis.bundling import straighten_edges
from nnvis.config import ProcessingConfig
from nnvis.density import Kernel
from nnvis.layout import advect_nodes, diverge_nodes, move_units, noise_nodes
from nnvis.model import Network


def two_kinds(seed: int = 0, units: int = 40) -> Network:
    """Units of two classes without anything in common, at random places."""
    network = straight_network((units,), 2)
    network = with_importance(network, np.eye(2)[np.arange(units) % 2])
    return at_places(network, np.random.default_rng(seed).uniform(-0.4, 0.4, (units, 2)))


def mean_distance(network: Network, same: bool) -> float:
    plane = network.unit_position[:, :2].astype(float)
    kind = np.arange(len(plane)) % 2
    away = np.linalg.norm(plane[:, None] - plane[None], axis=2)
    alike = kind[:, None] == kind[None]
    return float(away[alike if same else ~alike].mean())


@pytest.mark.parametrize("seed", range(2))
def test_like_units_draw_together_and_unlike_part(seed):
    network = two_kinds(seed)
    moved = advect_nodes(network, ProcessingConfig())
    before, after = mean_distance(network, True), mean_distance(moved, True)
    assert after < 0.8 * before, f"units of one class are {after:.2f} apart, {before:.2f} before"
    assert mean_distance(moved, False) > 1.5 * after, "classes did not part"


def test_diverging_spreads_units_of_a_crowd():
    network = two_kinds()
    crowd = at_places(network, network.unit_position[:, :2] * 0.1)
    moved = diverge_nodes(crowd, ProcessingConfig())
    assert mean_distance(moved, True) > 2 * mean_distance(crowd, True), "the crowd stayed"


@pytest.mark.parametrize("sign", [1, -1], ids=["advect", "diverge"])
def test_the_first_step_goes_up_the_gradient_without_a_grid(sign, monkeypatch):
    # Fine cells: the coarse ones that are meant for speed turn the way by some degrees.
    monkeypatch.setattr("nnvis.layout.advection.NODE_KERNEL", Kernel(sigma=0.4, cells=20))
    network = straight_network((30, 12, 5), 4)
    network = at_places(network, network.unit_position[:, :2] * 0.6)
    action = advect_nodes if sign > 0 else diverge_nodes
    moved = action(network, ProcessingConfig(node_bandwidth_reduction=0))
    shift = (moved.unit_position - network.unit_position).astype(float)[:, :2]
    u = network.unit_importance.astype(float)
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    places = network.unit_position[:, :2].astype(float)
    free = np.abs(moved.unit_position[:, :2]).max(axis=1) < 0.499
    lengths = np.linalg.norm(shift[free], axis=1)
    np.testing.assert_allclose(lengths, 0.2 * 0.75, atol=1e-4, err_msg="the step is 0.2 h")
    cosines = []
    for i in np.flatnonzero(free):
        way = sign * gaussian_gradient(places[i], places, u, u[i], 0.0, 0.4 * 0.75)
        cosines.append(way @ shift[i] / np.linalg.norm(way) / np.linalg.norm(shift[i]))
    assert len(cosines) > 20, "nearly all units were stopped at the border"
    assert np.mean(cosines) > 0.98, f"units climb elsewhere: mean cosine {np.mean(cosines):.3f}"


def test_layers_act_on_each_other_as_if_in_one_plane():
    network = straight_network((20, 10), 3)
    position = network.unit_position.copy()
    position[:, 2] = 0
    flat = straighten_edges(at_places(network, position[:, :2]))
    config = ProcessingConfig(layer_distance=0.1)
    moved = advect_nodes(flat, config).unit_position[:, :2]
    expected = advect_nodes(network, ProcessingConfig()).unit_position[:, :2]
    np.testing.assert_array_equal(moved, expected, err_msg="z or its distance acts on x and y")


def test_units_without_importance_stay():
    network = straight_network()
    importance = network.unit_importance.copy()
    importance[::4] = 0
    moved = advect_nodes(with_importance(network, importance), ProcessingConfig())
    np.testing.assert_array_equal(moved.unit_position[::4], network.unit_position[::4])
    assert not np.array_equal(moved.unit_position[1::4], network.unit_position[1::4])


@pytest.mark.parametrize("width", [1e-6, 0.01, 0.3, 1.0])
def test_units_stay_in_the_layers_square(width):
    network = straight_network()
    small = at_places(network, network.unit_position[:, :2] * width)
    config = ProcessingConfig(layer_width=width, node_bandwidth_reduction=0.8)
    for action in (advect_nodes, diverge_nodes):
        moved = action(small, config)
        most = np.abs(moved.unit_position[:, :2]).max()
        assert most <= np.float32(width / 2), f"{action.__name__}: {most} in a layer {width} wide"


def test_noise_is_the_generators_and_about_two_per_cent():
    network = straight_network((400,))
    config = ProcessingConfig()
    centred = at_places(network, network.unit_position[:, :2] * 0.5)
    first = noise_nodes(centred, config, np.random.default_rng(1))
    assert_unchanged(noise_nodes(centred, config, np.random.default_rng(1)), first, "same seed")
    other = noise_nodes(centred, config, np.random.default_rng(2))
    assert not np.array_equal(other.unit_position, first.unit_position), "seeds do not matter"
    shift = (first.unit_position - centred.unit_position)[:, :2]
    assert 0.018 < shift.std() < 0.022, f"noise of {shift.std():.4f} scene units"


def test_moving_units_carries_their_edges():
    network = synthetic_network((40, 20, 9))
    shift = np.random.default_rng(0).normal(0, 0.1, (network.unit_count, 2)).astype(np.float32)
    moved = move_units(network, network.unit_position[:, :2] + shift)
    assert_complete(moved, network, "moved units")
    straight = move_units(straighten_edges(network), network.unit_position[:, :2] + shift)
    assert distances(straight, straighten_edges(moved)).max() == 0, "straight edges bent"
    away = network.unit_position[:, :2] * np.array([1e-4, -3], np.float32)
    assert_complete(move_units(network, away), network, "units moved by unequal amounts")
    back = move_units(moved, network.unit_position[:, :2])
    assert distances(back, network).max() < 1e-6, "moving there and back changed a line"
    both = np.broadcast_to(np.float32([0.1, 0.05]), (network.unit_count, 2))
    whole = move_units(network, network.unit_position[:, :2] + both)
    np.testing.assert_allclose(
        whole.point_position[:, :2], network.point_position[:, :2] + both[0], atol=1e-6,
        err_msg="moving all units moves every line as a whole",
    )  # fmt: skip
