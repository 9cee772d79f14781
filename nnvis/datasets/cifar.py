"""CIFAR-10 in its binary form: from the user's folder, nnvis's cache or its publisher.

The Python form holds pickles, which could run code when read, so it is never opened.
Source: Krizhevsky, *Learning multiple layers of features from tiny images*, 2009.
"""

from __future__ import annotations

import os
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nnvis.datasets.checks import checked_samples
from nnvis.datasets.digits import scaled
from nnvis.datasets.download import cache_folder, fetch
from nnvis.errors import DatasetError
from nnvis.model import Samples
from nnvis.progress import Progress

FOLDER = "cifar-10-batches-bin"
ARCHIVE = "cifar-10-binary.tar.gz"
ADDRESSES = (f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}",)
# SHA-256 of the archive as published; TensorFlow Datasets checks the same.
DIGEST = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
TRAINING = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST = "test_batch.bin"
CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
SIDE = 32
# One byte for the class, then 1,024 of red, of green and of blue, row by row.
_RECORD = 1 + 3 * SIDE * SIDE
_MOST_RECORDS = 10_000
_SOURCE = "cifar10: 60,000 pictures in ten classes (Krizhevsky)"

Read = Callable[[str], bytes]


def load_cifar10(progress: Progress) -> Samples:
    """50,000 training and 10,000 test pictures of 32 × 32 in colour.

    Raises
    ------
    DatasetError
        When a file is damaged, or there is none and none can be fetched.
    """
    folder = local_cifar10()
    if folder is not None:
        return read_cifar10(folder)
    path = cache_folder() / "cifar10" / ARCHIVE
    fetch(ADDRESSES, DIGEST, path, progress)
    return _from_archive(path)


def local_cifar10() -> Path | None:
    """The folder of the binary files below the one that NNVIS_DATA names, if any."""
    named = os.environ.get("NNVIS_DATA")
    if not named:
        return None
    top = Path(named).expanduser()
    for folder in (top, top / FOLDER, top / "cifar10", top / "cifar10" / FOLDER):
        if is_cifar10(folder):
            return folder
    return None


def is_cifar10(folder: Path) -> bool:
    """Whether ``folder`` holds files of CIFAR-10's binary form."""
    return any((folder / name).is_file() for name in (*TRAINING, TEST))


def read_cifar10(folder: Path) -> Samples:
    """The samples of a folder with the six binary files, of at most 10,000 pictures each.

    Raises
    ------
    DatasetError
        When a file is missing, truncated or something else.
    """

    def read(name: str) -> bytes:
        try:
            with (folder / name).open("rb") as file:
                return file.read(_MOST_RECORDS * _RECORD + 1)
        except FileNotFoundError as error:
            raise DatasetError(
                f"{folder} has no {name}, expected {', '.join(TRAINING)} and {TEST} of CIFAR-10."
            ) from error
        except OSError as error:
            raise DatasetError(f"Cannot read {folder / name}: {error.strerror or error}.") from (
                error
            )

    return _samples(folder, read)


def _from_archive(path: Path) -> Samples:
    try:
        # Members are read one by one and nothing is unpacked to the disk.
        with tarfile.open(path) as archive:

            def read(name: str) -> bytes:
                file = archive.extractfile(f"{FOLDER}/{name}")
                if file is None:
                    raise KeyError(name)
                return file.read(_MOST_RECORDS * _RECORD + 1)

            return _samples(path, read)
    except (tarfile.TarError, KeyError, EOFError, OSError, zlib.error) as error:
        raise DatasetError(
            f"{path} is not the archive of CIFAR-10's binary form ({error}); remove it, and it is "
            "fetched again."
        ) from error


def _samples(where: Path, read: Read) -> Samples:
    parts = [_pictures(where, name, read(name)) for name in TRAINING]
    x, y = (np.concatenate(column) for column in zip(*parts, strict=True))
    x_test, y_test = _pictures(where, TEST, read(TEST))
    return checked_samples(
        str(where), (scaled(x), y), (scaled(x_test), y_test), CLASSES, (SIDE, SIDE, 3), _SOURCE
    )


def _pictures(where: Path, name: str, content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Byte pictures (samples, rows, columns, 3) and labels."""
    if not content or len(content) % _RECORD or len(content) > _MOST_RECORDS * _RECORD:
        found = "more" if len(content) > _MOST_RECORDS * _RECORD else f"{len(content):,} bytes"
        raise DatasetError(
            f"{where}: {name} holds {found}, expected at most {_MOST_RECORDS:,} pictures of "
            f"{_RECORD:,} bytes each; it is truncated or something else: fetch it again."
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, _RECORD)
    channels = records[:, 1:].reshape(-1, 3, SIDE, SIDE)
    return channels.transpose(0, 2, 3, 1), records[:, 0]
