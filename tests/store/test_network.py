"""network.safetensors: what is saved is loaded, and the same network gives the same bytes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors import safe_open
from store.values import assert_same, small_network

from nnvis.errors import StoreError
from nnvis.model import Layer, Network
from nnvis.store import load_network, save_network, validate_network

DATA = Path(__file__).parents[1] / "data"
FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)
NAMES = st.text(min_size=1).filter(str.strip)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    sizes = draw(st.lists(st.integers(0, 4), min_size=1, max_size=4).filter(sum))
    units, classes = sum(sizes), draw(st.integers(1, 4))
    edges = draw(st.integers(0, 6))
    counts = draw(st.lists(st.integers(2, 4), min_size=edges, max_size=edges))
    ends = arrays.arrays(np.int32, edges, elements=st.integers(0, units - 1))

    def floats(*shape: int) -> np.ndarray:
        return draw(arrays.arrays(np.float32, shape, elements=FINITE))

    return Network(
        layers=tuple(Layer(draw(st.text()), draw(st.text()), size, draw(FINITE)) for size in sizes),
        class_names=tuple(draw(st.lists(NAMES, min_size=classes, max_size=classes, unique=True))),
        unit_position=floats(units, 3),
        unit_importance=floats(units, classes),
        unit_layer=np.repeat(np.arange(len(sizes)), sizes).astype(np.int32),
        edge_source=draw(ends),
        edge_target=draw(ends),
        edge_weight=floats(edges),
        edge_importance=np.sort(floats(edges))[::-1].copy(),
        point_position=floats(sum(counts), 3),
        point_offset=np.cumsum([0, *counts], dtype=np.int64),
        edges_total=edges + draw(st.integers(0, 5)),
        config=draw(st.dictionaries(st.text(), JSON, max_size=3)),
    )


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(network=networks())
def test_save_then_load_is_identity(
    network: Network, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("network") / "network.safetensors"
    save_network(network, path)
    assert_same(load_network(path), network)


def test_loaded_arrays_belong_to_the_reader(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "n.safetensors"
    save_network(network, path)
    loaded = load_network(path)
    path.unlink()
    loaded.unit_position[:] = 7
    assert loaded.unit_position.flags["C_CONTIGUOUS"]


def test_same_network_gives_same_bytes_in_every_process(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from store.values import small_network; "
        "from nnvis.store import save_network; save_network(small_network(), sys.argv[2])"
    )
    digests = set()
    for seed in ("0", "1", "2", "77"):
        path = tmp_path / f"{seed}.safetensors"
        subprocess.run(
            [sys.executable, "-c", script, str(Path(__file__).parents[1]), str(path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1, "the bytes depend on the process that wrote them"


def test_order_of_config_keys_does_not_matter(network: Network, tmp_path: Path) -> None:
    turned = dataclasses.replace(network, config=dict(reversed(network.config.items())))
    for number, each in enumerate((network, turned)):
        save_network(each, tmp_path / f"{number}")
    assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes()


def test_strided_and_big_endian_arrays_are_stored_in_order(
    network: Network, tmp_path: Path
) -> None:
    strided = dataclasses.replace(
        network,
        unit_position=np.asfortranarray(network.unit_position),
        edge_weight=network.edge_weight.astype(">f4"),
        edge_source=np.repeat(network.edge_source, 2)[::2],
    )
    save_network(network, tmp_path / "plain")
    save_network(strided, tmp_path / "strided")
    assert (tmp_path / "plain").read_bytes() == (tmp_path / "strided").read_bytes()


def test_file_is_what_the_contract_says(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "network.safetensors"
    save_network(network, path)
    with safe_open(str(path), framework="np") as file:
        metadata = file.metadata()
        shapes = {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118
        types = {name: file.get_slice(name).get_dtype() for name in shapes}
    assert shapes == {
        "unit_position": [7, 3],
        "unit_importance": [7, 3],
        "unit_layer": [7],
        "edge_source": [5],
        "edge_target": [5],
        "edge_weight": [5],
        "edge_importance": [5],
        "point_position": [20, 3],
        "point_offset": [6],
    }
    wide = {"unit_layer": "I32", "edge_source": "I32", "edge_target": "I32", "point_offset": "I64"}
    assert types == {name: wide.get(name, "F32") for name in shapes}
    assert set(metadata) == {
        "format",
        "version",
        "layers",
        "class_names",
        "edges_total",
        "config",
    }, "metadata changed; times and machine names would make equal networks differ"
    assert metadata["format"] == "nnvis.network"
    assert metadata["version"] == "1"
    assert json.loads(metadata["layers"])[1] == {"name": "fc1", "kind": "dense", "size": 3, "z": 0}
    assert json.loads(metadata["class_names"]) == ["cat", "dog", "bird"]
    assert metadata["edges_total"] == "12"
    header = int.from_bytes(path.read_bytes()[:8], "little")
    assert header % 8 == 0, "tensors are not aligned to 8 bytes"


def test_version_1_file_opens_for_ever() -> None:
    """This file was written by the first version and must never be regenerated."""
    network = load_network(DATA / "network_v1.safetensors")
    assert [layer.name for layer in network.layers] == ["in", "fc1", "out"]
    assert (network.unit_count, network.edge_count, network.point_count) == (7, 5, 20)
    assert network.config == {"prune_percentage": 0.5, "measured": {"ink": 0.3}}
    assert network.caption.startswith("5 of 12 edges")
    assert_same(network, small_network())


def test_config_of_settings_and_numpy_values(network: Network, tmp_path: Path) -> None:
    from nnvis.config import ProcessingConfig

    config = {
        "processing": ProcessingConfig(),
        "ink": np.float32(0.5),
        "sizes": (np.int64(1), 2),
        "bad": float("nan"),
        "path": Path("a"),
    }
    path = tmp_path / "n.safetensors"
    save_network(dataclasses.replace(network, config=config), path)
    found = load_network(path).config
    assert found["processing"]["sampling_rate"] == 15
    assert found["ink"] == 0.5
    assert found["sizes"] == [1, 2]
    assert found["bad"] is None, "JSON has no NaN; it is stored as null"
    with pytest.raises(StoreError, match=r"Cannot store .*got builtin_function"):
        save_network(dataclasses.replace(network, config={"f": len}), path)


def test_validate_accepts_a_good_network(network: Network) -> None:
    validate_network(network)
