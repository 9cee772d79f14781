"""Small values of each kind, and ways to damage a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from nnvis.model import EpochRecord, Importance, Layer, Network


def small_network(seed: int = 0, points_per_edge: int = 4) -> Network:
    """2 + 3 + 2 units, 3 classes, 5 edges."""
    rng = np.random.default_rng(seed)
    layers = (
        Layer("in", "input", 2, -0.5),
        Layer("fc1", "dense", 3, 0.0),
        Layer("out", "output", 2, 0.5),
    )
    units, edges = 7, 5
    return Network(
        layers=layers,
        class_names=("cat", "dog", "bird"),
        unit_position=rng.normal(size=(units, 3)).astype(np.float32),
        unit_importance=rng.random((units, 3), dtype=np.float32),
        unit_layer=np.array([0, 0, 1, 1, 1, 2, 2], np.int32),
        edge_source=np.array([0, 1, 1, 2, 4], np.int32),
        edge_target=np.array([2, 3, 4, 5, 6], np.int32),
        edge_weight=rng.normal(size=edges).astype(np.float32),
        edge_importance=np.sort(rng.random(edges, dtype=np.float32))[::-1].copy(),
        point_position=rng.normal(size=(edges * points_per_edge, 3)).astype(np.float32),
        point_offset=np.arange(edges + 1, dtype=np.int64) * points_per_edge,
        edges_total=12,
        config={"prune_percentage": 0.5, "measured": {"ink": 0.3}},
    )


def small_importance() -> Importance:
    rng = np.random.default_rng(1)
    return Importance(
        units={
            "in": rng.random((2, 3), dtype=np.float32),
            "a/b": rng.random((4, 3), dtype=np.float32),
        },
        edges={"z first": rng.random((4, 2), dtype=np.float32)},
        class_names=("cat", "dog", "bird"),
        options={"epochs": 3, "l1": 0.01},
    )


def small_record(epoch: int = 3) -> EpochRecord:
    rng = np.random.default_rng(2)
    return EpochRecord(
        epoch=epoch,
        prediction=rng.integers(0, 3, 6, dtype=np.int32),
        probability=rng.random((6, 3)).astype(np.float16),
        representation={"fc/2": rng.random((6, 4), dtype=np.float32)},
        weight={"fc2.weight": rng.random((4, 2)), "scale": np.array(2.5, np.float32)},
        unit_importance=rng.random((7, 3), dtype=np.float32),
        class_map={"plane": rng.random((2, 5, 3), dtype=np.float32)},
        numbers={"train_loss": 0.1, "test_accuracy": float("nan"), "my number": -1e-30},
    )


def assert_same(found: Any, expected: Any) -> None:
    """Two dataclasses of arrays are equal in every field, type and shape."""
    assert type(found) is type(expected)
    for name, value in vars(expected).items():
        _assert_equal(name, getattr(found, name), value)


def _assert_equal(name: str, found: Any, expected: Any) -> None:
    if isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype, f"{name}: {found.dtype} is not {expected.dtype}"
        np.testing.assert_array_equal(found, expected, err_msg=name)
    elif isinstance(expected, dict):
        assert list(found) == list(expected) or sorted(found) == sorted(expected), name
        for key in expected:
            _assert_equal(f"{name}[{key!r}]", found[key], expected[key])
    elif isinstance(expected, float):
        np.testing.assert_equal(found, expected, err_msg=name)
    else:
        assert found == expected, f"{name}: {found!r} is not {expected!r}"


def names_in(folder: Path) -> list[str]:
    """Everything in ``folder``, hidden or not, sorted."""
    return sorted(entry.name for entry in folder.iterdir())


def edit_header(path: Path, change: Any) -> None:
    """Apply ``change`` to the header's dict of a safetensors file and write it back."""
    content = path.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    change(header)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + size :])
