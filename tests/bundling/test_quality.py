"""The measures of a bundling: against loops, at their limits, and on real importances."""

from __future__ import annotations

import json
import os
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from bundling.cases import (
    FEW_STEPS,
    STRANGE,
    assert_unchanged,
    copied,
    lines_of,
    straight_network,
    with_importance,
)
from networks import synthetic_network
from oracles import polyline
from oracles import raster as oracle

import nnvis
from nnvis.bundling import (
    BundlingQuality,
    advect_edges,
    edge_lengths,
    measure_bundling,
    straighten_edges,
)
from nnvis.bundling.quality import VOXEL, shuffle_within_connections
from nnvis.config import ProcessingConfig
from nnvis.model import Network


def by_loops(network: Network, mix: int, ends: np.ndarray) -> tuple[int, float]:
    """(voxels touched, purity) of a network, voxel corners as the measure lays them."""
    u = network.unit_importance.astype(float)
    u = u / np.linalg.norm(u, axis=1, keepdims=True)
    corner = network.point_position.min(axis=0).astype(float) - VOXEL
    lines = [line.astype(float) for line in lines_of(network)]
    cells, norms = oracle.rasterise(lines, u, ends, mix, corner, VOXEL)
    return len(cells), oracle.purity(cells, norms)


def own_ends(network: Network) -> np.ndarray:
    return np.stack([network.edge_source, network.edge_target], axis=1)


@pytest.mark.parametrize("mix", [0, 1, 2, 3])
def test_measures_agree_with_plain_loops(mix: int) -> None:
    config = FEW_STEPS.model_copy(update={"edge_importance_type": mix})
    network = synthetic_network((8, 5, 3), 4)
    quality = measure_bundling(network, config, seed=6)
    straight = straighten_edges(network)
    ends = own_ends(network)
    voxels, purity = by_loops(network, mix, ends)
    straight_voxels, _ = by_loops(straight, mix, ends)
    assert quality.ink == pytest.approx(voxels / straight_voxels)
    assert quality.purity == pytest.approx(purity, abs=1e-4)
    lengths = zip(lines_of(network), lines_of(straight), strict=True)
    ratio = [
        polyline.length(a.astype(float)) / polyline.length(b.astype(float)) for a, b in lengths
    ]
    assert quality.mean_distortion == pytest.approx(np.mean(ratio), rel=1e-5)
    shuffled = shuffle_within_connections(network, np.random.default_rng(6))
    blind = advect_edges(straight, config, class_ends=shuffled)
    assert quality.shuffled_purity == pytest.approx(by_loops(blind, mix, shuffled)[1], abs=1e-4)
    assert quality.blind_purity == pytest.approx(by_loops(blind, mix, ends)[1], abs=1e-4)
    assert quality.end_points_exact
    assert quality.purity_gap == quality.purity - quality.shuffled_purity
    assert quality.blind_gap == quality.purity - quality.blind_purity


def test_the_measures_survive_json() -> None:
    quality = measure_bundling(straight_network((6, 3)), FEW_STEPS)
    values = json.loads(json.dumps(quality.to_dict()))
    fields = {"ink", "mean_distortion", "purity", "shuffled_purity", "blind_purity"}
    assert set(values) == fields | {"end_points_exact", "purity_gap", "blind_gap"}
    assert values["blind_gap"] == quality.blind_gap


def test_straight_edges_have_ink_and_distortion_one() -> None:
    quality = measure_bundling(straight_network(), FEW_STEPS)
    assert quality.ink == 1
    assert quality.mean_distortion == pytest.approx(1)


def test_one_class_is_pure_and_leaves_no_gap() -> None:
    network = straight_network(classes=1)
    quality = measure_bundling(advect_edges(network, FEW_STEPS), FEW_STEPS)
    assert quality.purity == pytest.approx(1, abs=1e-4)
    assert quality.purity_gap == pytest.approx(0, abs=1e-4)
    assert quality.blind_gap == pytest.approx(0, abs=1e-4)


def test_an_end_that_is_off_by_the_last_bit_is_noticed() -> None:
    network = copied(straight_network())
    assert measure_bundling(network, FEW_STEPS).end_points_exact
    network.point_position[0, 0] = np.nextafter(network.point_position[0, 0], np.float32(9))
    assert not measure_bundling(network, FEW_STEPS).end_points_exact


@pytest.mark.parametrize("case", STRANGE)
def test_strange_networks_have_finite_measures(case: str) -> None:
    network = STRANGE[case]()
    if "not finite" in case:
        network = with_importance(network, np.nan_to_num(network.unit_importance, posinf=0))
    before = copied(network)
    quality = measure_bundling(network, FEW_STEPS)
    for name, value in quality.to_dict().items():
        assert np.isfinite(value), f"{name} of {case} is {value}"
    assert_unchanged(network, before, f"the network measured, {case}")


def test_edges_without_length_are_left_out_of_the_distortion() -> None:
    network = straight_network((4, 3))
    flat = network.unit_position.copy()
    flat[:, 2] = 0
    flat[4] = flat[0]
    network = straighten_edges(replace(network, unit_position=flat))
    assert (edge_lengths(network) == 0).any(), "the case should have an edge without length"
    assert np.isfinite(measure_bundling(network, FEW_STEPS).mean_distortion)


def test_shuffling_keeps_connections_and_mixes_edges() -> None:
    network = straight_network()
    shuffled = shuffle_within_connections(network, np.random.default_rng(0))
    ends = own_ends(network)
    layers, own = network.unit_layer[shuffled], network.unit_layer[ends]
    np.testing.assert_array_equal(layers, own, err_msg="an edge got the classes of other layers")
    found, expected = sorted(map(tuple, shuffled)), sorted(map(tuple, ends.astype(np.int64)))
    assert found == expected, "shuffling lost or repeated class vectors"
    assert (shuffled != ends).any(axis=1).mean() > 0.9, "hardly an edge was shuffled"


def test_memory_grows_with_points_and_not_with_classes_times_space() -> None:
    # 500 classes for each voxel of this scene would take 250 MB.
    network = straight_network((12, 4, 4), 500, share=0.3)
    measure_bundling(network, FEW_STEPS)
    tracemalloc.start()
    measure_bundling(network, FEW_STEPS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 120e6, f"measuring took {peak / 1e6:.0f} MB"


def test_bundling_takes_a_few_numbers_a_point() -> None:
    peaks, points = [], []
    for sizes in ((60, 20), (60, 200)):
        network = straight_network(sizes, 4)
        points.append(advect_edges(network, FEW_STEPS).point_count)
        tracemalloc.start()
        advect_edges(network, FEW_STEPS)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Above a chunk of points each part of 20,000 may have its own grid, at most eight in all.
    grids = 8 * 64 * 120_000
    more = (peaks[1] - peaks[0] - grids) / (points[1] - points[0])
    assert points[1] > 5 * points[0], "the case should differ in its number of points"
    assert more < 12 * 12, f"{more:.0f} bytes for each point more"
    assert peaks[1] < grids + 12 * 12 * points[1], f"bundling took {peaks[1] / 1e6:.0f} MB"


def digits_quality(data: str, importance_config: dict | None) -> BundlingQuality:
    """Train 784-81-49-10, score it, bundle its 10 % most important edges, measure."""
    from nnvis.datasets import load_samples
    from nnvis.learning import mlp_for, train

    samples = load_samples(data, seed=0)
    model = mlp_for(samples)
    train(model, samples)
    assert [tuple(p.shape) for p in model.parameters()][::2] == [(81, 784), (49, 81), (10, 49)]
    importance = nnvis.score_importance(model, samples.x_train, samples.y_train, importance_config)
    config = ProcessingConfig(prune_percentage=0.9)
    network = nnvis.bundle(nnvis.build_network(model, importance, config), config)
    assert (network.edge_count, network.edges_total) == (6797, 67963)
    return measure_bundling(network, config)


def assert_good(quality: BundlingQuality, ink: float) -> None:
    values = quality.to_dict()
    assert quality.end_points_exact, "an end point moved"
    assert quality.ink <= ink, f"too much ink: {values}"
    assert quality.mean_distortion <= 1.25, f"too long ways: {values}"
    assert quality.purity_gap >= 0.02, f"no purer than shuffled classes: {values}"
    assert quality.blind_gap >= 0.02, f"no purer than a bundling blind to classes: {values}"


@pytest.mark.slow
def test_the_bundled_digits_meet_the_limits() -> None:
    assert_good(digits_quality("digits", {"learning_rate": 5e-3}), ink=0.34)


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("NNVIS_DATA"),
    reason="needs the full MNIST: set NNVIS_DATA to the folder that holds it",
)
def test_the_full_mnist_meets_the_limits() -> None:
    assert_good(digits_quality("mnist", None), ink=0.32)
