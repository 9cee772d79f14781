"""``nnvis signatures``: table, figures and files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from cli.running import Programs, assert_refused, tree
from PIL import Image

TABLES = ("table", "links", "counts", "samples")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_table_and_files(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    words = ("--clusters", "4", "--csv", "--rows", "3")
    done = nnvis.run("signatures", "run", *words, cwd=tmp_path)
    assert done.code == 0, str(done)
    assert done.err == "", str(done)
    lines = done.out.splitlines()
    assert lines[0].startswith("fc1 ("), lines[0]
    assert "correctly classified training samples" in lines[0]
    head = next(line for line in lines if line.startswith("input class"))
    assert head.split() == ["input", "class", "fc1", "predicted", "samples", "share"]
    assert "paths, with" in done.out
    assert "are left out" in done.out
    names = {path.name for path in (run / "figures").iterdir() if "signatures" in path.name}
    wanted = {"signatures.json", *(f"signatures_{name}.csv" for name in TABLES)}
    for figure in ("sankey", "clusters"):
        wanted |= {f"signatures_{figure}.{kind}" for kind in ("png", "svg", "pdf")}
        with Image.open(run / "figures" / f"signatures_{figure}.png") as picture:
            assert picture.width >= 1000
        text = (run / "figures" / f"signatures_{figure}.svg").read_text()
        assert "<text" in text
        assert "run: 4 clusters a layer" in text, "the figure has no caption"
    assert names == wanted


def test_files_agree_in_every_count(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    words = ("--clusters", "3", "--bins", "5", "--csv", "--out", "there", "--no-pictures")
    done = nnvis.run("signatures", "run", *words, "--group", "predicted", cwd=tmp_path)
    assert done.code == 0, str(done)
    plain = json.loads((tmp_path / "there" / "signatures.json").read_text())
    tables = {name: rows_of(tmp_path / "there" / f"signatures_{name}.csv") for name in TABLES}
    total = plain["test"]["samples"]
    assert len(tables["samples"]) == total
    assert sum(int(row["occurrences"]) for row in tables["table"]) == total
    assert sum(int(row["occurrences"]) for row in tables["links"]) == 2 * total
    for k, counts in enumerate(plain["test"]["counts"][0]):
        name = plain["test"]["input_classes"][k]["name"]
        for cluster, count in enumerate(counts):
            of_table = sum(
                int(row["occurrences"])
                for row in tables["table"]
                if (row["input_class"], row["cluster_fc1"]) == (name, str(cluster))
            )
            of_links = sum(
                int(row["occurrences"])
                for row in tables["links"]
                if (row["from"], row["source"], row["target"])
                == ("input class", name, str(cluster))
            )
            of_samples = sum(
                (row["input_class"], row["cluster_fc1"]) == (name, str(cluster))
                for row in tables["samples"]
            )
            assert of_table == of_links == of_samples == count
    assert plain["settings"] == {"clusters": 3, "bins": 5, "seed": 0}


def test_grouped_sorted_and_of_some_classes(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    words = ("--no-pictures", "--group", "signature", "--sort", "signature", "--reverse")
    done = nnvis.run("signatures", "run", *words, "--classes", "0", "2", cwd=tmp_path)
    assert done.code == 0, str(done)
    assert "Paths by signature" in done.out
    lines = done.out.splitlines()
    at = next(k for k, line in enumerate(lines) if line.startswith("input class"))
    rows = [line for line in lines[at + 1 :] if line[:1] in ("0", "2")]
    assert rows
    assert all(line[:1] not in ("1", "3", "4", "5", "6") for line in lines[at + 1 : at + 3])
    done = nnvis.run("signatures", "run", "--no-pictures", "--samples", "train", cwd=tmp_path)
    assert done.code == 0, str(done)


def test_a_path_is_lit_and_its_samples_listed(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    words = ("--path", "*>0>*", "--formats", "svg", "--out", "there")
    done = nnvis.run("signatures", "run", *words, cwd=tmp_path)
    assert done.code == 0, str(done)
    assert "Path *>0>*: " in done.out
    assert "fc1, cluster 0: raises most the units" in done.out
    assert {path.name for path in (tmp_path / "there").iterdir()} == {
        "signatures.json",
        "signatures_sankey.svg",
        "signatures_clusters.svg",
    }


def test_classes_never_trained_on(nnvis: Programs, tmp_path: Path) -> None:
    from cli.running import QUICK

    words = ("--data", "blobs", "--out", "run", "--no-pictures", "--classes", *"01245")
    assert nnvis.run("demo", *words, *QUICK, cwd=tmp_path).code == 0
    done = nnvis.run(
        "signatures", "run", "--clusters", "3", "--no-pictures", "--rows", "500", cwd=tmp_path
    )
    assert done.code == 0, str(done)
    assert "There are no training samples of the classes '3', '6'." in done.out
    entries = {line.split()[0] for line in done.out.splitlines() if line[:1].isdigit()}
    assert {"3", "6"} <= entries, "test samples of other classes are not shown"


def test_test_samples_from_elsewhere(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    import numpy as np

    names = np.array(["ant", "bee"])
    x = np.random.default_rng(0).random((20, 2)).astype(np.float32)
    np.savez(tmp_path / "other.npz", x=x, y=np.arange(20) % 2, class_names=names)
    done = nnvis.run("signatures", "run", "--no-pictures", "--test-data", "other.npz", cwd=tmp_path)
    assert done.code == 0, str(done)
    assert "bee" in done.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--clusters", "1"), 2, "clusters must be a whole number from 2 on, got 1"),
        (("--bins", "1"), 2, "bins must be a whole number from 2 on, got 1"),
        (("--layers", "fc9"), 1, "no layer 'fc9'; it has fc1, relu1, fc2"),
        (("--clusters", "99999"), 1, "fewer than the 99999 clusters"),
        (("--path", "0>1"), 2, "has 2 steps, expected 3"),
        (("--classes", "dog"), 2, "no input class 'dog'"),
        (("--rows", "-1"), 2, "rows must be 0 or more"),
        (("--gather", "7"), 2, "gather must be a share from 0 to 1"),
        (("--group", "colour"), 2, "group"),
        (("--test-data", "nowhere.npz"), 1, "nowhere.npz"),
        (("--test-data", "digits"), 1, "cannot take samples of the shape"),
    ],
)
def test_bad_input(
    nnvis: Programs, run: Path, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    before = tree(tmp_path)
    assert_refused(nnvis.run("signatures", "run", *words, cwd=tmp_path), code, said)
    assert tree(tmp_path) == before, "a refused command left something behind"


def test_a_run_without_a_model(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    (run / "model.safetensors").unlink()
    done = nnvis.run("signatures", "run", cwd=tmp_path)
    assert_refused(done, 1, "holds no model; make one with nnvis process")
    assert_refused(nnvis.run("signatures", "none", cwd=tmp_path), 1, "none")
