"""CIFAR-10 in its binary form, made up in the same layout."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import pytest

from nnvis.datasets import cifar, load_samples
from nnvis.errors import DatasetError


def write(folder: Path, each: int = 3) -> dict[str, np.ndarray]:
    """The six files with ``each`` pictures in each; the pictures (sample, row, column, colour)."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    pictures = {}
    for name in (*cifar.TRAINING, cifar.TEST):
        picture = rng.integers(0, 256, (each, 32, 32, 3), dtype=np.uint8)
        label = np.arange(each, dtype=np.uint8)[:, None]
        rows = picture.transpose(0, 3, 1, 2).reshape(each, -1)
        (folder / name).write_bytes(np.hstack([label, rows]).tobytes())
        pictures[name] = picture
    return pictures


def test_a_folder_of_binary_files(tmp_path: Path) -> None:
    pictures = write(tmp_path)
    samples = load_samples(tmp_path)
    assert samples.x_train.shape == (15, 3072)
    assert samples.picture_shape == (32, 32, 3)
    assert samples.class_names[:2] == ("airplane", "automobile")
    np.testing.assert_array_equal(samples.y_test, [0, 1, 2])
    first = samples.x_test.reshape(-1, 32, 32, 3)
    np.testing.assert_allclose(first, pictures[cifar.TEST] / 255, atol=1e-6)
    second = samples.x_train[3:6].reshape(-1, 32, 32, 3)
    np.testing.assert_allclose(second, pictures["data_batch_2.bin"] / 255, atol=1e-6)


@pytest.mark.parametrize("below", [".", "cifar-10-batches-bin", "cifar10/cifar-10-batches-bin"])
def test_by_name_from_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    write(tmp_path / below)
    monkeypatch.setenv("NNVIS_DATA", str(tmp_path))
    assert len(load_samples("cifar10").x_test) == 3


def test_from_the_archive_that_is_fetched_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "made" / cifar.FOLDER)
    asked = []

    def fetch(addresses: tuple[str, ...], digest: str, path: Path, _: object) -> None:
        asked.append((addresses, digest))
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path, "w:gz") as archive:
            archive.add(tmp_path / "made" / cifar.FOLDER, cifar.FOLDER)

    monkeypatch.delenv("NNVIS_DATA", raising=False)
    monkeypatch.setattr(cifar, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(cifar, "fetch", fetch)
    assert len(load_samples("cifar10").x_train) == 15
    assert asked == [(cifar.ADDRESSES, cifar.DIGEST)]
    assert [path.name for path in (tmp_path / "cache").rglob("*.bin")] == []
    monkeypatch.setattr(cifar, "fetch", lambda *_: None)
    (tmp_path / "cache" / "cifar10" / cifar.ARCHIVE).write_bytes(b"no archive")
    with pytest.raises(DatasetError, match="not the archive of CIFAR-10's binary form"):
        load_samples("cifar10")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda content: content[:-1], "test_batch.bin holds 9,218 bytes, expected at most"),
        (lambda content: b"", "test_batch.bin holds 0 bytes"),
        (lambda content: content * 4000, "test_batch.bin holds more"),
        (lambda content: b"\x0b" + content[1:], "label 11"),
    ],
)
def test_damaged_files_are_named(tmp_path: Path, damage, words: str) -> None:
    write(tmp_path)
    path = tmp_path / cifar.TEST
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DatasetError, match=words):
        load_samples(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "data_batch_4.bin").unlink()
    with pytest.raises(DatasetError, match=r"has no data_batch_4\.bin, expected"):
        load_samples(tmp_path)


def test_pickles_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "data_batch_1").write_bytes(b"\x80\x02}q\x01.")
    with pytest.raises(DatasetError, match="Python form of CIFAR-10, whose pickles could run"):
        load_samples(tmp_path)
