"""From a model to a bundled network: building, bundling again, whole runs in other processes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from bundling.cases import assert_complete, assert_inside, assert_unchanged, copied
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import placing as oracle
from torch import nn

import nnvis
from nnvis.bundling import edge_lengths, measure_bundling
from nnvis.config import ProcessingConfig
from nnvis.errors import Cancelled, ConfigError, DatasetError, ModelError
from nnvis.graph import read_graph
from nnvis.importance.scores import edge_importance
from nnvis.learning import build_mlp
from nnvis.model import Importance, LayerGraph, LayerSpec, Network
from nnvis.pipeline import kept_edges
from nnvis.progress import Progress, Step
from nnvis.store import Run

SIZES = (12, 7, 5, 3)
QUICK = {"edge_bandwidth_reduction": 0.5, "node_bandwidth_reduction": 0.5}


def importance_of(model: nn.Module, classes: int = 3, seed: int = 0) -> Importance:
    graph = read_graph(model)
    rng = np.random.default_rng(seed)
    units = {layer.name: rng.random((layer.size, classes), np.float32) for layer in graph.layers}
    return Importance(units, edge_importance(graph), tuple("abcdefghij"[:classes]))


def built(config: dict | None = None, sizes: tuple[int, ...] = SIZES) -> Network:
    model = build_mlp(sizes, seed=1)
    return nnvis.build_network(model, importance_of(model), config)


def edges_by_loops(model: nn.Module, importance: Importance) -> list[tuple]:
    """(score, number, source, target, weight) of all edges, the highest score first."""
    graph = read_graph(model)
    begin, first = {}, 0
    for layer in graph.layers:
        begin[layer.name] = first
        first += layer.size
    rows = []
    for connection in graph.connections:
        means = importance.units[connection.source].mean(1)
        for out in range(connection.weight.shape[0]):
            for into in range(connection.weight.shape[1]):
                score = importance.edges[connection.name][out, into] * means[into]
                rows.append(
                    (
                        -float(score), len(rows), begin[connection.source] + into,
                        begin[connection.target] + out, float(connection.weight[out, into]),
                    )
                )  # fmt: skip
    return sorted(rows)


def test_edges_come_by_combined_score_with_sign_and_units() -> None:
    model = build_mlp(SIZES, seed=1)
    importance = importance_of(model)
    network = nnvis.build_network(model, importance)
    rows = edges_by_loops(model, importance)
    assert network.edge_count == network.edges_total == len(rows) == 12 * 7 + 7 * 5 + 5 * 3
    np.testing.assert_allclose(network.edge_importance, [-row[0] for row in rows], rtol=1e-6)
    np.testing.assert_array_equal(network.edge_source, [row[2] for row in rows])
    np.testing.assert_array_equal(network.edge_target, [row[3] for row in rows])
    np.testing.assert_array_equal(network.edge_weight, np.float32([row[4] for row in rows]))
    assert (network.edge_weight < 0).any(), "the weights lost their sign"
    assert (np.diff(network.edge_importance) <= 0).all(), "edges are out of order"


def test_equal_scores_stay_in_the_order_of_their_index() -> None:
    # Three sizes of weights in a long order, so that a sort that is not stable shows.
    model = build_mlp((40, 30, 20, 3))
    rng = np.random.default_rng(0)
    with torch.no_grad():
        for parameter in model.parameters():
            levels = rng.choice([0.25, 0.5, 1.0], tuple(parameter.shape))
            parameter.copy_(torch.from_numpy(levels))
    importance = importance_of(model)
    even = {name: np.ones_like(scores) for name, scores in importance.units.items()}
    importance = replace(importance, units=even)
    network = nnvis.build_network(model, importance)
    pairs = [row[2:4] for row in edges_by_loops(model, importance)]
    np.testing.assert_array_equal(
        np.stack([network.edge_source, network.edge_target], axis=1), pairs,
        err_msg="equal edges must come by connection, target unit, source unit",
    )  # fmt: skip


def test_units_lie_layer_by_layer_on_their_lattices() -> None:
    model = build_mlp(SIZES)
    importance = importance_of(model)
    config = {"layer_width": 0.8, "layer_distance": 0.3}
    network = nnvis.build_network(model, importance, config)
    first = 0
    for number, (layer, size) in enumerate(zip(network.layers, SIZES, strict=True)):
        units = slice(first, first + size)
        assert network.unit_slice(number) == units
        z = (number - 1.5) * 0.3
        assert (layer.size, layer.z) == (size, pytest.approx(z))
        expected = [(x, y, z) for x, y in oracle.lattice(size, 0.8)]
        np.testing.assert_allclose(network.unit_position[units], expected, atol=1e-6)
        np.testing.assert_array_equal(
            network.unit_importance[units], importance.units[layer.name], err_msg=layer.name
        )
        first += size
    assert network.class_names == importance.class_names
    assert_complete(network, network, "a network just built")
    np.testing.assert_array_equal(np.diff(network.point_offset), 2)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.9, 0.999])
def test_pruning_keeps_the_front_of_the_order(share: float) -> None:
    whole, network = built(), built({"prune_percentage": share})
    count = max(134 - int(134 * share), 1)
    assert (network.edge_count, network.edges_total) == (count, 134)
    for name in ("edge_source", "edge_target", "edge_weight", "edge_importance"):
        np.testing.assert_array_equal(getattr(network, name), getattr(whole, name)[:count])
    assert network.config["processing"]["prune_percentage"] == share


@given(st.integers(0, 10**6), st.integers(0, 999))
def test_the_number_of_edges_kept_is_exact(total: int, thousandth: int) -> None:
    # Whole numbers have no rounding: total · 0.9 may lie a hair below the true product.
    removed = total * thousandth // 1000
    assert kept_edges(total, thousandth / 1000) == max(total - removed, min(total, 1))


def test_scores_of_another_model_are_refused() -> None:
    other = importance_of(build_mlp((12, 8, 5, 3)))
    with pytest.raises(DatasetError, match=r"does not belong.*fc1.*\(7, 12\).*\(8, 12\)"):
        nnvis.build_network(build_mlp(SIZES), other)


@pytest.mark.parametrize("layer", ["input", "fc1", "fc3"])
@pytest.mark.parametrize("fault", ["missing", "a unit too many", "a class too many"])
def test_scores_that_do_not_fit_the_units_are_refused(layer: str, fault: str) -> None:
    model = build_mlp(SIZES)
    importance = importance_of(model)
    units = dict(importance.units)
    scores = units.pop(layer)
    if fault != "missing":
        units[layer] = np.pad(scores, ((0, 1), (0, 0)) if "unit" in fault else ((0, 0), (0, 1)))
    with pytest.raises(DatasetError, match="does not belong to this model"):
        nnvis.build_network(model, replace(importance, units=units))


@pytest.mark.parametrize("config", [{"prune": 0.5}, {"prune_percentage": 1.0}, {"layer_width": 0}])
def test_wrong_settings_are_refused_by_name(config: dict) -> None:
    with pytest.raises(ConfigError, match=next(iter(config))):
        built(config)
    with pytest.raises(ConfigError, match=next(iter(config))):
        nnvis.bundle(built(), config)


def test_a_graph_without_connections_is_a_network_without_edges() -> None:
    graph = LayerGraph((LayerSpec("input", "input", 9),), ())
    importance = Importance({"input": np.ones((9, 2), np.float32)}, {}, ("a", "b"))
    network = nnvis.bundle(nnvis.build_network(graph, importance, QUICK))
    assert (network.unit_count, network.edge_count, network.edges_total) == (9, 0, 0)
    assert np.isfinite(network.unit_position).all()
    assert measure_bundling(network, ProcessingConfig()).ink == 1


def test_bundling_starts_from_the_lattice_whatever_was_done_before() -> None:
    network = built(QUICK)
    before = copied(network)
    bundled = nnvis.bundle(network)
    assert_unchanged(network, before)
    assert_complete(bundled, network, "a bundled network")
    assert_inside(bundled, 1.0, "a bundled network")
    assert (
        edge_lengths(bundled).mean()
        > 1.01
        * np.linalg.norm(
            bundled.unit_position[bundled.edge_source] - bundled.unit_position[bundled.edge_target],
            axis=1,
        ).mean()
    ), "nothing was bundled"
    assert_unchanged(nnvis.bundle(bundled), bundled, "a network bundled twice")
    other = nnvis.bundle(bundled, {**QUICK, "layer_distance": 1.0, "class_separation": 0})
    back = nnvis.bundle(other, ProcessingConfig(**QUICK))
    assert_unchanged(back, bundled, "bundled otherwise in between")


def test_bundling_without_settings_takes_those_of_the_network() -> None:
    settings = {**QUICK, "prune_percentage": 0.5, "layer_distance": 0.9, "sampling_rate": 7}
    network = built(settings)
    bundled = nnvis.bundle(network)
    assert_unchanged(nnvis.bundle(network, settings), bundled, "settings given again")
    assert bundled.config["processing"] == ProcessingConfig(**settings).model_dump()
    assert [layer.z for layer in bundled.layers] == pytest.approx([-1.35, -0.45, 0.45, 1.35])


def test_bundling_can_prune_more_but_not_less() -> None:
    network = built({**QUICK, "prune_percentage": 0.5})
    more = nnvis.bundle(network, {**QUICK, "prune_percentage": 0.9})
    assert (more.edge_count, more.edges_total) == (134 - 120, 134)
    np.testing.assert_array_equal(more.edge_source, network.edge_source[:14])
    assert_complete(more, replace(more), "a network pruned more")
    with pytest.raises(ModelError, match=r"0\.2 asks for 108 edges.*67 most important of 134"):
        nnvis.bundle(network, {**QUICK, "prune_percentage": 0.2})


@pytest.mark.parametrize("distance", [1e-6, 0.02, 1.0])
@pytest.mark.parametrize("width", [1e-200, 1e-6, 0.02, 1.0])
@pytest.mark.parametrize("rate", [5.0, 20.0])
def test_extreme_sizes(distance: float, width: float, rate: float) -> None:
    config = {**QUICK, "layer_distance": distance, "layer_width": width, "sampling_rate": rate}
    network = built(config)
    bundled = nnvis.bundle(network)
    assert_complete(bundled, network, str(config))
    assert_inside(bundled, width, str(config))
    quality = measure_bundling(bundled, ProcessingConfig(**config))
    assert all(np.isfinite(value) for value in quality.to_dict().values()), quality


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=4), st.floats(0, 0.99), st.integers(1, 5))
def test_any_small_network_is_bundled(sizes: list[int], share: float, classes: int) -> None:
    model = build_mlp(sizes)
    importance = importance_of(model, classes)
    network = nnvis.build_network(model, importance, {**QUICK, "prune_percentage": share})
    assert_complete(nnvis.bundle(network), network, f"{sizes}, pruned by {share}")


def test_bundling_reports_both_stages_and_can_be_watched_and_cancelled() -> None:
    network = built(QUICK)
    before = copied(network)
    steps: list[Step] = []
    seen: list[Network] = []
    nnvis.bundle(network, QUICK, Progress(steps.append), watch=seen.append)
    assert list(dict.fromkeys(step.stage for step in steps)) == ["placing units", "bundling edges"]
    assert len(seen) == len(steps)
    for view in seen:
        assert_complete(view, network, "a network watched")

    def listen(step: Step) -> None:
        if step.stage == "bundling edges" and step.done == 2:
            progress.cancel()

    progress = Progress(listen)
    with pytest.raises(Cancelled, match="bundling edges"):
        nnvis.bundle(network, QUICK, progress)
    assert_unchanged(network, before, "the network given to a cancelled bundling")


def test_a_cancelled_process_leaves_the_run_and_the_model_as_they_were(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", class_names=["a", "b", "c"])
    model = build_mlp((4, 5, 3))
    state = {name: value.clone() for name, value in model.state_dict().items()}
    files = {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()}
    rng = np.random.default_rng(0)

    def listen(step: Step) -> None:
        if step.stage == "bundling edges":
            progress.cancel()

    progress = Progress(listen)
    x, y = rng.normal(size=(30, 4)).astype(np.float32), np.arange(30) % 3
    with pytest.raises(Cancelled):
        nnvis.process(model, x, y, run, QUICK, progress, {"epochs": 1})
    now = {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()}
    assert now == files, "a cancelled process wrote into the run"
    for name, value in model.state_dict().items():
        assert torch.equal(value, state[name]), f"{name} of the model changed"


def test_process_is_the_four_lines_in_one_and_fills_the_run(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", class_names=["a", "b", "c"])
    model = build_mlp((4, 5, 3))
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 4)).astype(np.float32), np.arange(60) % 3
    scoring = {"epochs": 2}
    config = {**QUICK, "prune_percentage": 0.4}
    network = nnvis.process(model, x, y, run, config, None, scoring)
    importance = nnvis.score_importance(model, x, y, scoring, class_names=["a", "b", "c"])
    expected = nnvis.bundle(nnvis.build_network(model, importance, config), config)
    assert_unchanged(network, expected, "process against its four lines")
    assert_unchanged(run.load_network(), expected, "the network saved")
    assert network.class_names == ("a", "b", "c")
    opened = Run.open(run.path)
    measures = measure_bundling(network, ProcessingConfig(**config)).to_dict()
    assert opened.description["bundling"] == measures, "run.json has other measures"
    assert opened.description["edges"] == {"drawn": network.edge_count, "total": 35}
    graph, weights = opened.load_model()
    np.testing.assert_array_equal(weights["fc1.weight"], model.fc1.weight.detach().numpy())
    again = nnvis.bundle(nnvis.build_network(graph, opened.load_importance(), config), config)
    assert_unchanged(again, expected, "built and bundled again from the run alone")


@pytest.mark.parametrize("kind", [torch.float64, torch.float16, torch.bfloat16])
def test_models_of_other_number_types_are_saved_and_opened(kind: torch.dtype, tmp_path: Path):
    from nnvis.graph import state_arrays
    from nnvis.store.weights import load_model_file, save_model

    model = build_mlp((4, 5, 3)).to(kind)
    graph = read_graph(model)
    save_model(graph, state_arrays(model), tmp_path / "model.safetensors")
    loaded, state = load_model_file(tmp_path / "model.safetensors")
    for found, given_ in zip(loaded.connections, graph.connections, strict=True):
        np.testing.assert_array_equal(found.weight, given_.weight, err_msg=f"{kind}")
    back = build_mlp((4, 5, 3)).to(kind)
    back.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    for name, value in back.state_dict().items():
        assert torch.equal(value, model.state_dict()[name]), f"{name} as {kind} changed on disk"


def test_state_that_is_no_tensor_does_not_stop_the_saving() -> None:
    from nnvis.graph import state_arrays

    class Odd(nn.Linear):
        def get_extra_state(self) -> dict:
            return {"note": 1}

        def set_extra_state(self, state: dict) -> None:
            del state

    odd = Odd(3, 2)
    odd.register_buffer("count", torch.tensor([70_000, -3], dtype=torch.int64))
    odd.register_buffer("short", torch.tensor([7], dtype=torch.int16))
    state = state_arrays(odd)
    assert {n: v.dtype.name for n, v in state.items()} == {
        "weight": "float32", "bias": "float32", "count": "int64", "short": "int16",
    }  # fmt: skip


WHOLE_PROGRAM = """
import sys
import nnvis
from nnvis.datasets import load_samples
from nnvis.learning import build_mlp, train

samples = load_samples("sklearn-digits", seed=0)
model = build_mlp((64, 24, 10), seed=0)
train(model, samples, {"epochs": 2, "hidden": (24,)})
run = nnvis.Run.create(sys.argv[1], class_names=samples.class_names)
nnvis.process(model, samples.x_train, samples.y_train, run, None, None, {"epochs": 2})
"""


def whole_program(folder: Path, threads: str | None) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_NUM_THREADS"}
    if threads is not None:
        environment["NUMBA_NUM_THREADS"] = threads
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WHOLE_PROGRAM, str(folder)],
        env=environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"the program failed:\n{done.stderr}"


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    for name, threads in (("a", None), ("b", None), ("one", "1"), ("two", "2")):
        whole_program(tmp_path / name, threads)
    for file in ("network.safetensors", "importance.safetensors", "model.safetensors"):
        first, second = ((tmp_path / name / file).read_bytes() for name in "ab")
        assert first == second, f"{file} differs between two runs with the same seed"
    one, two = (Run.open(tmp_path / name).load_network() for name in ("one", "two"))
    np.testing.assert_allclose(one.unit_position, two.unit_position, atol=1e-5)
    np.testing.assert_array_equal(one.point_offset, two.point_offset)
    np.testing.assert_allclose(one.point_position, two.point_position, atol=1e-5)


def test_one_setting_for_bundle_keeps_the_others_of_the_network() -> None:
    network = built({"prune_percentage": 0.5})
    bundled = nnvis.bundle(network, {"sampling_rate": 10.0})
    assert bundled.edge_count == network.edge_count, "a partial setting un-pruned the network"
    assert bundled.config["processing"]["sampling_rate"] == 10.0
    assert bundled.config["processing"]["prune_percentage"] == 0.5


def test_the_run_describes_the_network_it_holds(tmp_path: Path) -> None:
    network = built({"prune_percentage": 0.5})
    run = Run.create(tmp_path / "run", class_names=network.class_names)
    run.save_network(network)
    described = Run.open(run.path).description
    assert described["config"]["processing"]["prune_percentage"] == 0.5
    assert described["edges"] == {"drawn": network.edge_count, "total": network.edges_total}
    assert [layer["name"] for layer in described["layers"]] == [x.name for x in network.layers]
