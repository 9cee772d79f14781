"""Samples from an ``.npz`` file, never unpickled."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np

from nnvis.datasets.checks import checked_pair, checked_samples
from nnvis.datasets.split import split_indices
from nnvis.errors import DatasetError
from nnvis.model import Samples

_KNOWN = ("x_train", "y_train", "x_test", "y_test", "x", "y", "class_names")
_EXPECTED = "x_train, y_train, x_test, y_test, or x, y; class_names may be added"


def load_arrays(path: Path, seed: int) -> Samples:
    """Samples from the arrays ``x_train``, ``y_train``, ``x_test``, ``y_test`` or ``x``, ``y``.

    Without a test set a fifth of each class is set aside by ``seed``. Rows of more than one
    axis are flattened in the order given. Whole numbers of 0 to 255 are divided by 255.

    Raises
    ------
    DatasetError
        When the file is missing, damaged, holds objects or lacks arrays.
    """
    arrays = _read(path)
    prefix = "_train" if "x_train" in arrays or "y_train" in arrays else ""
    x, y = _needed(path, arrays, f"x{prefix}"), _needed(path, arrays, f"y{prefix}")
    shape, names, where = x.shape[1:], _class_names(path, arrays), str(path)
    how = [where]
    if prefix and ("x_test" in arrays or "y_test" in arrays):
        x_test, y_test = _needed(path, arrays, "x_test"), _needed(path, arrays, "y_test")
        if x_test.shape[1:] != shape:
            raise DatasetError(
                f"{path} has training samples of shape {shape} but test samples of "
                f"{x_test.shape[1:]}; expected the same."
            )
        is_bytes = _are_bytes(x, x_test)
        train, test = (_rows(x, is_bytes), y), (_rows(x_test, is_bytes), y_test)
    else:
        is_bytes = _are_bytes(x)
        # Checked whole, so that messages number the samples as the file does.
        rows, labels = checked_pair(where, "sample", (_rows(x, is_bytes), y))
        first, second = split_indices(labels, np.random.default_rng(seed))
        train, test = (rows[first], labels[first]), (rows[second], labels[second])
        how.append(f"a fifth set aside for testing by seed {seed}")
    if is_bytes:
        how.append("whole numbers 0 to 255 divided by 255")
    return checked_samples(where, train, test, names, _picture_shape(shape), "; ".join(how))


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        # Opened here, because numpy leaves a damaged file open.
        with path.open("rb") as raw:
            file = np.load(raw, allow_pickle=False)
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise DatasetError(
                    f"{path} holds a single array, expected an .npz file with {_EXPECTED}."
                )
            with file:
                return {name: _array(path, file, name) for name in file.files if name in _KNOWN}
    except FileNotFoundError as error:
        raise DatasetError(f"There is no file {path}; check the path.") from error
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise DatasetError(
            f"{path} is truncated or no .npz file, expected one with {_EXPECTED}; save it again "
            "with numpy.savez."
        ) from error
    except MemoryError as error:
        raise DatasetError(f"{path} does not fit in memory; save fewer samples.") from error
    except OSError as error:
        raise DatasetError(f"Cannot read {path}: {error.strerror or error}.") from error


def _array(path: Path, file: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    try:
        return file[name]
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        raise DatasetError(
            f"{path}: the array {name!r} holds Python objects, which could run code when read; "
            "save it as numbers."
        ) from error


def _needed(path: Path, arrays: dict[str, np.ndarray], name: str) -> np.ndarray:
    if name not in arrays:
        found = ", ".join(sorted(arrays)) or "none of them"
        raise DatasetError(f"{path} has no array {name!r}, found {found}; expected {_EXPECTED}.")
    array = arrays[name]
    if array.ndim == 0 or array.size == 0:
        raise DatasetError(
            f"{path}: the array {name!r} has shape {array.shape}, expected at least one sample."
        )
    return array


def _are_bytes(*arrays: np.ndarray) -> bool:
    """Whether these are pictures in whole numbers 0 to 255; zeros and ones alone are not."""
    if any(array.dtype.kind not in "iu" for array in arrays):
        return False
    low = min(int(array.min()) for array in arrays)
    high = max(int(array.max()) for array in arrays)
    return low >= 0 and 1 < high <= 255


def _rows(x: np.ndarray, is_bytes: bool) -> np.ndarray:
    """``x`` with its axes after the first flattened, bytes scaled to 0 to 1."""
    rows = x.reshape(len(x), -1) if x.ndim > 1 else x
    return rows * np.float32(1 / 255) if is_bytes else rows


def _picture_shape(shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The picture that a row of ``shape`` is; channels first (3, h, w) is none we can show."""
    if len(shape) == 2:
        return shape
    if len(shape) == 3 and shape[2] == 3:
        return shape
    if len(shape) == 3 and shape[2] == 1:
        return shape[:2]
    if len(shape) == 3 and shape[0] == 1:
        return shape[1:]
    return None


def _class_names(path: Path, arrays: dict[str, np.ndarray]) -> list[str] | None:
    if "class_names" not in arrays:
        return None
    names = arrays["class_names"]
    if names.ndim != 1 or names.dtype.kind != "U":
        raise DatasetError(
            f"{path}: class_names is {names.dtype} of shape {names.shape}, "
            "expected a list of texts, one for each class."
        )
    return names.tolist()
