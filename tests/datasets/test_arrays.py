""".npz files: what is taken, how it is scaled and split, and each refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnvis.datasets import load_samples
from nnvis.datasets.split import split_indices
from nnvis.errors import DatasetError

X = np.linspace(0, 1, 40, dtype=np.float64).reshape(20, 2)
Y = np.arange(20) % 4


def saved(folder: Path, **arrays: Any) -> Path:
    path = folder / "mine.npz"
    np.savez(path, **arrays)
    return path


def test_four_arrays_are_taken_as_they_are(tmp_path: Path) -> None:
    names = np.array(["n", "e", "s", "w"])
    path = saved(
        tmp_path, x_train=X, y_train=Y, x_test=X[:4], y_test=Y[:4].astype(float), class_names=names
    )
    samples = load_samples(path)
    np.testing.assert_array_equal(samples.x_train, X.astype(np.float32))
    np.testing.assert_array_equal(samples.y_test, Y[:4])
    assert (samples.x_train.dtype, samples.y_test.dtype) == (np.float32, np.int64)
    assert samples.class_names == ("n", "e", "s", "w")
    assert samples.picture_shape is None
    assert samples.source == str(path)
    assert load_samples(str(path)).source == str(path)


@pytest.mark.parametrize("keys", [("x", "y"), ("x_train", "y_train")])
def test_without_a_test_set_a_fifth_of_each_class_is_set_aside(
    tmp_path: Path, keys: tuple[str, str]
) -> None:
    path = saved(tmp_path, **dict(zip(keys, (X, Y[:, None]), strict=True)))
    samples, again, other = (load_samples(path, seed=seed) for seed in (1, 1, 2))
    assert np.bincount(samples.y_test).tolist() == [1, 1, 1, 1]
    whole = np.concatenate([samples.x_train, samples.x_test])
    assert len(np.unique(whole, axis=0)) == 20, "a sample was lost or is in both parts"
    np.testing.assert_array_equal(samples.x_test, again.x_test)
    assert not np.array_equal(samples.x_test, other.x_test), "the seed is ignored"
    assert "seed 1" in samples.source
    assert samples.class_names == ("0", "1", "2", "3")


@pytest.mark.parametrize(
    ("shape", "picture"),
    [
        ((6, 5), (6, 5)),
        ((6, 5, 3), (6, 5, 3)),
        ((6, 5, 1), (6, 5)),
        ((1, 6, 5), (6, 5)),
        ((3, 6, 5), None),
        ((2, 3, 4, 5), None),
        ((7,), None),
    ],
)
def test_rows_are_flattened_and_pictures_remembered(
    tmp_path: Path, shape: tuple[int, ...], picture: tuple[int, ...] | None
) -> None:
    x = np.random.default_rng(0).random((20, *shape))
    samples = load_samples(saved(tmp_path, x_train=x, y_train=Y, x_test=x, y_test=Y))
    np.testing.assert_array_equal(samples.x_train, x.reshape(20, -1).astype(np.float32))
    assert samples.picture_shape == picture


@pytest.mark.parametrize(
    ("x", "factor"),
    [
        (np.arange(40).reshape(20, 2).astype(np.uint8), 255),
        (np.arange(40).reshape(20, 2), 255),
        (np.arange(40).reshape(20, 2) % 2, 1),
        (np.arange(40).reshape(20, 2) * 10, 1),
        (np.arange(40).reshape(20, 2) - 5, 1),
        (np.arange(40).reshape(20, 2) * 1.0, 1),
    ],
    ids=["bytes", "whole", "zeros and ones", "large", "negative", "real"],
)
def test_whole_numbers_to_255_are_scaled(tmp_path: Path, x: np.ndarray, factor: int) -> None:
    samples = load_samples(saved(tmp_path, x_train=x, y_train=Y, x_test=x[:3], y_test=Y[:3]))
    np.testing.assert_allclose(samples.x_train, x / factor, rtol=1e-6)
    np.testing.assert_allclose(samples.x_test, x[:3] / factor, rtol=1e-6)
    assert ("divided by 255" in samples.source) == (factor == 255)


def with_value(array: np.ndarray, value: float) -> np.ndarray:
    changed = array.astype(np.float64)
    changed[3] = value
    return changed


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"y": Y}, "no array 'x', found y; expected x_train"),
        ({"x": X}, "no array 'y', found x"),
        ({"z": X}, "no array 'x', found none of them"),
        ({"x_train": X, "y_train": Y, "x_test": X}, "no array 'y_test'"),
        ({"x": X, "y": Y[:5]}, "20 samples but 5 labels"),
        ({"x_train": X, "y_train": Y, "x_test": X, "y_test": Y[:3]}, "20 test samples but 3"),
        (
            {"x_train": X, "y_train": Y, "x_test": X[:, :1], "y_test": Y},
            r"shape \(2,\) but test samples of \(1,\)",
        ),
        ({"x": X[:0], "y": Y[:0]}, r"'x' has shape \(0, 2\), expected at least one"),
        ({"x": X[:, :0], "y": Y}, r"'x' has shape \(20, 0\)"),
        ({"x": np.array(3.0), "y": Y}, r"'x' has shape \(\), expected at least one"),
        ({"x": X[:, 0], "y": Y}, r"of shape \(20,\), expected \(samples, features\)"),
        ({"x": with_value(X, np.nan), "y": Y}, "not finite in sample 3"),
        ({"x": with_value(X, 1e300), "y": Y}, "not finite in sample 3"),
        ({"x": X.astype(str), "y": Y}, "samples of type <U"),
        ({"x": X * 1j, "y": Y}, "samples of type complex128, expected numbers"),
        ({"x": X, "y": with_value(Y, -1)}, r"label -1.0 for sample 3"),
        ({"x": X, "y": Y - 1}, "label -1 for"),
        ({"x": X, "y": with_value(Y, 0.5)}, r"label 0.5 for .*expected whole class numbers"),
        ({"x": X, "y": with_value(Y, np.nan)}, "label nan for"),
        ({"x": X, "y": with_value(Y, 1e18)}, r"label 1e\+18 for"),
        ({"x": X, "y": Y.astype(np.uint64) + 2**63}, "label 9223372036854775"),
        ({"x": X, "y": Y * 1_000_000}, "below 65,536"),
        ({"x": X, "y": np.eye(4)[Y]}, r"labels of shape \(20, 4\), expected \(samples,\)"),
        ({"x": X, "y": Y.astype(str)}, "labels of type <U"),
        (
            {"x": X, "y": Y, "class_names": np.array(["a", "b"])},
            "label 3, expected class .* 0 to 1",
        ),
        ({"x": X, "y": Y, "class_names": np.array(["a", "a", "b", "c"])}, "both 'a'"),
        ({"x": X, "y": Y, "class_names": np.arange(4)}, "expected a list of texts"),
        ({"x": X.astype(object), "y": Y}, "'x' holds Python objects, which could run code"),
    ],
)
def test_refusals(tmp_path: Path, arrays: dict[str, Any], words: str) -> None:
    path = saved(tmp_path, **arrays)
    with pytest.raises(DatasetError, match=words) as caught:
        load_samples(path)
    message = str(caught.value)
    assert str(path) in message, f"the message does not name the file: {message}"
    assert "\n" not in message
    assert message.endswith(".")


def test_file_that_is_no_npz(tmp_path: Path) -> None:
    path = saved(tmp_path, x=X, y=Y)
    content = path.read_bytes()
    for damaged in (b"", b"text", content[:-30], content[: len(content) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(DatasetError, match=r"truncated or no \.npz file"):
            load_samples(path)
    with path.open("wb") as file:
        np.save(file, X)
    with pytest.raises(DatasetError, match="holds a single array"):
        load_samples(path)
    path.write_bytes(b"\x80\x04\x95a pickle")
    with pytest.raises(DatasetError, match=r"truncated or no \.npz file"):
        load_samples(path)


@settings(deadline=None)
@given(labels=st.lists(st.integers(0, 4), min_size=1, max_size=40), seed=st.integers(0, 9))
def test_split_is_even_and_loses_nothing(labels: list[int], seed: int) -> None:
    y = np.array(labels)
    train, test = split_indices(y, np.random.default_rng(seed))
    assert len(train)
    assert len(test)
    assert set(train) | set(test) == set(range(len(y))), "a sample was lost"
    assert (np.diff(train) > 0).all()
    assert (np.diff(test) > 0).all()
    assert set(y[train]) == set(y), "a class has no training sample"
    counts = np.bincount(y, minlength=5)
    if counts.max() > 1:
        assert not set(train) & set(test), "a sample is in both parts"
        expected = [max(1, round(0.2 * n)) if n > 1 else 0 for n in counts]
        assert np.bincount(y[test], minlength=5).tolist() == expected
