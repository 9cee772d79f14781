"""The digits that ship with nnvis: an even part of MNIST."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from nnvis.datasets.checks import checked_samples
from nnvis.errors import DatasetError
from nnvis.model import Samples

FILE = Path(__file__).with_name("digits.npz")
SIDE = 28


def load_digits() -> Samples:
    """10,000 training and 2,000 test pictures of 28 × 28, as many of each digit.

    Raises
    ------
    DatasetError
        When the installation is damaged.
    """
    try:
        # Opened here, because numpy leaves a damaged file open.
        with FILE.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("x_train", "y_train", "x_test", "y_test")}
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DatasetError(
            f"The digits that ship with nnvis cannot be read from {FILE} ({error}); "
            "install nnvis again."
        ) from error
    return digit_samples(
        (arrays["x_train"], arrays["y_train"]),
        (arrays["x_test"], arrays["y_test"]),
        str(FILE),
        "digits: 10,000 training and 2,000 test pictures of MNIST (LeCun, Cortes; CC BY-SA 3.0)",
    )


def digit_samples(
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    where: str,
    source: str,
) -> Samples:
    """Byte pictures (samples, 28, 28) and labels 0–9 as samples scaled to [0, 1]."""
    for part, (pictures, _) in (("training", train), ("test", test)):
        if pictures.shape[1:] != (SIDE, SIDE):
            raise DatasetError(
                f"{where} has {part} pictures of shape {pictures.shape[1:]}, "
                f"expected {(SIDE, SIDE)}; fetch it again."
            )
    return checked_samples(
        where,
        (scaled(train[0]), train[1]),
        (scaled(test[0]), test[1]),
        [str(digit) for digit in range(10)],
        (SIDE, SIDE),
        source,
    )


def scaled(pictures: np.ndarray) -> np.ndarray:
    """Bytes (samples, …) as float32 rows (samples, features) of 0 to 1."""
    return pictures.reshape(len(pictures), -1) * np.float32(1 / 255)
