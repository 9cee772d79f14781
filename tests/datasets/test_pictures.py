"""Folders of pictures: classes, sizes, colour, and each refusal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nnvis.datasets import load_samples
from nnvis.errors import Cancelled, DatasetError
from nnvis.progress import Progress, Step


def put(path: Path, value: int | tuple[int, ...] = 0, size: tuple[int, int] = (4, 3)) -> None:
    """A picture of one colour; a number makes it grey."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L" if isinstance(value, int) else "RGB", size, value).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten grey cats of value 51 and five grey apes of value 255."""
    for number in range(10):
        put(tmp_path / "set" / "cat" / f"{number}.png", 51)
    for number in range(5):
        put(tmp_path / "set" / "ape" / f"{number}.bmp", 255)
    return tmp_path / "set"


def test_classes_are_the_folders_sorted(folder: Path) -> None:
    samples = load_samples(folder)
    assert samples.class_names == ("ape", "cat")
    assert samples.picture_shape == (3, 4), "height comes first"
    assert samples.x_train.shape == (12, 12)
    assert np.bincount(samples.y_test).tolist() == [1, 2], "a fifth of each class is set aside"
    np.testing.assert_allclose(samples.x_train[samples.y_train == 1], 0.2, rtol=1e-6)
    np.testing.assert_allclose(samples.x_train[samples.y_train == 0], 1.0)
    assert "resized" not in samples.source
    np.testing.assert_array_equal(load_samples(str(folder)).x_test, samples.x_test)


def test_train_and_test_folders(tmp_path: Path) -> None:
    for part, count in (("train", 3), ("test", 2)):
        for name in ("a", "b"):
            for number in range(count):
                put(tmp_path / part / name / f"{number}.png", number)
    samples = load_samples(tmp_path)
    assert samples.class_names == ("a", "b")
    assert samples.y_train.tolist() == [0, 0, 0, 1, 1, 1]
    assert samples.y_test.tolist() == [0, 0, 1, 1]
    (tmp_path / "test" / "c").mkdir()
    with pytest.raises(DatasetError, match=r"has the class 'c', which .*train has not"):
        load_samples(tmp_path)


def test_test_folder_alone(tmp_path: Path) -> None:
    put(tmp_path / "test" / "a" / "0.png")
    with pytest.raises(DatasetError, match="has a folder test but no folder train"):
        load_samples(tmp_path)


def test_train_folder_alone_is_split(tmp_path: Path) -> None:
    for number in range(10):
        put(tmp_path / "train" / "a" / f"{number}.png", number)
    samples = load_samples(tmp_path)
    assert (len(samples.x_train), len(samples.x_test)) == (8, 2)
    assert samples.class_names == ("a",)


def test_other_sizes_are_resized_and_said(folder: Path) -> None:
    put(folder / "cat" / "large.png", 51, size=(40, 30))
    samples = load_samples(folder)
    assert samples.picture_shape == (3, 4)
    assert "1 of 16 pictures resized to 4 x 3, the size of the first" in samples.source
    np.testing.assert_allclose(samples.x_train[samples.y_train == 1], 0.2, atol=1e-6)


def test_one_coloured_picture_makes_all_coloured(folder: Path) -> None:
    put(folder / "cat" / "red.png", (255, 0, 51))
    samples = load_samples(folder)
    assert samples.picture_shape == (3, 4, 3)
    rows = np.concatenate([samples.x_train, samples.x_test])
    red = np.tile(np.array([1, 0, 0.2], np.float32), 12)
    assert (np.abs(rows - red).max(1) < 1e-6).sum() == 1
    assert (np.abs(rows - 0.2).max(1) < 1e-6).sum() == 10, "grey pictures changed"


def test_kinds_of_pictures(tmp_path: Path) -> None:
    """1-bit, 16-bit, with transparency and with a palette, each white."""
    top = tmp_path / "grey" / "a"
    top.mkdir(parents=True)
    Image.new("1", (2, 2), 1).save(top / "bit.png")
    Image.fromarray(np.full((2, 2), 65535, np.uint16)).save(top / "wide.png")
    Image.new("LA", (2, 2), (255, 255)).save(top / "alpha.png")
    samples = load_samples(tmp_path / "grey")
    assert samples.picture_shape == (2, 2)
    np.testing.assert_allclose(np.concatenate([samples.x_train, samples.x_test]), 1)
    top = tmp_path / "colour" / "a"
    top.mkdir(parents=True)
    Image.new("RGBA", (2, 2), (255, 255, 255, 255)).save(top / "alpha.png")
    Image.new("RGB", (2, 2), (255, 255, 255)).convert("P").save(top / "p.png", transparency=b"\xff")
    Image.new("CMYK", (2, 2), (0, 0, 0, 0)).save(top / "print.jpg")
    samples = load_samples(tmp_path / "colour")
    assert samples.picture_shape == (2, 2, 3)
    np.testing.assert_allclose(np.concatenate([samples.x_train, samples.x_test]), 1, atol=0.01)


def test_hidden_and_system_files_are_ignored(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / "cat" / ".DS_Store").write_bytes(b"x")
    (folder / "cat" / "Thumbs.db").write_bytes(b"x")
    (folder / "readme.txt").write_text("about")
    assert load_samples(folder).class_names == ("ape", "cat")


def test_unreadable_picture_is_named(folder: Path) -> None:
    (folder / "cat" / "notes.txt").write_text("no picture")
    with pytest.raises(DatasetError, match=r"cat/notes.txt is not a picture that Pillow"):
        load_samples(folder)


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tiff"])
def test_truncated_picture_is_named(folder: Path, suffix: str) -> None:
    path = folder / "cat" / f"z.{suffix}"
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (64, 64), dtype=np.uint8)).save(path)
    content = path.read_bytes()
    for length in (0, 10, len(content) // 2):
        path.write_bytes(content[:length])
        with pytest.raises(DatasetError, match=rf"cat/z\.{suffix} "):
            load_samples(folder)


def test_huge_picture_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 8)
    with pytest.raises(DatasetError, match=r"ape/0\.bmp has too many pixels"):
        load_samples(folder)


def test_picture_of_real_numbers(folder: Path) -> None:
    Image.new("F", (4, 3), 0.5).save(folder / "cat" / "f.tiff")
    with pytest.raises(DatasetError, match=r"f\.tiff holds real numbers, expected bytes"):
        load_samples(folder)


def test_empty_places(folder: Path, tmp_path: Path) -> None:
    (folder / "dog").mkdir()
    with pytest.raises(DatasetError, match=r"class folder .*dog is empty, expected pictures"):
        load_samples(folder)
    (tmp_path / "none").mkdir()
    with pytest.raises(DatasetError, match="has no folders in it, expected one folder of pictures"):
        load_samples(tmp_path / "none")


def test_folders_too_deep(folder: Path) -> None:
    with pytest.raises(DatasetError, match=r"has the folder '(ape|cat)' in it.*give the folder"):
        load_samples(folder.parent)


def test_progress_and_cancel(folder: Path) -> None:
    steps: list[Step] = []
    load_samples(folder, progress=Progress(steps.append))
    assert (steps[-1].stage, steps[-1].done, steps[-1].total) == ("reading pictures", 15, 15)
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        load_samples(folder, progress=progress)
