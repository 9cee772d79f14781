"""``nnvis fingerprint``: table, phases, figures and files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from cli.running import Programs, assert_refused, tree
from PIL import Image

import nnvis
from nnvis.model import EpochRecord, Probe

FIGURES = ("distance", "measures", "raw_distance", "recurrence", "transitions")
TABLES = ("distance", "epochs", "measures", "phases", "raw_distance", "transitions", "windows")


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A run of 16 epochs whose accuracy falls at epoch 9."""
    run = nnvis.Run.create(tmp_path / "trained", ["0", "1", "2"])
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 60)
    for epoch in range(16):
        wrong = rng.random(60) < (0.7 if epoch == 9 else 0.4 / (epoch + 1))
        prediction = np.where(wrong, rng.integers(0, 3, 60), truth).astype(np.int32)
        probability = np.eye(3, dtype=np.float16)[prediction]
        accuracy = float((prediction == truth).mean())
        run.save_epoch(
            EpochRecord(epoch, prediction, probability, numbers={"test_accuracy": accuracy})
        )
    return run.path


def test_table_and_files(nnvis: Programs, trained: Path, tmp_path: Path) -> None:
    done = nnvis.run("fingerprint", "trained", "--csv", cwd=tmp_path)
    assert done.code == 0, str(done)
    assert done.err == "", str(done)
    lines = done.out.splitlines()
    assert lines[0] == "16 epochs (0 to 15), 60 probe samples, 3 classes"
    assert lines[2].split()[:5] == ["band", "RR", "DET", "L", "L_max"]
    assert lines[3].startswith("[0, 0.05)"), str(done)
    assert "…" not in lines[3], "a number is cut short"
    assert "forgetting, epochs 9 to 9: test_accuracy falls" in done.out
    names = {path.name for path in (trained / "figures").iterdir()}
    kinds = ("png", "svg", "pdf")
    wanted = {f"fingerprint_{name}.{kind}" for name in FIGURES for kind in kinds}
    wanted |= {f"fingerprint_{name}.csv" for name in TABLES} | {"fingerprint.json"}
    assert names == wanted
    for name in FIGURES:
        with Image.open(trained / "figures" / f"fingerprint_{name}.png") as picture:
            assert picture.width >= 1000, f"{name} is too small for a column"
        text = (trained / "figures" / f"fingerprint_{name}.svg").read_text()
        assert "<text" in text, f"{name}.svg has no text that can be searched"
        assert "trained: epochs 0–15" in text, f"{name} has no caption"


def test_numbers_are_those_of_python(nnvis: Programs, trained: Path, tmp_path: Path) -> None:
    from nnvis import Run, fingerprint_run
    from nnvis.fingerprint import MEASURES

    words = ("--width", "0.25", "--l-min", "3", "--v-min", "3", "--theiler", "1", "--window", "9")
    done = nnvis.run(
        *("fingerprint", "trained", "--csv", "--out", "there", "--no-pictures", *words),
        cwd=tmp_path,
    )
    assert done.code == 0, str(done)
    assert not (trained / "figures").exists()
    found = fingerprint_run(Run.open(trained), 0.25, 3, 3, 1, 9)
    with (tmp_path / "there" / "fingerprint_measures.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    for row, band in zip(rows, found.bands, strict=True):
        for name in MEASURES:
            assert float(row[name]) == getattr(band, name), name
    plain = json.loads((tmp_path / "there" / "fingerprint.json").read_text())
    assert plain == json.loads(json.dumps(found.to_dict()))
    with (tmp_path / "there" / "fingerprint_transitions.csv").open(newline="") as file:
        assert sum(int(row["samples"]) for row in csv.DictReader(file)) == 15 * 60


def test_a_missing_epoch_is_told_and_the_rest_shown(
    nnvis: Programs, trained: Path, tmp_path: Path
) -> None:
    (trained / "epochs" / "00004.safetensors").unlink()
    done = nnvis.run("fingerprint", "trained", "--no-pictures", cwd=tmp_path)
    assert done.code == 0, str(done)
    assert "Note: Nothing usable is recorded between epochs 3 and 5" in done.out


def test_bad_input(nnvis: Programs, trained: Path, tmp_path: Path) -> None:
    before = tree(tmp_path)
    for words, code, said in (
        (("--width", "0"), 2, "width must be between"),
        (("--window", "99"), 2, "window must be at most 15"),
        (("--l-min", "0"), 2, "l_min"),
        (("--theiler", "-1"), 2, "theiler"),
    ):
        done = nnvis.run("fingerprint", "trained", *words, cwd=tmp_path)
        assert_refused(done, code, said)
    assert tree(tmp_path) == before, "a refused command left something behind"
    assert_refused(nnvis.run("fingerprint", "nowhere", cwd=tmp_path), 1, "nowhere")
    for path in (trained / "epochs").iterdir():
        path.unlink()
    before = tree(tmp_path)
    done = nnvis.run("fingerprint", "trained", cwd=tmp_path)
    assert_refused(done, 1, "no recorded epoch", "needs two")
    assert tree(tmp_path) == before, "a refused command left something behind"


def alone(folder: Path, classes: int, label: bool = True) -> Path:
    """A run with one epoch of 60 probe samples."""
    rng = np.random.default_rng(1)
    run = nnvis.Run.create(folder, [f"[{number}]" for number in range(classes)])
    truth = rng.integers(0, classes, 60).astype(np.int32)
    prediction = np.where(rng.random(60) < 0.7, truth, 0).astype(np.int32)
    numbers = {"train_loss": 0.25, "odd": float("nan")}
    probability = np.eye(classes, dtype=np.float16)[prediction]
    run.save_epoch(EpochRecord(7, prediction, probability, numbers=numbers))
    if label:
        run.save_probe(Probe(60, truth))
    return run.path


def test_one_epoch_is_told_and_shown(nnvis: Programs, tmp_path: Path) -> None:
    run = alone(tmp_path / "alone", 3)
    done = nnvis.run("fingerprint", "alone", "--csv", cwd=tmp_path)
    assert done.code == 0, str(done)
    assert done.err == "", str(done)
    lines = done.out.splitlines()
    assert lines[0] == "1 epoch (7), 60 probe samples, 3 classes"
    assert lines[1].startswith("Note: The run alone has one recorded epoch (7), but a transition")
    assert lines[1].endswith("needs two; record more with nnvis.Recorder.")
    assert "train_loss: 0.25" in lines
    with (run / "figures" / "fingerprint_confusion.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    prediction, truth = _kept(run)
    for row, line in enumerate(_below(lines, "Predictions by true class")[1:4]):
        counts = [int(((truth == row) & (prediction == as_)).sum()) for as_ in range(3)]
        words = line.split()
        assert words[0] == f"[{row}]", str(done)
        assert [int(word) for word in words[-3:]] == counts
        assert words[2] == f"{counts[row] / sum(counts):.1%}"
        assert [int(rows[row][f"[{as_}]"]) for as_ in range(3)] == counts
    plain = json.loads((run / "figures" / "fingerprint.json").read_text())
    assert plain["epochs"] == [7]
    assert plain["numbers"]["odd"] == [None]
    assert {path.name for path in (run / "figures").iterdir()} == {
        "fingerprint.json",
        *(f"fingerprint_{name}.csv" for name in ("epochs", "classes", "confusion")),
    }


def _below(lines: list[str], title: str) -> list[str]:
    return lines[[line.strip() for line in lines].index(title) + 1 :]


def _kept(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    from nnvis import Run

    run = Run.open(folder)
    return run.load_epoch(7).prediction, run.load_probe().label


def test_one_epoch_of_many_classes_names_the_commonest_mistake(
    nnvis: Programs, tmp_path: Path
) -> None:
    run = alone(tmp_path / "alone", 14)
    done = nnvis.run("fingerprint", "alone", "--out", "there", cwd=tmp_path)
    assert done.code == 0, str(done)
    prediction, truth = _kept(run)
    count = int(((truth == 5) & (prediction == 0)).sum())
    assert count, "the case has no mistake to name"
    (line,) = [each for each in done.out.splitlines() if each.startswith("[5]")]
    assert line.rstrip().endswith(f"[0] ({count})"), str(done)


def test_one_epoch_without_true_classes_counts_predictions(nnvis: Programs, tmp_path: Path) -> None:
    run = alone(tmp_path / "alone", 3, label=False)
    done = nnvis.run("fingerprint", "alone", "--csv", cwd=tmp_path)
    assert done.code == 0, str(done)
    assert "True classes are not known" in done.out
    table = (run / "figures" / "fingerprint_classes.csv").read_text().splitlines()
    assert table[0] == "class,predicted"
    assert sum(int(line.split(",")[1]) for line in table[1:]) == 60
    assert not (run / "figures" / "fingerprint_confusion.csv").exists()
