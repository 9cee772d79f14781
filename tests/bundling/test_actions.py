"""What must hold of every action on nodes and edges, on ordinary and strange networks."""

from __future__ import annotations

from dataclasses import replace

import numba
import numpy as np
import pytest
from bundling.action_table import ACTIONS, EDGE_ACTIONS, ITERATED, NODE_ACTIONS
from bundling.cases import (
    FEW_STEPS,
    STRANGE,
    assert_complete,
    assert_inside,
    assert_unchanged,
    copied,
    distances,
    lines_of,
    straight_network,
    with_edges,
    with_importance,
)
from networks import synthetic_network
from oracles import polyline
from oracles.density import gaussian_gradient, interior, mixed

from nnvis.bundling import (
    advect_edges,
    diverge_edges,
    edge_lengths,
    measure_bundling,
    noise_edges,
    resample_edges,
    smooth_edges,
    straighten_edges,
)
from nnvis.config import ProcessingConfig
from nnvis.density import Kernel
from nnvis.layout import advect_nodes
from nnvis.model import Network

two_threads = pytest.mark.skipif(
    numba.config.NUMBA_NUM_THREADS < 2, reason="needs two processors to compare 1 with 2 threads"
)


@pytest.mark.parametrize("case", STRANGE)
@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_keeps_edges_ends_and_bounds(name: str, case: str) -> None:
    network = STRANGE[case]()
    before = copied(network)
    moved = ACTIONS[name](network, FEW_STEPS)
    what = f"{name} on {case}"
    assert_unchanged(network, before, what)
    assert_complete(moved, network, what)
    if name in EDGE_ACTIONS:
        np.testing.assert_array_equal(moved.unit_position, network.unit_position, err_msg=what)
        assert_inside(moved, FEW_STEPS.layer_width, what)
    else:
        np.testing.assert_array_equal(
            moved.unit_position[:, 2], network.unit_position[:, 2], err_msg=f"{what}: z changed"
        )
        assert np.abs(moved.unit_position[:, :2]).max(initial=0) <= 0.5, f"{what}: left the square"


@pytest.mark.parametrize("name", ACTIONS)
def test_networks_that_may_not_be_written_to_are_welcome(name: str) -> None:
    network = copied(straight_network((6, 4)))
    for value in vars(network).values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    assert_complete(ACTIONS[name](network, FEW_STEPS), network, name)


@two_threads
@pytest.mark.parametrize("name", ACTIONS)
def test_one_and_two_threads_give_the_same_bits(name: str) -> None:
    network = straight_network((90, 40, 10), 5)
    found = []
    try:
        for threads in (1, 2):
            numba.set_num_threads(threads)
            found.append(ACTIONS[name](network, FEW_STEPS))
    finally:
        numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    assert (
        found[0].point_count > 20_000
        or name in ("straighten_edges", "smooth_edges")
        or (name in NODE_ACTIONS)
    ), "too few points for more than one chunk, so the case shows nothing"
    assert_unchanged(found[1], found[0], f"{name} with two threads against one")


@pytest.mark.parametrize("mix", [0, 1, 2, 3])
@pytest.mark.parametrize("name", [n for n in EDGE_ACTIONS if n != "noise_edges"])
def test_permuted_edges_get_the_same_polylines(name: str, mix: int) -> None:
    config = FEW_STEPS.model_copy(update={"edge_importance_type": mix})
    network = synthetic_network((20, 9, 4), 3)
    order = np.random.default_rng(1).permutation(network.edge_count)
    moved = ACTIONS[name](network, config)
    permuted = ACTIONS[name](with_edges(network, order), config)
    away = distances(permuted, with_edges(moved, order))
    assert away.max() < 1e-5, (
        f"{name}: an edge's line depends on the order of edges by {away.max()}"
    )


def test_permuted_edges_move_the_same_nodes() -> None:
    network = straight_network()
    order = np.random.default_rng(1).permutation(network.edge_count)
    moved = advect_nodes(with_edges(network, order), FEW_STEPS)
    expected = advect_nodes(network, FEW_STEPS)
    np.testing.assert_array_equal(moved.unit_position, expected.unit_position)


@pytest.mark.parametrize("mix", [0, 1, 2, 3])
def test_every_importance_type_bundles_in_its_own_way(mix: int) -> None:
    network = straight_network()
    config = FEW_STEPS.model_copy(update={"edge_importance_type": mix})
    moved = advect_edges(network, config)
    assert_complete(moved, network, f"edge_importance_type {mix}")
    assert edge_lengths(moved).mean() > edge_lengths(network).mean(), "nothing was bundled"
    other = FEW_STEPS.model_copy(update={"edge_importance_type": (mix + 1) % 4})
    assert not np.array_equal(moved.point_position, advect_edges(network, other).point_position)


@pytest.mark.parametrize("classes", [1, 2, 3, 10, 15, 16, 17, 20, 100, 1000])
def test_any_number_of_classes(classes: int) -> None:
    network = straight_network((20, 5), classes)
    moved = advect_edges(advect_nodes(network, FEW_STEPS), FEW_STEPS)
    assert_complete(moved, network, f"{classes} classes")
    assert not np.array_equal(moved.unit_position, network.unit_position), "no unit moved"
    quality = measure_bundling(moved, FEW_STEPS)
    assert 0 < quality.purity <= 1 + 1e-5, f"purity {quality.purity} with {classes} classes"


@pytest.mark.parametrize("name", ["advect_edges", "advect_nodes"])
@pytest.mark.parametrize("classes", [10, 16, 20, 100])
def test_classes_spread_over_more_columns_move_alike(name: str, classes: int) -> None:
    # v·d and |d| do not change when the class axes are turned, so neither may the picture.
    network = straight_network(classes=5)
    config = ProcessingConfig(edge_bandwidth_reduction=0, node_bandwidth_reduction=0)
    turn, _ = np.linalg.qr(np.random.default_rng(classes).normal(size=(classes, 5)))
    wide = with_importance(network, network.unit_importance @ turn.T)
    found, expected = ACTIONS[name](wide, config), ACTIONS[name](network, config)
    away = np.abs(found.point_position - expected.point_position).max()
    assert away < 1e-3, f"{name}: {classes} columns of the same classes move points by {away}"


@pytest.mark.parametrize("name", ITERATED)
def test_axes_are_treated_alike(name: str) -> None:
    # Cell sizes of y once used x: swapping x and y must swap the result.
    network = straight_network((24, 9, 4))
    plane = network.unit_position[:, :2] * np.array([1, 0.4], np.float32)
    config = ProcessingConfig(edge_bandwidth_reduction=0, node_bandwidth_reduction=0)

    def moved(order: list[int]) -> np.ndarray:
        position = network.unit_position.copy()
        position[:, :2] = plane[:, order]
        given = straighten_edges(replace(network, unit_position=position))
        return ITERATED[name](given, config).point_position[:, [*order, 2]]

    np.testing.assert_allclose(moved([1, 0]), moved([0, 1]), atol=1e-4)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 127, 128, 129, 511, 512, 513])
def test_no_edge_is_lost_at_full_blocks(count: int) -> None:
    network = straight_network((40, 20), 3)
    network = with_edges(network, np.arange(count))
    moved = advect_edges(network, FEW_STEPS)
    assert_complete(moved, network, f"{count} edges")
    again = advect_edges(moved, FEW_STEPS)
    assert_complete(again, network, f"{count} edges, bundled twice")


def test_a_step_goes_up_the_gradient_of_the_density_without_a_grid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # One iteration without smoothing against direct Gaussian sums over all points. The cells
    # are made fine, because the coarse ones that are meant for speed turn the way by degrees.
    monkeypatch.setattr("nnvis.bundling.bundler.EDGE_KERNEL", Kernel(sigma=1.0, cells=8))
    config = ProcessingConfig(edge_bandwidth_reduction=0, smoothing=False)
    network = straight_network((10, 5), 3)
    seen: list[Network] = []
    advect_edges(network, config, watch=seen.append)
    before = resample_edges(network, config)
    u = network.unit_importance.astype(float)
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    inner = interior(before.point_offset)
    points = np.array([before.point_position[p] for _, p, _ in inner], float)
    vectors = np.array(
        [mixed(u[before.edge_source[e]], u[before.edge_target[e]], t, 0) for e, _, t in inner]
    )
    moved = np.array([seen[0].point_position[p] for _, p, _ in inner], float) - points
    free = np.abs(np.linalg.norm(moved, axis=1) - 1.2 * 0.5) < 1e-3
    assert free.sum() > 20, "nearly all points were stopped at the box; the case shows little"
    cosines = []
    for i in np.flatnonzero(free):
        v = vectors[i] / np.linalg.norm(vectors[i])
        way = gaussian_gradient(points[i], points, vectors, v, 0.0, 0.5)
        cosines.append(way @ moved[i] / np.linalg.norm(way) / np.linalg.norm(moved[i]))
    assert np.mean(cosines) > 0.97, f"points climb elsewhere: mean cosine {np.mean(cosines):.3f}"


def test_resampled_edges_have_even_points_at_the_rate() -> None:
    network = synthetic_network((10, 5, 3))
    for rate in (5.0, 15.0, 20.0):
        moved = resample_edges(network, ProcessingConfig(sampling_rate=rate))
        for given, line in zip(lines_of(network), lines_of(moved), strict=True):
            wanted = max(round(polyline.length(given.astype(float)) * rate) + 1, 4)
            assert abs(len(line) - wanted) <= 1, f"{len(line)} points at rate {rate}"
            expected = polyline.resample(given.astype(float), len(line))
            np.testing.assert_allclose(line, expected, atol=1e-5)


def test_smoothing_edges_is_the_mean_of_neighbours() -> None:
    network = synthetic_network((10, 5, 3))
    moved = smooth_edges(network, ProcessingConfig())
    for given, line in zip(lines_of(network), lines_of(moved), strict=True):
        np.testing.assert_allclose(line, polyline.smooth(given.astype(float), 8), atol=1e-5)


def test_straight_edges_are_two_points() -> None:
    network = straighten_edges(synthetic_network((10, 5, 3)))
    np.testing.assert_array_equal(np.diff(network.point_offset), 2)


def test_noise_is_the_generators_and_about_one_per_cent() -> None:
    network = straight_network((20, 10))
    config = ProcessingConfig()
    first = noise_edges(network, config, np.random.default_rng(1))
    again = noise_edges(network, config, np.random.default_rng(1))
    other = noise_edges(network, config, np.random.default_rng(2))
    assert_unchanged(again, first, "the same seed")
    assert not np.array_equal(other.point_position, first.point_position), "seeds do not matter"
    even = resample_edges(network, config)
    inner = [p for _, p, _ in interior(even.point_offset)]
    shift = (first.point_position - even.point_position)[inner]
    assert 0.008 < shift[:, :2].std() < 0.012, f"noise of {shift.std():.4f} scene units"


def test_diverging_moves_edges_apart_and_advecting_together() -> None:
    network = straight_network((25, 9), 2)
    middle = ProcessingConfig(edge_bandwidth_reduction=0.7, class_separation=0)

    def spread(moved: Network) -> float:
        return float(np.std([line[len(line) // 2, :2] for line in lines_of(moved)], axis=0).mean())

    straight = spread(resample_edges(network, middle))
    together, apart = spread(advect_edges(network, middle)), spread(diverge_edges(network, middle))
    assert together < straight < apart, f"spread {together:.3f}, {straight:.3f}, {apart:.3f}"


def test_unlike_classes_run_in_bundles_of_their_own() -> None:
    # Two crossing bundles of classes without anything in common.
    network = straight_network((24, 2), 2)
    own = np.eye(2)[np.arange(26) % 2]
    network = with_importance(network, own)
    config = ProcessingConfig()
    bundled = advect_edges(network, config)
    middles = np.array([line[len(line) // 2] for line in lines_of(bundled)])
    same = network.edge_source % 2 == network.edge_target % 2
    kind = network.edge_source[same] % 2
    inside = np.mean([middles[same][kind == c].std(axis=0).mean() for c in (0, 1)])
    between = np.linalg.norm(middles[same][kind == 0].mean(0) - middles[same][kind == 1].mean(0))
    assert between > 5 * inside, f"bundles {between:.3f} apart, each {inside:.3f} wide"


def test_connections_are_bundled_apart() -> None:
    network = straight_network((20, 8, 4))
    first = np.flatnonzero(network.unit_layer[network.edge_source] == 0)
    alone = advect_edges(with_edges(network, first), FEW_STEPS)
    together = with_edges(advect_edges(network, FEW_STEPS), first)
    assert_unchanged(together, alone, "a connection bundled with others against alone")
