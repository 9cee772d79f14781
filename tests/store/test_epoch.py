"""epochs/*.safetensors: round trip, contract and refusals."""

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
from nnvis.model import EpochRecord
from nnvis.store import load_epoch, save_epoch
from nnvis.store.epoch import layers_of

NAMES = st.text(min_size=1).filter(lambda name: name not in ("format", "version", "epoch"))
TYPES = st.sampled_from([np.float16, np.float32, np.float64, np.int64, np.uint8, np.bool_])


def tables(*leading: int) -> st.SearchStrategy[dict[str, np.ndarray]]:
    shapes = arrays.array_shapes(min_dims=0, max_dims=2, max_side=3)
    return st.dictionaries(
        st.text(),
        st.tuples(TYPES, shapes).flatmap(lambda pair: arrays.arrays(pair[0], leading + pair[1])),
        max_size=2,
    )


@st.composite
def records(draw: st.DrawFn) -> EpochRecord:
    samples, classes = draw(st.integers(0, 4)), draw(st.integers(1, 3))
    shape = (draw(st.integers(0, 3)), classes)
    return EpochRecord(
        epoch=draw(st.integers(0, 10**6)),
        prediction=draw(arrays.arrays(np.int32, samples, elements=st.integers(0, classes - 1))),
        probability=draw(arrays.arrays(np.float16, (samples, classes))),
        representation=draw(tables(samples)),
        weight=draw(tables()),
        unit_importance=draw(st.none() | arrays.arrays(np.float32, shape)),
        class_map=draw(
            st.dictionaries(st.text(), arrays.arrays(np.float32, (2, 3, classes)), max_size=2)
        ),
        numbers=draw(st.dictionaries(NAMES, st.floats(), max_size=4)),
    )


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(record=records())
def test_save_then_load_is_identity(
    record: EpochRecord, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("epoch") / "00000.safetensors"
    save_epoch(record, path)
    assert_same(load_epoch(path), record)


def test_file_is_what_the_contract_says(record: EpochRecord, tmp_path: Path) -> None:
    path = tmp_path / "e.safetensors"
    save_epoch(record, path)
    with safe_open(str(path), framework="np") as file:
        assert set(file.keys()) == {
            "prediction",
            "probability",
            "representation/fc/2",
            "weight/fc2.weight",
            "weight/scale",
            "unit_importance",
            "class_map/plane",
        }
        assert file.metadata() == {
            "format": "nnvis.epoch",
            "version": "1",
            "epoch": "3",
            "train_loss": "0.1",
            "test_accuracy": "nan",
            "my number": "-1e-30",
        }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"epoch": -1}, "the epoch is -1, expected 0 or more"),
        ({"numbers": {"epoch": 1.0}}, "a number is called 'epoch'.*rename it"),
        ({"numbers": {"loss": "low"}}, "the number 'loss' is 'low'"),
        ({"prediction": np.full(6, 3, np.int32)}, "prediction runs from 3 to 3, expected class"),
        ({"prediction": np.zeros(5, np.int32)}, r"int32 \(5\), expected int32 \(6,\)"),
        ({"prediction": [0] * 6}, "prediction is a list, expected a numpy array"),
        ({"probability": np.zeros((6, 3), np.float32)}, "expected float16"),
        ({"representation": {"a": np.zeros((5, 2))}}, "expected 6 samples on its first axis"),
        ({"class_map": {"p": np.zeros((2, 2, 4))}}, r"expected \(rows, columns, 3 classes\)"),
        ({"unit_importance": np.zeros((7, 2), np.float32)}, r"expected float32 \(units, 3"),
        ({"weight": {"w": np.zeros(2, np.complex64)}}, "tensor 'weight/w' is complex64"),
        ({"weight": {"\udc80": np.zeros(2)}}, "not valid Unicode text"),
    ],
)
def test_inconsistent_record_is_not_saved(
    record: EpochRecord, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(StoreError, match=words):
        save_epoch(dataclasses.replace(record, **change), tmp_path / "e.safetensors")
    assert names_in(tmp_path) == []


def test_damaged_files_are_refused(record: EpochRecord, tmp_path: Path) -> None:
    path = tmp_path / "e.safetensors"

    def refused(change: Any, words: str) -> None:
        save_epoch(record, path)
        edit_header(path, change)
        with pytest.raises(FormatError, match=words):
            load_epoch(path)

    save_epoch(record, path)
    content = path.read_bytes()
    for length in (0, 5, 40, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(FormatError, match="no complete safetensors file"):
            load_epoch(path)
    refused(lambda h: h["__metadata__"].update(version="2"), "newer than version 1")
    refused(lambda h: h["__metadata__"].pop("epoch"), "metadata 'epoch' is missing")
    refused(lambda h: h["__metadata__"].update(train_loss="low"), "'train_loss' is 'low'")
    refused(lambda h: h.update(x=h.pop("prediction")), "tensor 'prediction' is missing")
    refused(lambda h: h["probability"].update(dtype="I16"), "expected float16")


def test_one_layer_can_be_read_alone(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    record = EpochRecord(
        epoch=3,
        prediction=np.zeros(4, np.int32),
        probability=np.ones((4, 1), np.float16),
        representation={"fc1": rng.random((4, 2)), "fc2": rng.random((4, 3))},
        weight={"fc1.weight": rng.random((2, 2))},
        unit_importance=np.ones((2, 1), np.float32),
        numbers={"loss": 0.5},
    )
    path = tmp_path / "00003.safetensors"
    save_epoch(record, path)
    assert layers_of(path) == ("fc1", "fc2")
    light = load_epoch(path, only=["fc2", "unknown"])
    assert_same(
        light,
        dataclasses.replace(
            record,
            representation={"fc2": record.representation["fc2"]},
            weight={},
            unit_importance=None,
        ),
    )
