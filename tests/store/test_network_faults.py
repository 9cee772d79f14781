"""Damaged, foreign and newer files are refused in one sentence; nothing else comes out."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from store.values import edit_header, names_in

from nnvis.errors import FormatError, StoreError
from nnvis.model import Network
from nnvis.store import load_network, save_importance, save_network, validate_network


@pytest.fixture
def path(network: Network, tmp_path: Path) -> Path:
    path = tmp_path / "network.safetensors"
    save_network(network, path)
    return path


def refused(path: Path, words: str) -> None:
    with pytest.raises(FormatError, match=words) as caught:
        load_network(path)
    message = str(caught.value)
    assert str(path) in message, f"the message does not name the file: {message}"
    assert "\n" not in message, f"more than one line: {message}"
    assert message.endswith("."), f"not a sentence: {message}"


def test_every_truncation_is_refused(path: Path) -> None:
    content = path.read_bytes()
    size = int.from_bytes(content[:8], "little")
    lengths = {0, 1, 7, 8, 9, size, size + 7, size + 8, size + 9, len(content) - 1}
    lengths |= set(range(10, len(content), 97))
    for length in sorted(lengths):
        path.write_bytes(content[:length])
        refused(path, "no complete safetensors file")
    path.write_bytes(content + b"x")
    refused(path, "no complete safetensors file")


def test_random_damage_gives_a_network_or_a_sentence(path: Path) -> None:
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(content)
        for place in rng.integers(0, len(content), 3):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        with contextlib.suppress(FormatError):
            validate_network(load_network(path))


def test_foreign_files(path: Path, tmp_path: Path, importance: Any) -> None:
    path.write_bytes(b"\x80\x04\x95 a pickle, say" * 50)
    refused(path, "no complete safetensors file")
    save_file({"weight": np.zeros(3)}, path)
    refused(path, "none of nnvis, expected format nnvis.network")
    save_importance(importance, path)
    refused(path, "format nnvis.importance, expected nnvis.network")
    refused(tmp_path, "is a folder")
    with pytest.raises(StoreError, match="There is no file"):
        load_network(tmp_path / "nowhere")


def test_header_that_promises_gigabytes_is_refused_unread(path: Path) -> None:
    def lie(header: dict[str, Any]) -> None:
        header["point_position"]["shape"] = [2**40, 3]
        header["point_position"]["data_offsets"][1] += 2**40 * 12

    edit_header(path, lie)
    refused(path, "no complete safetensors file")
    path.write_bytes((2**62).to_bytes(8, "little") + b"{}")
    refused(path, "no complete safetensors file")


def test_special_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no ordinary file"):
        load_network(os.devnull)


@pytest.mark.parametrize("version", ["2", "17"])
def test_newer_version_says_so(path: Path, version: str) -> None:
    edit_header(path, lambda header: header["__metadata__"].update(version=version))
    refused(path, f"version {version}, newer than version 1.*install a newer nnvis")


@pytest.mark.parametrize("version", ["", "one", "-1", "0", "1.0", "9" * 5000])
def test_nonsense_version(path: Path, version: str) -> None:
    edit_header(path, lambda header: header["__metadata__"].update(version=version))
    refused(path, "gives its version as")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("layers", "[", "no valid JSON"),
        ("layers", "{}", "a JSON dict, expected a list"),
        ("layers", "[1]", "expected name, kind, size and z"),
        ("layers", '[{"name": "in", "kind": "input", "size": -2, "z": 0}]', "expected name, kind"),
        ("layers", "[]", "no layers"),
        ("layers", "[" * 100_000, "no valid JSON"),
        ("class_names", '["a"]', "3 classes, expected 1"),
        ("class_names", '["a", "a", "b"]', "both 'a'"),
        ("class_names", '["a", "", "b"]', "class name 1 is empty"),
        ("class_names", '["a", 3, "b"]', "class name 1 must be a text"),
        ("edges_total", "many", "'many', expected a whole number"),
        ("edges_total", "4", "edges_total is 4, expected at least the 5"),
        ("config", "3", "a JSON int, expected a dict"),
    ],
)
def test_wrong_metadata(path: Path, key: str, value: str, words: str) -> None:
    edit_header(path, lambda header: header["__metadata__"].update({key: value}))
    refused(path, words)


@pytest.mark.parametrize("key", ["layers", "class_names", "edges_total", "config"])
def test_missing_metadata(path: Path, key: str) -> None:
    edit_header(path, lambda header: header["__metadata__"].pop(key))
    refused(path, f"metadata '{key}' is missing")


def test_missing_tensor_and_wrong_type(path: Path) -> None:
    content = path.read_bytes()

    def rename(header: dict[str, Any]) -> None:
        header["edge_wait"] = header.pop("edge_weight")

    edit_header(path, rename)
    refused(path, "tensor 'edge_weight' is missing")
    path.write_bytes(content)
    edit_header(path, lambda header: header["edge_source"].update(dtype="F32"))
    refused(path, r"'edge_source' is float32 \(5\), expected int32 \(edges\) = \(5\)")
    path.write_bytes(content)
    edit_header(path, lambda header: header["unit_position"].update(shape=[3, 7]))
    refused(path, r"'unit_position' is float32 \(3, 7\), expected float32 \(units, 3\) = \(7, 3\)")


def changed(name: str, row: Any, value: Any) -> Callable[[Network], Network]:
    def change(network: Network) -> Network:
        array = getattr(network, name).copy()
        array[row] = value
        return dataclasses.replace(network, **{name: array})

    return change


INCONSISTENT: dict[str, tuple[Callable[[Network], Network], str]] = {
    "source too large": (changed("edge_source", 2, 7), "edge_source runs from 0 to 7"),
    "target negative": (changed("edge_target", 2, -1), "edge_target runs from -1"),
    "offset start": (changed("point_offset", 0, 1), "point_offset runs from 1 to 20"),
    "offset end": (changed("point_offset", -1, 21), "point_offset runs from 0 to 21"),
    "offset falls": (changed("point_offset", 2, 3), "gives edge 1 -1 points, expected at least 2"),
    "point NaN": (changed("point_position", 7, np.nan), "point_position is not finite in row 7"),
    "unit inf": (changed("unit_position", 3, np.inf), "unit_position is not finite in row 3"),
    "importance NaN": (changed("unit_importance", 2, np.nan), "unit_importance is not finite"),
    "weight NaN": (changed("edge_weight", 1, np.nan), "edge_weight is not finite in row 1"),
    "unsorted units": (changed("unit_layer", 0, 2), "unit_layer is not sorted"),
    "layer number": (changed("unit_layer", 6, 3), "unit_layer runs from 0 to 3"),
    "layer size": (changed("unit_layer", 5, 1), r"hold \[2, 4, 1\] units, expected \[2, 3, 2\]"),
    "unsorted edges": (changed("edge_importance", 4, 9), "edge_importance rises"),
    "double precision": (
        lambda n: dataclasses.replace(n, unit_position=n.unit_position.astype(np.float64)),
        r"'unit_position' is float64 \(7, 3\), expected float32",
    ),
    "list": (
        lambda n: dataclasses.replace(n, edge_weight=n.edge_weight.tolist()),
        "edge_weight is a list, expected a numpy array",
    ),
    "no layers": (lambda n: dataclasses.replace(n, layers=()), "no layers"),
    "layer at NaN": (
        lambda n: dataclasses.replace(
            n, layers=(dataclasses.replace(n.layers[0], z=float("nan")), *n.layers[1:])
        ),
        "layer 'in' lies at z = nan",
    ),
}


@pytest.mark.parametrize("case", INCONSISTENT)
def test_inconsistent_network_is_not_saved(network: Network, tmp_path: Path, case: str) -> None:
    change, words = INCONSISTENT[case]
    with pytest.raises(StoreError, match=words):
        validate_network(change(network))
    with pytest.raises(StoreError, match=words):
        save_network(change(network), tmp_path / "n.safetensors")
    assert names_in(tmp_path) == [], "a file was written for an inconsistent network"


@pytest.mark.parametrize("case", [name for name in INCONSISTENT if name != "list"])
def test_inconsistent_file_is_refused(
    network: Network, tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, words = INCONSISTENT[case]
    path = tmp_path / "n.safetensors"
    with monkeypatch.context() as patch:
        patch.setattr("nnvis.store.network.network_fault", lambda network: None)
        if case == "layer at NaN":
            save_network(network, path)
            layers = json.dumps([{"name": "in", "kind": "input", "size": 7, "z": float("nan")}])
            edit_header(path, lambda header: header["__metadata__"].update(layers=layers))
        else:
            save_network(change(network), path)
    refused(path, words)
