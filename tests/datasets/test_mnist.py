"""MNIST from a folder, the cache or mirrors; damaged files; never the network."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pooch
import pytest
import requests

from nnvis.datasets import download, load_samples, make_digits, mnist
from nnvis.datasets.digits import FILE
from nnvis.datasets.idx import read_idx
from nnvis.errors import Cancelled, DatasetError
from nnvis.progress import Progress, Step

COUNTS = {"train": 20, "t10k": 10}


def idx_bytes(array: np.ndarray) -> bytes:
    head = bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


def write_mnist(folder: Path, packed: bool = True) -> None:
    """A tiny MNIST: picture n of a part is all n, its label n modulo 10."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in mnist.FILES:
        numbers = np.arange(COUNTS[name.split("-")[0]], dtype=np.uint8)
        pictures = np.tile(numbers[:, None, None], (1, 28, 28))
        content = idx_bytes(pictures if "images" in name else numbers % 10)
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No data folder, an empty cache and no way out."""

    def refuse(*arguments: Any, **options: Any) -> None:
        raise requests.ConnectionError("no way out of the tests")

    monkeypatch.delenv("NNVIS_DATA", raising=False)
    monkeypatch.setattr(requests, "get", refuse)
    monkeypatch.setattr(mnist, "cache_folder", lambda: tmp_path / "cache")


@pytest.mark.parametrize("below", ["", "mnist", "MNIST/raw"])
@pytest.mark.parametrize("packed", [True, False])
def test_folder_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str, packed: bool
) -> None:
    write_mnist(tmp_path / "data" / below, packed)
    monkeypatch.setenv("NNVIS_DATA", str(tmp_path / "data"))
    samples = load_samples("mnist")
    assert samples.x_train.shape == (20, 784)
    assert samples.x_test.shape == (10, 784)
    assert samples.picture_shape == (28, 28)
    assert samples.y_train.tolist() == [*range(10), *range(10)]
    np.testing.assert_allclose(samples.x_train[:, 5], np.arange(20) / 255, rtol=1e-6)


def test_folder_that_is_not_there_or_lacks_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNVIS_DATA", str(tmp_path / "none"))
    with pytest.raises(DatasetError, match=r"NNVIS_DATA is .*none', expected an existing folder"):
        load_samples("mnist")
    write_mnist(tmp_path / "data")
    (tmp_path / "data" / "t10k-labels-idx1-ubyte.gz").unlink()
    monkeypatch.setenv("NNVIS_DATA", str(tmp_path / "data"))
    with pytest.raises(DatasetError, match="has neither t10k-labels-idx1-ubyte"):
        load_samples("mnist")


def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"Cannot fetch train-images.*no connection") as caught:
        load_samples("mnist")
    message = str(caught.value)
    assert "NNVIS_DATA" in message
    assert "'digits', which need no network" in message
    assert "\n" not in message
    left = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert left == [], f"a failed fetch left {left}"


class Served:
    """What ``requests.get`` gives: one file in pieces."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.headers = {"content-length": str(len(content))}

    def raise_for_status(self) -> None:
        pass

    def iter_content(self, chunk_size: int) -> list[bytes]:
        return [self.content[i : i + 1000] for i in range(0, len(self.content), 1000)]


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The second mirror works; returns the addresses that were asked."""
    write_mnist(tmp_path / "mirror")
    files = {path.name: path.read_bytes() for path in (tmp_path / "mirror").iterdir()}
    digests = {n: hashlib.sha256(files[f"{n}.gz"]).hexdigest() for n in mnist.FILES}
    monkeypatch.setattr(mnist, "FILES", digests)
    asked: list[str] = []

    def get(url: str, **options: Any) -> Served:
        asked.append(url)
        if url.startswith(mnist.MIRRORS[0]):
            raise requests.ConnectionError("down")
        return Served(files[url.rpartition("/")[2]])

    monkeypatch.setattr(requests, "get", get)
    return asked


def test_fetched_once_from_the_mirror_that_works(
    mirror: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    steps: list[Step] = []
    level = pooch.get_logger().level
    samples = load_samples("mnist", progress=Progress(steps.append))
    assert samples.x_train.shape == (20, 784)
    assert len(mirror) == 8, "each file is asked of the first mirror, then of the second"
    assert [(step.done, step.total) for step in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    load_samples("mnist")
    assert len(mirror) == 8, "files in the cache were fetched again"
    shown = capsys.readouterr()
    assert pooch.get_logger().level == level, "the level of pooch's log was not restored"
    assert shown.out + shown.err == "", "a piped program shows no bar and no log"


def test_tampered_file_is_refused(
    mirror: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mnist, "FILES", dict.fromkeys(mnist.FILES, "0" * 64))
    with pytest.raises(DatasetError, match="the file there is not the published one"):
        load_samples("mnist")
    left = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert left == [], f"a refused file stayed in the cache: {left}"


def test_fetching_can_be_cancelled(mirror: list[str], tmp_path: Path) -> None:
    progress = Progress(lambda step: progress.cancel())
    with pytest.raises(Cancelled):
        load_samples("mnist", progress=progress)
    found = [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert found == ["train-images-idx3-ubyte.gz"], "what was complete stays, nothing else"


def test_cache_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    monkeypatch.setattr(mnist, "cache_folder", lambda: tmp_path / "plain" / "cache")
    with pytest.raises(DatasetError, match=r"Cannot keep .* in the cache .*NNVIS_DATA"):
        load_samples("mnist")


def test_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch, mirror: list[str], capsys: Any) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    load_samples("mnist")
    assert "Fetching train-images-idx3-ubyte.gz" in capsys.readouterr().err


def test_mirrors_and_digests_are_the_published_ones() -> None:
    assert mnist.FILES["train-images-idx3-ubyte"].startswith("440fcabf73cc546f")
    assert mnist.FILES["t10k-labels-idx1-ubyte"].startswith("f7ae60f92e00ec6d")
    assert all(address.startswith("https://") for address in mnist.MIRRORS)
    assert download.cache_folder().name == "nnvis"


IMAGE = idx_bytes(np.zeros((3, 28, 28), np.uint8))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "begins with nothing, expected 00 00 08 03"),
        (b"\x89PNG and so on", "begins with 89 50 4e 47, expected 00 00 08 03"),
        (idx_bytes(np.zeros(3, np.uint8)), "begins with 00 00 08 01"),
        (IMAGE[:10], "ends within its header"),
        (IMAGE[:-1], "promises 2,352 bytes after its header but holds 2,351"),
        (IMAGE + b"x", "but holds more"),
        (bytes((0, 0, 8, 3)) + b"\xff" * 12, "promises 4294967295 x 4294967295"),
        (bytes((0, 0, 8, 3)) + b"\x00" * 12, "promises 0 x 0 x 0"),
        (gzip.compress(IMAGE, mtime=0)[:-20], "truncated or damaged"),
        (gzip.compress(IMAGE, mtime=0)[:-8] + bytes(8), "truncated or damaged"),
        (gzip.compress(IMAGE[:-5], mtime=0), "promises 2,352 bytes"),
    ],
    ids=[
        "empty",
        "png",
        "one axis",
        "short header",
        "short",
        "long",
        "huge",
        "nothing",
        "short gzip",
        "false checksum",
        "short inside gzip",
    ],
)
def test_damaged_idx_files(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=words) as caught:
        read_idx(path, 3)
    assert str(path) in str(caught.value), "the message does not name the file"


def test_pictures_of_another_size_and_missing_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNVIS_DATA", str(tmp_path))
    write_mnist(tmp_path)
    path = tmp_path / "train-labels-idx1-ubyte.gz"
    path.write_bytes(idx_bytes(np.zeros(7, np.uint8)))
    with pytest.raises(DatasetError, match="20 training samples but 7 labels"):
        load_samples("mnist")
    path.write_bytes(idx_bytes(np.full(20, 11, np.uint8)))
    with pytest.raises(DatasetError, match="label 11, expected class numbers 0 to 9"):
        load_samples("mnist")
    write_mnist(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(idx_bytes(np.zeros((10, 9, 9), np.uint8)))
    with pytest.raises(DatasetError, match=r"test pictures of shape \(9, 9\), expected \(28, 28\)"):
        load_samples("mnist")


def test_digits_are_made_from_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn evenly and repeatably; from the full set, exactly the shipped file comes out."""
    write_mnist(tmp_path)
    monkeypatch.setattr(make_digits, "PER_CLASS", {"train": 2, "test": 1})
    with pytest.raises(DatasetError, match="Set NNVIS_DATA"):
        make_digits.digit_arrays()
    monkeypatch.setenv("NNVIS_DATA", str(tmp_path))
    monkeypatch.setattr(make_digits, "FILE", tmp_path / "digits.npz")
    contents = []
    for _ in range(2):
        make_digits.main()
        contents.append((tmp_path / "digits.npz").read_bytes())
    assert contents[0] == contents[1], "making the digits twice gives different files"
    with np.load(tmp_path / "digits.npz", allow_pickle=False) as file:
        assert np.bincount(file["y_train"]).tolist() == [2] * 10
        assert np.bincount(file["y_test"]).tolist() == [1] * 10
        np.testing.assert_array_equal(file["x_train"][:, 0, 0] % 10, file["y_train"])


_REAL = os.environ.get("NNVIS_DATA")


@pytest.mark.skipif(not _REAL, reason="NNVIS_DATA names no folder with the full MNIST")
def test_shipped_digits_come_from_the_full_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNVIS_DATA", str(_REAL))
    if mnist.local_folder() is None:
        pytest.skip("NNVIS_DATA holds no MNIST")
    with np.load(FILE, allow_pickle=False) as shipped:
        for name, array in make_digits.digit_arrays().items():
            np.testing.assert_array_equal(shipped[name], array, err_msg=name)
