"""Choose the loader for a source."""

from __future__ import annotations

import os
from collections.abc import Callable
from os import PathLike
from pathlib import Path

from nnvis.datasets.arrays import load_arrays
from nnvis.datasets.cifar import is_cifar10, load_cifar10, read_cifar10
from nnvis.datasets.digits import load_digits
from nnvis.datasets.mnist import load_mnist
from nnvis.datasets.pictures import load_pictures
from nnvis.datasets.toys import make_blobs, make_moons, make_spirals, small_digits
from nnvis.errors import DatasetError, StoreError
from nnvis.model import Samples
from nnvis.progress import Progress, quiet
from nnvis.store.paths import usable_path

# Each name with its loader, which takes seed and progress, in the order in which help shows them.
_LOADERS: dict[str, Callable[[int, Progress], Samples]] = {
    "digits": lambda seed, progress: load_digits(),
    "mnist": lambda seed, progress: load_mnist(progress),
    "cifar10": lambda seed, progress: load_cifar10(progress),
    "sklearn-digits": lambda seed, progress: small_digits(seed),
    "blobs": lambda seed, progress: make_blobs(seed),
    "moons": lambda seed, progress: make_moons(seed),
    "spirals": lambda seed, progress: make_spirals(seed),
}
SOURCES = tuple(_LOADERS)


def load_samples(
    source: str | PathLike[str] = "digits", seed: int = 0, progress: Progress | None = None
) -> Samples:
    """Samples of a named source or of a path.

    Parameters
    ----------
    source
        One of `SOURCES`, the path of a folder with a folder of pictures for each class or with
        CIFAR-10's binary files, or the path of an ``.npz`` file. A name wins over a path of the
        same name: write ``./digits``.
    seed
        Draws toy sets and splits data that come without a test set; others ignore it.

    Raises
    ------
    DatasetError
        For an unknown source, or data that are missing, damaged, empty or inconsistent: it
        names the file, what was found and what was expected.
    """
    progress = quiet(progress)
    if seed < 0:
        raise DatasetError(f"The seed of the samples must be 0 or more, got {seed}.")
    if isinstance(source, str) and source in _LOADERS:
        return _LOADERS[source](seed, progress)
    # An empty text would be the path of the current folder.
    if source != "":
        path = _path(source)
        if path.is_dir():
            if is_cifar10(path):
                return read_cifar10(path)
            _refuse_pickles(path)
            return load_pictures(path, seed, progress)
        if path.suffix.lower() == ".npz":
            return load_arrays(path, seed)
        if path.exists():
            raise DatasetError(
                f"{path} is neither a folder of pictures nor an .npz file; expected one of them, "
                f"or one of {', '.join(SOURCES)}."
            )
        if len(path.parts) > 1 or not isinstance(source, str) or os.sep in source:
            raise DatasetError(
                f"There is no file or folder {path}; expected a folder of pictures, an .npz file, "
                f"or one of {', '.join(SOURCES)}."
            )
    raise DatasetError(
        f"Unknown samples {source!r}; known are {', '.join(SOURCES)}, or give the path of a folder "
        "of pictures or of an .npz file."
    )


def _refuse_pickles(folder: Path) -> None:
    """CIFAR-10's Python form looks like a folder without classes; say what to do instead."""
    if (folder / "data_batch_1").is_file():
        raise DatasetError(
            f"{folder} holds the Python form of CIFAR-10, whose pickles could run code, so they "
            "are not opened; give the folder of its binary form (cifar-10-batches-bin), or use "
            "the samples 'cifar10'."
        )


def _path(source: str | PathLike[str]) -> Path:
    try:
        return usable_path(Path(source).expanduser())
    except (StoreError, RuntimeError) as error:  # RuntimeError: ~nobody has no home
        raise DatasetError(str(error)) from error
