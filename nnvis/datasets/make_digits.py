"""Make ``digits.npz`` from the full MNIST.

Run ``NNVIS_DATA=folder python -m nnvis.datasets.make_digits``.
The same MNIST gives the same pictures in the same order.
"""

from __future__ import annotations

import io
import zipfile

import numpy as np

from nnvis.datasets.digits import FILE
from nnvis.datasets.mnist import local_folder, read_folder
from nnvis.errors import DatasetError
from nnvis.store.atomic import write_atomically

SEED = 20_240_229
PER_CLASS = {"train": 1_000, "test": 200}


def even_part(labels: np.ndarray, per_class: int, rng: np.random.Generator) -> np.ndarray:
    """Rising numbers of ``per_class`` samples of each class, drawn without replacement."""
    parts = [
        rng.choice(np.flatnonzero(labels == label), per_class, replace=False)
        for label in np.unique(labels)
    ]
    return np.sort(np.concatenate(parts))


def digit_arrays() -> dict[str, np.ndarray]:
    """The arrays of ``digits.npz``, drawn from the full MNIST in ``NNVIS_DATA``."""
    folder = local_folder()
    if folder is None:
        raise DatasetError("Set NNVIS_DATA to the folder that holds MNIST's four idx files.")
    rng = np.random.default_rng(SEED)
    arrays: dict[str, np.ndarray] = {}
    for part, (pictures, labels) in zip(("train", "test"), read_folder(folder), strict=True):
        chosen = even_part(labels, PER_CLASS[part], rng)
        arrays[f"x_{part}"], arrays[f"y_{part}"] = pictures[chosen], labels[chosen]
    return arrays


def main() -> None:
    """Write ``digits.npz`` beside this file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in digit_arrays().items():
            member = io.BytesIO()
            np.save(member, array, allow_pickle=False)
            # A fixed date keeps the bytes the same whenever it is made.
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, member.getvalue(), compresslevel=9)
    write_atomically(FILE, [packed.getvalue()])
    print(f"{FILE}: {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
