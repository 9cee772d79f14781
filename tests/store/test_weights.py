"""model.safetensors: round trip, what is stored once, and refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from store.values import edit_header, names_in

from nnvis.errors import FormatError, StoreError
from nnvis.model import Connection, LayerGraph, LayerSpec
from nnvis.store.weights import load_model_file, save_model


def dense_and_convolution() -> tuple[LayerGraph, dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    state = {
        "conv.weight": rng.normal(size=(4, 2, 3, 3)).astype(np.float32),
        "norm.count": np.array(7, np.int64),
        "fc.weight": rng.normal(size=(3, 4)).astype(np.float32),
        "fc.bias": rng.normal(size=3).astype(np.float32),
    }
    norms = np.sqrt((state["conv.weight"] ** 2).sum(axis=(2, 3)))
    layers = (
        LayerSpec("input", "input", 2), LayerSpec("conv", "convolution", 4),
        LayerSpec("fc", "output", 3),
    )  # fmt: skip
    connections = (
        Connection("conv", "input", "conv", "conv", norms),
        Connection("fc", "conv", "fc", "fc", state["fc.weight"]),
    )
    return LayerGraph(layers, connections, ("lstm: a recurrent layer",)), state


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save_model(*dense_and_convolution(), path)
    return path


def test_save_then_load_is_identity(stored: Path) -> None:
    graph, state = dense_and_convolution()
    loaded, arrays = load_model_file(stored)
    assert loaded.layers == graph.layers
    assert loaded.omitted == graph.omitted
    for found, given in zip(loaded.connections, graph.connections, strict=True):
        assert (found.name, found.source, found.target, found.module) == (
            given.name, given.source, given.target, given.module,
        )  # fmt: skip
        np.testing.assert_array_equal(found.weight, given.weight, err_msg=found.name)
        assert found.weight.dtype == np.float32
    assert set(arrays) == set(state)
    for name, values in state.items():
        np.testing.assert_array_equal(arrays[name], values, err_msg=name)
        assert (arrays[name].dtype, arrays[name].shape) == (values.dtype, values.shape), name


def test_a_modules_own_weight_is_stored_once(stored: Path) -> None:
    with safe_open(str(stored), framework="np") as file:
        names, metadata = set(file.keys()), file.metadata()
    expected = {"conv.weight", "norm.count", "fc.weight", "fc.bias"}
    assert names == {f"state/{name}" for name in expected} | {"weight/conv"}
    assert metadata["format"] == "nnvis.model"
    assert json.loads(metadata["layers"])[1] == {"name": "conv", "kind": "convolution", "size": 4}


def test_equal_models_give_equal_bytes_and_leave_nothing_beside(stored: Path) -> None:
    other = stored.with_name("other.safetensors")
    save_model(*dense_and_convolution(), other)
    assert other.read_bytes() == stored.read_bytes()
    assert names_in(stored.parent) == ["model.safetensors", "other.safetensors"]


def test_a_weight_of_another_type_is_stored_beside_its_float32(tmp_path: Path) -> None:
    # Equal in value, but the file must hold float32 for the connection.
    graph, state = dense_and_convolution()
    state["fc.weight"] = state["fc.weight"].astype(np.float64)
    path = tmp_path / "model.safetensors"
    save_model(graph, state, path)
    loaded, arrays = load_model_file(path)
    assert arrays["fc.weight"].dtype == np.float64
    np.testing.assert_array_equal(loaded.connections[1].weight, graph.connections[1].weight)
    assert loaded.connections[1].weight.dtype == np.float32


def test_weights_that_are_not_finite_come_back(tmp_path: Path) -> None:
    graph, state = dense_and_convolution()
    state["fc.weight"][0, 0] = np.nan
    path = tmp_path / "model.safetensors"
    save_model(graph, state, path)
    np.testing.assert_array_equal(
        load_model_file(path)[0].connections[1].weight, state["fc.weight"]
    )


def change(path: Path, key: str, edit) -> None:
    def apply(header: dict) -> None:
        value = json.loads(header["__metadata__"][key])
        header["__metadata__"][key] = json.dumps(edit(value))

    edit_header(path, apply)


@pytest.mark.parametrize(
    ("key", "edit", "words"),
    [
        ("layers", lambda v: [{"name": "input"}], "lacks name, kind or size"),
        ("layers", lambda v: ["input"], "lacks name, kind or size"),
        ("layers", lambda v: [{**v[0], "size": "many"}, *v[1:]], "lacks name, kind or size"),
        ("layers", lambda v: v[:-1], "lacks a name, an end or a module"),
        ("layers", lambda v: [{**v[0], "size": 5}, *v[1:]], r"expected float32 \(4, 5\)"),
        ("connections", lambda v: [{"name": "conv"}], "lacks a name, an end or a module"),
        ("connections", lambda v: [7], "lacks a name, an end or a module"),
        ("connections", lambda v: [v[0], {**v[1], "module": "gone"}], "'fc' has no weight"),
        ("connections", lambda v: [{**v[0], "name": "x"}, v[1]], r"float32 \(4, 2, 3, 3\)"),
    ],
    ids=range(9),
)  # fmt: skip
def test_an_inconsistent_file_is_refused_in_one_sentence(
    stored: Path, key: str, edit, words: str
) -> None:
    change(stored, key, edit)
    with pytest.raises(FormatError, match=words) as caught:
        load_model_file(stored)
    assert str(stored) in str(caught.value), "the message does not name the file"


def test_a_missing_file_a_truncated_file_and_a_foreign_file_are_refused(stored: Path) -> None:
    with pytest.raises(StoreError, match="gone"):
        load_model_file(stored.with_name("gone.safetensors"))
    content = stored.read_bytes()
    for size in (0, 4, 100, len(content) - 1):
        stored.write_bytes(content[:size])
        with pytest.raises(FormatError):
            load_model_file(stored)
    stored.write_bytes(content)
    edit_header(stored, lambda header: header["__metadata__"].update(format="nnvis.network"))
    with pytest.raises(FormatError, match=r"nnvis\.network"):
        load_model_file(stored)
