"""Where networks come from, and what the Processing panel makes of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from app.saved import QUICK_CONFIG, saved_network, saved_run
from hypothesis import given
from hypothesis import strategies as st
from networks import synthetic_network

from nnvis.app import loading
from nnvis.app.processing import OPERATIONS
from nnvis.config import ProcessingConfig, RenderingConfig
from nnvis.errors import StoreError
from nnvis.model import Network
from nnvis.pipeline import kept_edges, pruned
from nnvis.progress import Progress
from nnvis.store import load_network, save_network

NETWORK = synthetic_network((12, 8, 4))


@given(st.integers(1, 5_000_000), st.floats(0, 0.9999999))
def test_the_share_of_a_pruned_network_keeps_it_as_it_is(total, share):
    kept = kept_edges(total, share)

    class Pruned:
        edges_total, edge_count = total, kept

    again = loading.pruned_share(Pruned())
    assert 0 <= again < 1
    assert min(kept_edges(total, again), kept) == kept, "pruning again takes more edges"
    ProcessingConfig(prune_percentage=again)


def test_the_settings_a_network_was_made_with():
    other = ProcessingConfig(sampling_rate=9.0, prune_percentage=0.25)
    half = pruned(NETWORK, 0.5)
    assert loading.settings_of(NETWORK, other) == other.model_copy(update={"prune_percentage": 0})
    stored = {"processing": {**other.model_dump(), "class_separation": 0.125}}
    found = loading.settings_of(replace(half, config=stored), ProcessingConfig())
    assert (found.sampling_rate, found.class_separation) == (9.0, 0.125)
    assert found.prune_percentage == pytest.approx(0.5, abs=0.01)
    for broken in ({"processing": 3}, {"processing": {"nonsense": 1}}, {"processing": None}):
        found = loading.settings_of(replace(NETWORK, config=broken), other)
        assert found.sampling_rate == 9.0, f"{broken} should leave the settings as they were"


def test_modes_that_a_network_knows():
    assert loading.known("2", NETWORK) == "2"
    assert loading.known("9", NETWORK) == "all"
    assert loading.known("importance", NETWORK) == "importance"
    rendering = RenderingConfig()
    shown = loading.arranged(NETWORK, "9", rendering, "a test", NETWORK)
    assert shown.scene.mode == "all"
    assert shown.is_saved
    assert loading.is_current(shown, "9", rendering), "arranged again and again for ever"
    assert not loading.is_current(shown, "1", rendering)
    dark = rendering.model_copy(update={"background": "dark"})
    assert not loading.is_current(shown, "all", dark)


def test_opening(tmp_path: Path):
    run, file = saved_run(tmp_path), saved_network(tmp_path)
    for path, expected in ((run, run / "network.safetensors"), (file, file)):
        network, found = loading.opened(path)
        assert found == expected
        assert network.edge_count == NETWORK.edge_count
    straight = loading.importance_opened(run, ProcessingConfig(prune_percentage=0.5))
    assert straight.edge_count == NETWORK.edge_count // 2
    assert loading.importance_opened(run / "importance.safetensors", ProcessingConfig())
    for path in (tmp_path / "gone", tmp_path):
        with pytest.raises(StoreError, match=path.name):
            loading.importance_opened(path, ProcessingConfig())
    with pytest.raises(StoreError, match="gone"):
        loading.opened(tmp_path / "gone")


def test_where_the_demo_is(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    elsewhere = loading.demo_folder()
    assert elsewhere.parts[-2:] == ("runs", "demo")
    assert elsewhere.is_absolute()
    here = Path("runs/demo")
    here.mkdir(parents=True)
    assert loading.demo_folder() == elsewhere, "a folder without a network is no demo"
    save_network(NETWORK, here / "network.safetensors")
    assert loading.demo_folder() == here
    assert loading.demo(Progress()) == here, "a demo that is there is made again"


def test_generated_networks_differ_by_their_seed():
    one, same, other = (
        loading.generated((6, 4, 3), 3, ProcessingConfig(), seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(one.edge_weight, same.edge_weight)
    assert not np.array_equal(one.edge_weight, other.edge_weight)


@pytest.mark.parametrize("key", OPERATIONS)
def test_each_operation_gives_a_valid_network(key: str, tmp_path: Path):
    operation, seen = OPERATIONS[key], []
    assert operation.label
    assert operation.tip.endswith(".")
    given_points = NETWORK.point_position.copy()

    def run(network: Network, seed: int = 3) -> Network:
        rng = np.random.default_rng(seed)
        share = {"prune_percentage": loading.pruned_share(network)}
        settings = QUICK_CONFIG.model_copy(update=share)
        return operation.work(network, settings, rng, Progress(), seen.append)

    for network in (NETWORK, pruned(NETWORK, 0.9), synthetic_network((5,)),
                    synthetic_network((3, 2), 1)):  # fmt: skip
        result = run(network)
        for name in ("edge_source", "edge_target", "edge_weight", "edge_importance",
                     "unit_importance", "unit_layer"):  # fmt: skip
            assert np.array_equal(getattr(result, name), getattr(network, name)), name
        assert result.unit_importance is network.unit_importance, (
            "the viewer tells by this array that the network is the same one"
        )
        assert np.isfinite(result.point_position).all()
        for picture in (*seen, result):
            first, last = picture.point_offset[:-1], picture.point_offset[1:] - 1
            for at, unit in ((first, picture.edge_source), (last, picture.edge_target)):
                assert np.array_equal(picture.point_position[at], picture.unit_position[unit]), (
                    f"{operation.label} moved an edge's end away from its unit"
                )
        seen.clear()
        save_network(result, tmp_path / "network.safetensors")
        stored = load_network(tmp_path / "network.safetensors")
        assert np.array_equal(stored.point_position, result.point_position)
        again = run(network)
        assert np.array_equal(again.point_position, result.point_position), "not reproducible"
        seen.clear()
    assert np.array_equal(NETWORK.point_position, given_points), "the given network was changed"
