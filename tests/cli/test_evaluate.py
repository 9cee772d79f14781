"""``nnvis evaluate``: the pruning table and its CSV."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

from cli import models
from cli.running import QUICK_PROCESS, Programs, assert_refused, tree

QUICK_BUNDLE = (
    *("bundle", "run", "--no-pictures"),
    *("--processing.edge-bandwidth-reduction", "0.2"),
)
SCORES = ["combined", "unit", "edge", "magnitude", "random"]


def test_table(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    before = tree(tmp_path)
    done = nnvis.run("evaluate", "run", cwd=tmp_path)
    assert done.code == 0, str(done)
    assert done.err == "", str(done)
    lines = done.out.splitlines()
    assert lines[1].split() == ["removed", *SCORES], f"the head of the table: {lines[1]}"
    rows = [line.split() for line in lines[2:9]]
    assert [row[:2] for row in rows] == [[str(n), "%"] for n in (0, 50, 60, 70, 80, 90, 95)]
    assert all(0 <= float(value) <= 1 for row in rows for value in row[2:])
    assert len(set(rows[0][2:])) == 1, "with nothing removed all scores must agree"
    assert tree(tmp_path) == before, "looking at a run changed it"


def test_csv_and_percent(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    words = ("--percent", "0", "--percent", "90", "--csv", "table.csv")
    done = nnvis.run("evaluate", "run", *words, cwd=tmp_path)
    assert done.code == 0, str(done)
    with (tmp_path / "table.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert head[:5] == ["score", "percent", "accuracy", "recall 0", "recall 1"]
    assert len(head) == 3 + 2 * 7
    assert [(row[0], float(row[1])) for row in rows] == [(s, p) for s in SCORES for p in (0, 90)]
    assert "table: table.csv" in done.out


def test_csv_in_a_missing_folder(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    before = tree(tmp_path)
    words = ("--percent", "0", "--csv", "no/table.csv")
    assert_refused(nnvis.run("evaluate", "run", *words, cwd=tmp_path), 1, "no/table.csv")
    assert tree(tmp_path) == before


def test_percent_out_of_range(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    done = nnvis.run("evaluate", "run", "--percent", "101", cwd=tmp_path)
    assert_refused(done, 2, "percent", "0 to 100", "101")


def test_model_of_the_user_must_be_named(nnvis: Programs, tmp_path: Path) -> None:
    shutil.copy(Path(models.__file__), tmp_path / "mymodels.py")
    words = ("--data", "blobs", "--out", "run", "--no-pictures", *QUICK_PROCESS)
    assert nnvis.run("process", "mymodels:dense", *words, cwd=tmp_path).code == 0
    assert_refused(nnvis.run("evaluate", "run", cwd=tmp_path), 1, "--model")
    words = ("--model", "mymodels:dense", "--percent", "50")
    done = nnvis.run("evaluate", "run", *words, cwd=tmp_path)
    assert done.code == 0, str(done)
    assert "50 %" in done.out


def test_run_that_describes_itself_in_other_words(
    nnvis: Programs, run: Path, tmp_path: Path
) -> None:
    """From Python any value may describe model, samples and settings."""
    path = run / "run.json"
    described = json.loads(path.read_text())
    for changed, code, said in (
        ({"dataset": "photographs"}, 2, "--data"),
        ({"dataset": None}, 2, "--data"),
        ({"model": "my model"}, 1, "--model"),
        ({"model": {"kind": "mlp"}}, 1, "--model"),
        ({"model": {"kind": "mlp", "sizes": "2-5-7"}}, 1, "--model"),
    ):
        path.write_text(json.dumps(described | changed))
        done = nnvis.run("evaluate", "run", "--percent", "0", cwd=tmp_path)
        assert_refused(done, code, said)
    path.write_text(json.dumps(described | {"dataset": "blobs", "config": "as always"}))
    for words in (("evaluate", "run", "--data", "blobs", "--percent", "0"), QUICK_BUNDLE):
        done = nnvis.run(*words, cwd=tmp_path)
        assert done.code == 0, str(done)
