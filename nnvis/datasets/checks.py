"""Turn raw arrays into `Samples`, or say in one sentence why they are none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnvis.errors import DatasetError
from nnvis.model import Samples
from nnvis.store.names import class_name_fault

_MOST_CLASSES = 65_536


def checked_samples(
    where: str,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    class_names: Sequence[str] | None,
    picture_shape: tuple[int, ...] | None,
    source: str,
) -> Samples:
    """Check rows and labels and give them nnvis's types.

    Parameters
    ----------
    where
        The file or folder, for messages.
    train, test
        Rows (samples, features) and labels (samples,) of any real type.
    class_names
        One name a class; ``None`` names them 0, 1, 2, …

    Raises
    ------
    DatasetError
        For rows that are empty or not finite, labels that are no class numbers, and lengths
        that differ.
    """
    x_train, y_train = checked_pair(where, "training sample", train)
    x_test, y_test = checked_pair(where, "test sample", test)
    if x_train.shape[1] != x_test.shape[1]:
        raise DatasetError(
            f"{where} has training samples of {x_train.shape[1]:,} numbers but test samples of "
            f"{x_test.shape[1]:,}; expected the same."
        )
    largest = max(int(y_train.max()), int(y_test.max()))
    if class_names is None:
        if largest >= _MOST_CLASSES:
            raise DatasetError(
                f"{where} has the label {largest}, expected class numbers 0, 1, 2, … "
                f"below {_MOST_CLASSES:,}."
            )
        class_names = [str(number) for number in range(largest + 1)]
    fault = class_name_fault(class_names)
    if fault is not None:
        raise DatasetError(f"{where}: {fault}.")
    if largest >= len(class_names):
        raise DatasetError(
            f"{where} has the label {largest}, expected class numbers 0 to {len(class_names) - 1}, "
            f"because there are {len(class_names)} class names."
        )
    return Samples(x_train, y_train, x_test, y_test, tuple(class_names), picture_shape, source)


def checked_pair(
    where: str, word: str, pair: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Rows (samples, features) as float32 and labels (samples,) as int64.

    ``word`` is what messages call one of them: ``sample``, ``training sample``.
    """
    x, y = _rows(where, word, pair[0]), _labels(where, word, pair[1])
    if len(x) != len(y):
        raise DatasetError(
            f"{where} has {len(x):,} {word}s but {len(y):,} labels for them; "
            "expected one label for each."
        )
    return x, y


def _rows(where: str, word: str, rows: np.ndarray) -> np.ndarray:
    if rows.dtype.kind not in "biuf":
        raise DatasetError(f"{where} has {word}s of type {rows.dtype}, expected numbers.")
    if rows.ndim != 2 or 0 in rows.shape:
        raise DatasetError(
            f"{where} has {word}s of shape {rows.shape}, expected (samples, features) with "
            "at least one of each."
        )
    with np.errstate(over="ignore"):
        single = np.ascontiguousarray(rows, dtype=np.float32)
    good = np.isfinite(single).all(axis=1)
    if not good.all():
        raise DatasetError(
            f"{where} has a number that is not finite in {word} {int(np.argmin(good))}, "
            "expected finite numbers; remove or replace it."
        )
    return single


def _labels(where: str, word: str, labels: np.ndarray) -> np.ndarray:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or not len(labels):
        raise DatasetError(
            f"{where} has {word} labels of shape {labels.shape}, expected (samples,), "
            "one class number for each sample."
        )
    if labels.dtype.kind not in "biuf":
        raise DatasetError(
            f"{where} has {word} labels of type {labels.dtype}, expected whole class numbers."
        )
    if labels.dtype.kind == "f":
        whole = np.isfinite(labels) & (labels == np.floor(labels))
        if not whole.all():
            row = int(np.argmin(whole))
            raise DatasetError(
                f"{where} has the label {labels[row]} for {word} {row}, "
                "expected whole class numbers 0, 1, 2 and so on."
            )
    # Compared before the cast: it would wrap a huge unsigned or float label round.
    outside = (labels < 0) | (labels > np.iinfo(np.int32).max)
    if outside.any():
        row = int(np.argmax(outside))
        raise DatasetError(
            f"{where} has the label {labels[row]} for {word} {row}, "
            "expected class numbers 0, 1, 2 and so on."
        )
    return labels.astype(np.int64)
