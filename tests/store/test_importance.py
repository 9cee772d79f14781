"""importance.safetensors: round trip, contract and refusals."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors import safe_open
from store.values import assert_same, edit_header, names_in

from nnvis.errors import FormatError, StoreError
from nnvis.model import Importance
from nnvis.store import load_importance, save_importance

SCORES = st.floats(0, 1, width=32)


@st.composite
def importances(draw: st.DrawFn) -> Importance:
    classes = draw(st.integers(1, 3))

    def scores(columns: int | None) -> dict[str, np.ndarray]:
        shapes = st.tuples(st.integers(0, 3), st.just(columns) if columns else st.integers(0, 3))
        tables = shapes.flatmap(lambda s: arrays.arrays(np.float32, s, elements=SCORES))
        return draw(st.dictionaries(st.text(), tables, max_size=3))

    return Importance(
        units=scores(classes),
        edges=scores(None),
        class_names=tuple(f"class {number}" for number in range(classes)),
        options={"epochs": draw(st.integers()), "l1": draw(SCORES)},
    )


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(importance=importances())
def test_save_then_load_is_identity(
    importance: Importance, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("importance") / "importance.safetensors"
    save_importance(importance, path)
    loaded = load_importance(path)
    assert_same(loaded, importance)
    assert list(loaded.units) == list(importance.units), "the order of layers was lost"
    assert list(loaded.edges) == list(importance.edges), "the order of connections was lost"


def test_file_is_what_the_contract_says(importance: Importance, tmp_path: Path) -> None:
    path = tmp_path / "i.safetensors"
    save_importance(importance, path)
    with safe_open(str(path), framework="np") as file:
        assert set(file.keys()) == {"unit/in", "unit/a/b", "edge/z first"}
        assert file.metadata()["format"] == "nnvis.importance"
        assert file.metadata()["version"] == "1"
        assert file.metadata()["options"] == '{"epochs": 3, "l1": 0.01}'


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"class_names": ("a", "b")}, "unit/in has 3 classes, expected 2"),
        ({"class_names": ()}, "at least one class"),
        ({"units": {"x": np.zeros((2, 3))}}, r"'unit/x' is float64 \(2, 3\), expected float32"),
        ({"edges": {"x": np.zeros(2, np.float32)}}, r"'edge/x' is float32 \(2\), expected"),
        ({"edges": {"x": np.full((1, 1), np.nan, np.float32)}}, "edge/x holds a negative or non-"),
        ({"units": {"x": np.full((1, 3), -1, np.float32)}}, "unit/x holds a negative or non-"),
        ({"units": {"x": [[0.5]]}}, "unit/x is a list, expected a numpy array"),
    ],
)
def test_inconsistent_importance_is_not_saved(
    importance: Importance, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(StoreError, match=words):
        save_importance(dataclasses.replace(importance, **change), tmp_path / "i.safetensors")
    assert names_in(tmp_path) == []


def test_damaged_files_are_refused(importance: Importance, tmp_path: Path) -> None:
    path = tmp_path / "i.safetensors"
    save_importance(importance, path)
    content = path.read_bytes()
    for length in (0, 5, 40, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(FormatError, match="no complete safetensors file"):
            load_importance(path)
    path.write_bytes(content)
    edit_header(path, lambda header: header["__metadata__"].update(version="9"))
    with pytest.raises(FormatError, match="newer than version 1"):
        load_importance(path)
    path.write_bytes(content)
    edit_header(path, lambda header: header["__metadata__"].update(layers='["in"]'))
    with pytest.raises(FormatError, match=r"lists \['in'\], expected the tensors \['a/b', 'in'\]"):
        load_importance(path)
    path.write_bytes(content)
    edit_header(path, lambda header: header["unit/in"].update(dtype="I32"))
    with pytest.raises(FormatError, match=r"'unit/in' is int32 \(2, 3\), expected float32"):
        load_importance(path)
