"""The named sources: shapes, balance, seeds, and an import that stays light."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nnvis.datasets import SOURCES, digits, load_samples
from nnvis.errors import DatasetError
from nnvis.model import Samples

# Of the pixels and labels as drawn; a change of the shipped digits changes every published number.
PIXELS = "e87c1cc4e4fd556ba84181a3b4cefe21ee7c4216dff3a8307355d368d8602193"
LOCAL = [name for name in SOURCES if name not in ("mnist", "cifar10")]


def assert_sound(samples: Samples) -> None:
    for x, y in ((samples.x_train, samples.y_train), (samples.x_test, samples.y_test)):
        assert x.dtype == np.float32
        assert y.dtype == np.int64
        assert x.ndim == 2
        assert len(x) == len(y) > 0
        assert x.flags["C_CONTIGUOUS"]
        assert np.isfinite(x).all()
        assert set(np.unique(y)) == set(range(len(samples.class_names))), "a class is missing"
    if samples.picture_shape is not None:
        assert samples.x_train.shape[1] == np.prod(samples.picture_shape)
        assert samples.x_train.min() >= 0
        assert samples.x_train.max() <= 1
    assert samples.source


@pytest.mark.parametrize("name", LOCAL)
def test_every_source_is_sound_and_seeded(name: str) -> None:
    samples, again = load_samples(name, seed=3), load_samples(name, seed=3)
    assert_sound(samples)
    for part in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(
            getattr(samples, part), getattr(again, part), err_msg=f"{name}: the seed is ignored"
        )
    if name != "digits":
        other = load_samples(name, seed=4)
        assert not np.array_equal(samples.x_train, other.x_train), f"{name}: seeds do not matter"


def test_digits_are_even_and_unchanged() -> None:
    samples = load_samples()
    assert samples.x_train.shape == (10_000, 784)
    assert samples.x_test.shape == (2_000, 784)
    assert samples.picture_shape == (28, 28)
    assert samples.class_names == tuple("0123456789")
    assert np.bincount(samples.y_train).tolist() == [1_000] * 10
    assert np.bincount(samples.y_test).tolist() == [200] * 10
    assert samples.x_train.max() == 1.0
    whole = b"".join(
        np.rint(x * 255).astype(np.uint8).tobytes() + y.astype(np.uint8).tobytes()
        for x, y in ((samples.x_train, samples.y_train), (samples.x_test, samples.y_test))
    )
    assert hashlib.sha256(whole).hexdigest() == PIXELS, "the shipped digits changed"


def test_digits_are_real_and_learnable() -> None:
    """The nearest class mean already finds most digits, so rows and labels belong together."""
    samples = load_samples()
    means = np.stack([samples.x_train[samples.y_train == digit].mean(0) for digit in range(10)])
    distance = ((samples.x_test[:, None] - means) ** 2).sum(-1)
    accuracy = (distance.argmin(1) == samples.y_test).mean()
    assert accuracy > 0.75, f"nearest mean finds {accuracy:.0%}; labels may be shuffled"


def test_digits_are_small_licensed_and_quick() -> None:
    assert digits.FILE.stat().st_size < 2_500_000
    licence = digits.FILE.with_name("digits_licence.txt").read_text(encoding="utf-8")
    for words in ("LeCun", "Cortes", "NIST", "Attribution-ShareAlike 3.0", "Changes", "subset"):
        assert words in licence, f"the licence note does not mention {words}"
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        load_samples()
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.3, f"the digits take {min(seconds):.2f} s to load"


def test_damaged_installation_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = digits.FILE.read_bytes()
    damaged = tmp_path / "digits.npz"
    monkeypatch.setattr(digits, "FILE", damaged)
    for length in (None, 0, 100, len(content) // 2):
        if length is not None:
            damaged.write_bytes(content[:length])
        with pytest.raises(DatasetError, match="install nnvis again"):
            load_samples()


def test_toys_have_their_shapes() -> None:
    blobs, moons, spirals = (load_samples(name) for name in ("blobs", "moons", "spirals"))
    assert blobs.x_train.shape == (1400, 2)
    assert len(blobs.class_names) == 7
    assert len(moons.class_names) == 2
    assert len(spirals.class_names) == 3
    assert blobs.picture_shape is moons.picture_shape is spirals.picture_shape is None
    small = load_samples("sklearn-digits")
    assert small.picture_shape == (8, 8)
    assert len(small.x_train) + len(small.x_test) == 1797
    assert np.ptp(np.bincount(small.y_test)) <= 2, "the test part is not even over classes"


@pytest.mark.parametrize("source", ["digit", "", "cifar"])
def test_unknown_source_lists_the_known(source: str) -> None:
    with pytest.raises(DatasetError, match=f"Unknown samples '{source}'; known are digits, mnist"):
        load_samples(source)


def test_path_of_nothing_and_of_something_else(tmp_path: Path) -> None:
    for missing in (tmp_path / "none", str(tmp_path / "none"), Path("none")):
        with pytest.raises(DatasetError, match="There is no file or folder"):
            load_samples(missing)
    with pytest.raises(DatasetError, match=r"There is no file .*none\.npz"):
        load_samples(tmp_path / "none.npz")
    (tmp_path / "a.csv").write_text("1,2")
    with pytest.raises(DatasetError, match="neither a folder of pictures nor an"):
        load_samples(tmp_path / "a.csv")
    with pytest.raises(DatasetError, match="seed of the samples must be 0 or more, got -1"):
        load_samples("blobs", seed=-1)


def test_importing_is_light() -> None:
    script = (
        "import sys, nnvis.datasets, nnvis.store; "
        "heavy = {'torch', 'sklearn', 'PIL', 'pooch', 'requests', 'matplotlib', 'numba'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]", f"import nnvis.datasets also loads {found.stdout}"
