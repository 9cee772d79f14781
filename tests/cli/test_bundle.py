"""``nnvis bundle``: the same run again with other settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.running import Programs, assert_refused, tree

from nnvis import Run

QUICK_BUNDLE = ("--no-pictures", "--processing.edge-bandwidth-reduction", "0.2")


def test_other_settings_give_another_network(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    earlier = Run.open(run)
    coarse = earlier.load_network()
    words = ("--processing.sampling-rate", "20")
    done = nnvis.run("bundle", "run", *QUICK_BUNDLE, *words, cwd=tmp_path)
    assert done.code == 0, f"bundling again failed: {done}"
    assert done.err == "", str(done)
    fine = Run.open(run).load_network()
    assert fine.point_count > 3 * coarse.point_count, "the sampling rate made no difference"
    assert fine.config["processing"]["sampling_rate"] == 20
    kept = fine.config["processing"]["node_bandwidth_reduction"]
    assert kept == 0.2, "a setting of the run was forgotten"


def test_measures_are_among_the_last_lines_and_in_the_run(
    nnvis: Programs, run: Path, tmp_path: Path
) -> None:
    words = ("--processing.prune-percentage", "0.5")
    done = nnvis.run("bundle", "run", *QUICK_BUNDLE, *words, cwd=tmp_path)
    assert done.code == 0, str(done)
    last = "\n".join(done.out.splitlines()[-9:])
    stored = json.loads((run / "run.json").read_text())
    quality = stored["bundling"]
    assert f"{quality['ink']:.3f}" in last, f"no ink in the last lines: {last}"
    assert f"{quality['mean_distortion']:.3f}" in last, f"no distortion: {last}"
    assert f"{quality['purity']:.3f}, {quality['purity_gap']:+.3f}" in last, f"no purity: {last}"
    assert "23 of 45 edges" in last, f"no count of edges: {last}"
    assert stored["edges"] == {"drawn": 23, "total": 45}
    assert set(quality) >= {"shuffled_purity", "blind_purity", "end_points_exact"}


def test_pruned_edges_come_back(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    before = tree(run)
    pruned = ("--processing.prune-percentage", "0.9")
    for words, edges in ((pruned, 5), (("--processing.prune-percentage", "0"), 45)):
        done = nnvis.run("bundle", "run", *QUICK_BUNDLE, *words, cwd=tmp_path)
        assert done.code == 0, f"bundling with {words} failed: {done}"
        network = Run.open(run).load_network()
        assert (network.edge_count, network.edges_total) == (edges, 45)
    after = tree(run)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert changed <= {"run.json", "network.safetensors"}, f"bundling changed also {changed}"


def test_settings_file_takes_the_place_of_the_runs_settings(
    nnvis: Programs, run: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.json").write_text('{"prune_percentage": 0.9, "smoothing": false}')
    done = nnvis.run("bundle", "run", "--no-pictures", "--config", "mine.json", cwd=tmp_path)
    assert done.code == 0, str(done)
    settings = Run.open(run).load_network().config["processing"]
    assert settings["smoothing"] is False
    assert settings["sampling_rate"] == 15, "settings of the run were mixed into the file's"


@pytest.mark.gl
def test_pictures_are_drawn_again(nnvis: Programs, run: Path, tmp_path: Path, ctx: object) -> None:
    words = ("--processing.edge-bandwidth-reduction", "0.2")
    done = nnvis.run("bundle", "run", *words, cwd=tmp_path)
    assert done.code == 0, str(done)
    for name in ("network.png", "importance.png"):
        assert (run / "renders" / name).is_file(), f"{name} was not drawn: {done}"
        assert f"picture: run/renders/{name}" in done.out


def test_what_is_no_run(nnvis: Programs, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "file").write_text("no run")
    before = tree(tmp_path)
    assert_refused(nnvis.run("bundle", "none", cwd=tmp_path), 1, "no run none")
    assert_refused(nnvis.run("bundle", "other", cwd=tmp_path), 1, "other is not a run", "run.json")
    assert_refused(nnvis.run("bundle", "file", cwd=tmp_path), 1, "file is a file")
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "missing", ["importance.safetensors", "model.safetensors"], ids=["importance", "model"]
)
def test_run_that_lacks_a_part(nnvis: Programs, run: Path, tmp_path: Path, missing: str) -> None:
    (run / missing).unlink()
    before = tree(tmp_path)
    done = nnvis.run("bundle", "run", *QUICK_BUNDLE, cwd=tmp_path)
    assert_refused(done, 1, "run holds no", missing.partition(".")[0], "nnvis process")
    assert tree(tmp_path) == before
