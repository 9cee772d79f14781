"""Models, samples and settings that cannot be used, through the whole program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cli.running import QUICK, Programs
from faults.common import DEMO, TO_RUN, process_words, refused, save_points


def test_model_that_returns_nan(program: Programs, here: Path) -> None:
    words = process_words("mymodels:not_a_number")
    refused(program, here, 1, ("NaN", "model"), *words)


def test_labels_outside_the_models_classes(program: Programs, here: Path) -> None:
    save_points(here / "points.npz", list(range(9)))
    said = ("label 7", "7 classes", "0 to 6")
    refused(program, here, 1, said, *process_words(data="points.npz"))


def test_labels_outside_the_class_names(program: Programs, here: Path) -> None:
    save_points(here / "points.npz", [0, 1, 2], class_names=np.array(["a", "b"]))
    said = ("points.npz", "label 2", "0 to 1")
    refused(program, here, 1, said, "demo", "--data", "points.npz", *QUICK, *TO_RUN)


@pytest.mark.parametrize("label", [-1, 2**40])
def test_labels_that_are_no_class_numbers(program: Programs, here: Path, label: int) -> None:
    save_points(here / "points.npz", [0, 1, label])
    said = ("points.npz", str(label), "class numbers 0, 1, 2")
    refused(program, here, 1, said, "demo", "--data", "points.npz", *QUICK, *TO_RUN)


def test_class_without_samples(program: Programs, here: Path) -> None:
    save_points(here / "points.npz", [0, 1, 3])
    said = ("2", "no samples")
    refused(program, here, 1, said, "demo", "--data", "points.npz", *QUICK, *TO_RUN)
    save_points(here / "points.npz", [0, 1, 2, 3, 5, 6])
    said = ("'4'", "no samples")
    refused(program, here, 1, said, *process_words(data="points.npz"))


def test_empty_data(program: Programs, here: Path) -> None:
    empty = {"x": np.zeros((0, 2), np.float32), "y": np.zeros(0, np.int64)}
    np.savez(here / "points.npz", **empty)
    (here / "pictures").mkdir()
    (here / "nothing.npz").touch()
    for name, word in (("points.npz", "'x'"), ("pictures", "pictures"), ("nothing.npz", "npz")):
        said = (name, word, "expected")
        refused(program, here, 1, said, "demo", "--data", name, *QUICK, *TO_RUN)


def test_samples_that_the_model_does_not_take(program: Programs, here: Path) -> None:
    save_points(here / "points.npz", list(range(7)), features=3)
    refused(program, here, 1, ("3", "2"), *process_words(data="points.npz"))


def test_as_many_labels_as_samples(program: Programs, here: Path) -> None:
    save_points(here / "points.npz", [0, 1], y=np.zeros(5, np.int64))
    said = ("points.npz", "16 samples", "5 labels")
    refused(program, here, 1, said, "demo", "--data", "points.npz", *QUICK, *TO_RUN)


def test_samples_that_are_not_finite(program: Programs, here: Path) -> None:
    x = np.zeros((16, 2), np.float32)
    x[3, 1] = np.inf
    save_points(here / "points.npz", [0, 1], x=x)
    said = ("points.npz", "not finite", "sample 3")
    refused(program, here, 1, said, "demo", "--data", "points.npz", *QUICK, *TO_RUN)


def test_data_that_is_not_there(program: Programs, here: Path) -> None:
    for data, said in (("blops", ("'blops'", "blobs")), ("no/such.npz", ("no/such.npz",))):
        refused(program, here, 1, said, "demo", "--data", data, *QUICK, *TO_RUN)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"bandwidth": 1}', ("'bandwidth'", "edge_bandwidth_reduction")),
        ('{"sampling_rate": 40}', ("sampling_rate", "5 <= value <= 20", "40")),
        ('{"prune_percentage": 1}', ("prune_percentage", "0 <= value < 1", "got 1")),
        ('{"smoothing": 1}', ("smoothing", "true or false", "got 1")),
        ('{"sampling_rate": "15"}', ("sampling_rate", "a number", "'15'")),
        ('{"sampling_rate": NaN}', ("sampling_rate", "nan")),
        ("[1, 2]", ("JSON object", "list")),
        ('{"sampling_rate": 15', ("not valid JSON",)),
        ("\x00\x01", ("not valid JSON",)),
    ],
)
def test_settings_file(program: Programs, here: Path, text: str, said: tuple[str, ...]) -> None:
    (here / "mine.json").write_text(text)
    given = ("--config", "mine.json")
    refused(program, here, 2, ("mine.json", *said), *DEMO, *given)
    refused(program, here, 2, ("mine.json", *said), "bundle", "runs/mine", *given)


def test_settings_file_that_is_not_there(program: Programs, here: Path) -> None:
    refused(program, here, 2, ("none.json", "No such file"), *DEMO, "--config", "none.json")
    refused(program, here, 2, ("runs", "directory"), *DEMO, "--config", "runs")
