"""The full MNIST: from the user's folder, nnvis's cache or the public mirrors."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from nnvis.datasets.digits import digit_samples
from nnvis.datasets.download import cache_folder, fetch
from nnvis.datasets.idx import read_idx
from nnvis.errors import DatasetError
from nnvis.model import Samples
from nnvis.progress import Progress

# SHA-256 of the gzipped files as published; the same digests are used by Keras and others.
FILES = {
    "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
# The first is the one torchvision names first, the second the one TensorFlow names.
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

Part = tuple[np.ndarray, np.ndarray]


def load_mnist(progress: Progress) -> Samples:
    """60,000 training and 10,000 test pictures of 28 × 28.

    Raises
    ------
    DatasetError
        When a file is damaged, or there is none and none can be fetched.
    """
    folder = local_folder() or _fetched(progress)
    train, test = read_folder(folder)
    return digit_samples(
        train, test, str(folder), "mnist: the full MNIST (LeCun, Cortes; CC BY-SA 3.0)"
    )


def local_folder() -> Path | None:
    """The folder of MNIST's files that the environment variable NNVIS_DATA names, if any.

    They may lie in that folder, in ``mnist/`` or in ``MNIST/raw/`` below it, gzipped or not.
    """
    named = os.environ.get("NNVIS_DATA")
    if not named:
        return None
    top = Path(named).expanduser()
    if not top.is_dir():
        raise DatasetError(f"NNVIS_DATA is {named!r}, expected an existing folder; correct it.")
    for folder in (top, top / "mnist", top / "MNIST" / "raw"):
        if any(_found(folder, name) is not None for name in FILES):
            return folder
    return None


def read_folder(folder: Path) -> tuple[Part, Part]:
    """Byte pictures (samples, 28, 28) and labels of the training and the test part."""
    paths: list[Path] = []
    for name in FILES:
        path = _found(folder, name)
        if path is None:
            raise DatasetError(
                f"{folder} has neither {name}.gz nor {name}, "
                "expected all four files of MNIST there."
            )
        paths.append(path)
    return (
        (read_idx(paths[0], 3), read_idx(paths[1], 1)),
        (read_idx(paths[2], 3), read_idx(paths[3], 1)),
    )


def _found(folder: Path, name: str) -> Path | None:
    for path in (folder / f"{name}.gz", folder / name):
        if path.is_file():
            return path
    return None


def _fetched(progress: Progress) -> Path:
    folder = cache_folder() / "mnist"
    for number, (name, digest) in enumerate(FILES.items()):
        fetch([f"{mirror}{name}.gz" for mirror in MIRRORS], digest, folder / f"{name}.gz", progress)
        progress.step("fetching MNIST", number + 1, len(FILES))
    return folder
