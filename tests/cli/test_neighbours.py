"""``nnvis neighbours``: table, figures, files and refusals."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from cli.running import Programs, assert_refused, tree
from neighbours.recorded import make_run

from nnvis import Run, neighbours_run

FIGURES = ("confidence", "distance", "overlap", "pictures")
TABLES = ("distance", "nearest", "samples", "transitions")


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    return make_run(tmp_path / "trained", 16).path


def test_table_and_files(nnvis: Programs, trained: Path, tmp_path: Path) -> None:
    done = nnvis.run(
        *("neighbours", "trained", "--layer", "fc2", "--k", "5", "--csv"),
        *("--formats", "png", "svg", "--first", "1"),
        cwd=tmp_path,
    )
    assert done.code == 0, str(done)
    assert done.err == "", str(done)
    lines = done.out.splitlines()
    assert lines[0].startswith("16 epochs (0 to 15), 60 of 60 probe samples, 5 neighbours of each")
    assert lines[2].split()[:2] == ["epochs", "mean"]
    assert lines[3].startswith("0 → 1")
    assert "12 of 15 transitions; --csv writes all of them." in done.out
    names = {path.name for path in (trained / "figures").iterdir()}
    wanted = {f"neighbours_{name}.{kind}" for name in FIGURES for kind in ("png", "svg")}
    wanted |= {f"neighbours_{name}.csv" for name in TABLES} | {"neighbours.json"}
    assert names == wanted
    text = (trained / "figures" / "neighbours_confidence.svg").read_text()
    assert "confidence at epoch 1<" in text


def test_numbers_are_those_of_python(nnvis: Programs, trained: Path, tmp_path: Path) -> None:
    done = nnvis.run(
        *("neighbours", "trained", "--metric", "cosine", "--k", "4", "--csv", "--no-pictures"),
        *("--class", "dog", "--class", "cat", "--samples", "0-9,40", "--out", "there"),
        cwd=tmp_path,
    )
    assert done.code == 0, str(done)
    assert not (trained / "figures").exists()
    chosen = [n for n in (*range(10), 40) if n % 3 != 2]
    found = neighbours_run(Run.open(trained), None, 4, "cosine", chosen)
    plain = json.loads((tmp_path / "there" / "neighbours.json").read_text())
    assert plain == json.loads(json.dumps(found.to_dict()))

    def rows(name: str) -> list[dict[str, str]]:
        with (tmp_path / "there" / f"neighbours_{name}.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    means = [float(row["mean"]) for row in rows("transitions")]
    np.testing.assert_array_equal(means, found.overlap.mean(axis=1))
    dogs = [float(row["class dog"]) for row in rows("transitions")]
    np.testing.assert_array_equal(dogs, found.of_class(1).mean(axis=1))
    last = [row for row in rows("samples") if row["epoch"] == "15"]
    assert [int(row["sample"]) for row in last] == chosen
    assert [float(row["confidence"]) for row in last] == found.confidence[-1].tolist()
    near = [row for row in rows("nearest") if row["epoch"] == "15"]
    assert [int(row["nearest_1"]) for row in near] == found.neighbours[-1, :, 0].tolist()
    assert len(rows("distance")) == 15


def test_without_pictures_the_rest_is_drawn(nnvis: Programs, tmp_path: Path) -> None:
    make_run(tmp_path / "blind", 3, pictures=False)
    done = nnvis.run("neighbours", "blind", "--formats", "svg", cwd=tmp_path)
    assert done.code == 0, str(done)
    assert "Note: The neighbours of a sample are not drawn: The run keeps no pictures" in done.out
    names = {path.name for path in (tmp_path / "blind" / "figures").glob("*.svg")}
    assert names == {f"neighbours_{name}.svg" for name in FIGURES if name != "pictures"}


def test_bad_input(nnvis: Programs, trained: Path, tmp_path: Path) -> None:
    before = tree(tmp_path)
    for words, code, said in (
        (("--layer", "fc9"), 2, "it has fc1, fc2"),
        (("--k", "60"), 2, "less than the number of samples, got 60 for 60 samples"),
        (("--k", "0"), 2, "k must be a whole number from 1 on"),
        (("--metric", "l1"), 2, "metric must be euclidean or cosine"),
        (("--method", "fast"), 2, "method must be exact or approximate, got 'fast'"),
        (("--samples", "60"), 2, "samples must be from 0 to 59, got 60"),
        (("--samples", "a-b"), 2, "numbers and ranges such as 0-99,150, got 'a-b'"),
        (("--samples", "9-3"), 2, "give the smaller end first"),
        (("--class", "fish"), 2, "class must be one of cat, dog, bird, got 'fish'"),
        (("--class", "cat", "--samples", "1,2"), 2, "has none of class cat"),
        (("--sample", "61"), 2, "sample must be one of the 60 chosen samples"),
        (("--second", "99"), 2, "recorded and usable (0, 1, 2, …, 15), got 99"),
        (("--formats", "gif"), 2, "gif"),
    ):
        done = nnvis.run("neighbours", "trained", *words, cwd=tmp_path)
        assert_refused(done, code, said)
    assert tree(tmp_path) == before, "a refused command left something behind"
    assert_refused(nnvis.run("neighbours", "nowhere", cwd=tmp_path), 1, "nowhere")
    for path in sorted((trained / "epochs").iterdir())[1:]:
        path.unlink()
    done = nnvis.run("neighbours", "trained", cwd=tmp_path)
    assert_refused(done, 1, "one recorded epoch", "needs two")
