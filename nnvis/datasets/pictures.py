"""Samples from a folder that holds a folder of pictures for each class."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nnvis.datasets.checks import checked_samples
from nnvis.datasets.split import split_indices
from nnvis.errors import DatasetError
from nnvis.model import Samples
from nnvis.progress import Progress

if TYPE_CHECKING:
    from PIL import Image

# Files that desktop systems leave in folders.
_IGNORED = {"thumbs.db", "desktop.ini"}
# Pillow's modes without colour; those of 16 bits are scaled by their own range.
_GREY = {"1", "L", "LA", "I;16", "I;16B", "I;16L", "I"}
_GREY_16 = {"I;16", "I;16B", "I;16L", "I"}


def load_pictures(folder: Path, seed: int, progress: Progress) -> Samples:
    """Pictures of ``folder/CLASS/`` or of ``folder/train/CLASS/`` and ``folder/test/CLASS/``.

    Without a test folder a fifth of each class is set aside by ``seed``. Classes are the names
    of the folders, sorted. All become the size of the first picture, and grey unless any has
    colour; ``Samples.source`` says how many were resized.

    Raises
    ------
    DatasetError
        For a folder without classes or pictures, or a file that is no picture: it is named.
    """
    train_folder, test_folder = folder / "train", folder / "test"
    if test_folder.is_dir() and not train_folder.is_dir():
        raise DatasetError(f"{folder} has a folder test but no folder train; expected both.")
    top = train_folder if train_folder.is_dir() else folder
    names = _class_names(top)
    files, labels = _listed(top, names)
    train_count = len(files)
    if test_folder.is_dir():
        if strange := sorted(set(_class_names(test_folder)) - set(names)):
            raise DatasetError(
                f"{test_folder} has the class {strange[0]!r}, which {train_folder} has not; "
                "expected the same classes."
            )
        more = _listed(test_folder, names)
        files, labels = files + more[0], labels + more[1]
    rows, shape, resized = _decoded(files, progress)
    y = np.array(labels)
    how = [str(folder)]
    if len(files) > train_count:
        train, test = np.arange(train_count), np.arange(train_count, len(files))
    else:
        train, test = split_indices(y, np.random.default_rng(seed))
        how.append(f"a fifth set aside for testing by seed {seed}")
    if resized:
        height, width = shape[:2]
        how.append(
            f"{resized:,} of {len(files):,} pictures resized to {width} x {height}, "
            "the size of the first"
        )
    return checked_samples(
        str(folder), (rows[train], y[train]), (rows[test], y[test]), names, shape, "; ".join(how)
    )


def _class_names(folder: Path) -> list[str]:
    names = sorted(
        entry.name
        for entry in _entries(folder)
        if entry.is_dir() and not entry.name.startswith(".")
    )
    if not names:
        raise DatasetError(
            f"{folder} has no folders in it, expected one folder of pictures for each class."
        )
    return names


def _listed(folder: Path, names: list[str]) -> tuple[list[Path], list[int]]:
    files: list[Path] = []
    labels: list[int] = []
    for label, name in enumerate(names):
        place = folder / name
        if not place.is_dir():
            continue  # a test set need not have every class
        found = [entry for entry in _entries(place) if not _is_ignored(entry)]
        if not found:
            raise DatasetError(
                f"The class folder {place} is empty, expected pictures; add some or remove it."
            )
        for entry in found:
            if entry.is_dir():
                raise DatasetError(
                    f"The class folder {place} has the folder {entry.name!r} in it, expected only "
                    "pictures; give the folder whose folders are the classes."
                )
        files += found
        labels += [label] * len(found)
    return files, labels


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise DatasetError(f"Cannot read {folder}: {error.strerror or error}.") from error


def _is_ignored(path: Path) -> bool:
    return path.name.startswith(".") or path.name.lower() in _IGNORED


def _decoded(files: list[Path], progress: Progress) -> tuple[np.ndarray, tuple[int, ...], int]:
    """Rows of 0 to 1, the shape of a picture, and how many had another size than the first."""
    heads = [_head(path) for path in files]
    size = heads[0][0]
    is_grey = all(mode in _GREY for _, mode in heads)
    shape = (size[1], size[0]) if is_grey else (size[1], size[0], 3)
    rows = np.empty((len(files), int(np.prod(shape))), np.float32)
    for number, path in enumerate(files):
        rows[number] = _pixels(path, size, is_grey).reshape(-1)
        if number % 100 == 99 or number + 1 == len(files):
            progress.step("reading pictures", number + 1, len(files))
    return rows, shape, sum(head[0] != size for head in heads)


def _head(path: Path) -> tuple[tuple[int, int], str]:
    with _opened(path) as picture:
        if picture.mode == "F":
            raise DatasetError(f"{path} holds real numbers, expected bytes; save it as 8 bit.")
        return picture.size, picture.mode


def _pixels(path: Path, size: tuple[int, int], is_grey: bool) -> np.ndarray:
    from PIL import Image

    with _opened(path) as picture:
        if picture.mode in _GREY_16:
            wide = np.asarray(picture, dtype=np.float32) * np.float32(255 / 65535)
            picture = Image.fromarray(np.clip(np.rint(wide), 0, 255).astype(np.uint8))
        if picture.mode == "P":
            picture = picture.convert("RGBA")
        picture = picture.convert("L" if is_grey else "RGB")
        if picture.size != size:
            picture = picture.resize(size, Image.Resampling.BILINEAR)
        return np.asarray(picture, dtype=np.float32) * np.float32(1 / 255)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """The picture, for as long as the block runs; faults while it is read name the file."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata, which do not matter here, and of pictures so large
            # that it suspects an attack, which are refused.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                yield picture
    except UnidentifiedImageError as error:
        raise DatasetError(
            f"{path} is not a picture that Pillow can read; replace or remove it."
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DatasetError(f"{path} has too many pixels ({error}); make it smaller.") from error
    except (OSError, ValueError, SyntaxError, EOFError, TypeError) as error:
        raise DatasetError(
            f"{path} cannot be read as a picture ({error}); it is truncated or damaged: "
            "replace or remove it."
        ) from error
