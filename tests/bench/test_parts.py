"""Each part of the benchmark in a tiny form: that it runs and has its rows, not how fast."""

from __future__ import annotations

import numpy as np
import pytest

from nnvis.bench import PARTS, alternatives
from nnvis.bench.bundling import STAGES, bundling
from nnvis.bench.classmap import classmap
from nnvis.bench.demo import demo
from nnvis.bench.fingerprint import fingerprint
from nnvis.bench.importance import importance
from nnvis.bench.neighbours import neighbours
from nnvis.bench.recording import recording
from nnvis.bench.render import render
from nnvis.bench.scaling import scaling
from nnvis.bench.start import start
from nnvis.errors import RenderError
from nnvis.layout import random_network


@pytest.fixture(scope="module")
def small():
    return random_network([9, 6, 3], 3, np.random.default_rng(0))


def whats(part) -> list[str]:
    return [row.what.strip() for row in part.rows]


def test_parts_are_those_that_the_command_names():
    from nnvis.cli.machine import bench

    assert f"{', '.join(PARTS)}." in " ".join((bench.__doc__ or "").split())


def test_classmap():
    part = classmap(0, points=20, epochs=2)
    assert whats(part) == [
        "maps, 20 × 20 for 2 epochs of 2-81-49-7",
        "torch, the grid at once",
        "a moment between two epochs, region",
        "a moment between two epochs, boundary",
    ]
    assert part.rows[0].target == 2


def test_start(monkeypatch):
    monkeypatch.setattr("nnvis.bench.start.measure", lambda action, repeats: (action(), (1.0,))[1])
    part = start(0)
    assert len(part.rows) == 3
    assert "cyclopts" in part.remarks[0]


def test_bundling(small):
    part = bundling(1, small, processes=False)
    assert whats(part)[0] == "units and edges of 9-6-3"
    assert whats(part)[1 : len(STAGES) + 2] == [*STAGES, "rest"]
    shares = [float(row.note.split()[0]) for row in part.rows[1 : len(STAGES) + 2]]
    assert sum(shares) == pytest.approx(100, abs=1)


def test_missing_alternatives_say_how_to_install_them(small, monkeypatch):
    monkeypatch.setattr(alternatives, "installed", lambda package: None)
    rows = alternatives.against_others(small, (1.0,), 1)
    assert [row.values for row in rows] == [(), ()]
    assert "not installed: pip install datashader" in rows[0].note
    assert "not installed: pip install 'kdedge" in rows[1].note


def test_alternatives_are_measured_and_may_fail(small, monkeypatch):
    given = []

    def works(place, edges):
        given.append((place, edges))

    def fails(place, edges):
        raise ZeroDivisionError("none of ours")

    monkeypatch.setattr(alternatives, "installed", lambda package: "1.2")
    monkeypatch.setattr(
        alternatives, "ALTERNATIVES", {"one": (works, ("one",), ""), "two": (fails, ("two",), "")}
    )
    one, two = alternatives.against_others(small, (1.0,), 2)
    assert len(one.values) == 2
    assert "times as fast as one 1.2" in one.note
    assert two.note == "failed: ZeroDivisionError: none of ours"
    place, edges = given[-1]
    assert edges.shape == (small.edge_count, 2)
    assert sorted(set(place[:, 0])) == [0, 0.5, 1]
    assert ((place >= 0) & (place <= 1)).all()


def test_scaling(monkeypatch):
    asked = []

    def child(words):
        asked.append(words)
        edges = 10 ** len(asked)
        return {
            "seconds": [edges / 100],
            "processor_seconds": edges / 50,
            "edges": edges,
            "peak_bytes": 2**30,
        }

    monkeypatch.setattr("nnvis.bench.scaling.run_child", child)
    part = scaling(2, [(8, 5, 3), (16, 10, 6)])
    assert asked[0] == ["bundle", "0", "2", "8", "5", "3"]
    memory, growth, growth_of_work = part.rows[2:]
    assert whats(part)[:2] == ["bundling 10 edges", "bundling 100 edges"]
    assert [row.target for row in part.rows[:2]] == [None, 60]
    assert memory.values == (1.0,)
    assert growth.median == pytest.approx(1)
    assert growth_of_work.median == pytest.approx(1)


def test_a_process_of_its_own_prints_its_measurement(capsys):
    import json

    from nnvis.bench.child import main

    main(["bundle", "0", "2", "8", "5", "3"])
    found = json.loads(capsys.readouterr().out)
    assert found["edges"] == 55
    assert len(found["seconds"]) == 2
    assert found["peak_bytes"] > 0
    assert found["first_seconds"] > 0
    assert found["processor_seconds"] > 0


def test_importance_says_when_it_is_not_the_full_mnist():
    part = importance(1, "blobs", hidden=(6,), training_epochs=1, epochs=2)
    assert all(row.values for row in part.rows)
    assert part.rows[0].target is None
    assert "class by class" in part.rows[0].note
    assert "targets are for the full MNIST" in part.remarks[-1]


def test_recording_is_compared_with_training_alone():
    part = recording(1, data="blobs", epochs=1)
    assert whats(part) == [
        "demo: training alone",
        "demo: recording beyond the forward pass",
        "demo, weights and a layer too: training alone",
        "demo, weights and a layer too: recording beyond the forward pass",
    ]
    assert all(row.values and row.values[0] > 0 for row in part.rows)
    assert part.rows[1].target == 5


def test_fingerprint(monkeypatch):
    from nnvis.bench import recurrence_libraries

    def works(series, epsilon):
        assert series.dtype == np.float32

    def fails(series, epsilon):
        raise ZeroDivisionError("none of ours")

    libraries = {"one": (works, ("numpy",)), "two": (fails, ("numpy",)), "three": (works, ("?",))}
    monkeypatch.setattr(recurrence_libraries, "LIBRARIES", libraries)
    part = fingerprint(1, 14, 600, 80, 100, 30, processes=False)
    rows = {row.what: row for row in part.rows}
    assert [row.target for row in part.rows if row.target] == [2, 0.05, 0.8, 200]
    assert "nnvis is" in rows["one, one threshold, 100 × 100"].note
    assert rows["two, one threshold, 100 × 100"].note == "failed: ZeroDivisionError: none of ours"
    assert rows["three, one threshold, 100 × 100"].note == "not installed: pip install ?"
    assert rows["speed over it"].median > 1


def test_plain_loops_of_the_benchmark_agree_with_the_kernels():
    from nnvis.bench.fingerprint import random_distance
    from nnvis.bench.recurrence_libraries import cell_by_cell, line_at_once, plain_bands
    from nnvis.fingerprint import MEASURES, recurrence_bands

    distance = random_distance(30, np.random.default_rng(0))
    found = recurrence_bands(distance, 0.25)
    for lengths_of in (cell_by_cell, line_at_once):
        for plain, band in zip(plain_bands(distance, 4, lengths_of), found, strict=True):
            wanted = [getattr(band, name) for name in MEASURES]
            # The one thing in another order: the entropy of diagonals before the divergence.
            assert plain == pytest.approx([*wanted[:4], wanted[5], wanted[4], *wanted[6:]])


def test_memory_of_the_measures(capsys):
    import json

    from nnvis.bench.child import main

    main(["recurrence", "80"])
    assert json.loads(capsys.readouterr().out)["beyond_bytes"] >= 0


def test_demo_reads_its_stages(monkeypatch):
    ran = []
    monkeypatch.setattr("nnvis.bench.demo.run_process", lambda *words: ran.append(words))
    monkeypatch.setattr(
        "nnvis.bench.demo.run_child",
        lambda *words: {"seconds": {"training": 3.0, "saving": 1.0, "imports": 0.0}},
    )
    part = demo(2)
    assert len(ran) == 3
    assert whats(part)[2:] == ["training", "saving"]
    assert part.rows[2].note == "75 %"


def test_stages_of_the_demo(tmp_path):
    from nnvis.bench.child import demo_stages

    found = demo_stages(tmp_path / "run", "blobs", 1, pictures=False)
    assert {"imports", "training", "scoring importance", "bundling edges"} <= set(found["seconds"])
    assert (tmp_path / "run" / "network.safetensors").is_file()


def test_a_stage_that_starts_again_is_told_apart():
    from nnvis.bench.child import StageClock
    from nnvis.progress import Step

    clock = StageClock()
    for stage, done in (("a", 1), ("a", 2), ("a", 2), ("b", 1), ("a", 1), ("a", 2), ("b", 2)):
        clock.hear(Step(stage, done, 2))
    assert list(clock.seconds) == ["a", "b", "a, pass 2"]


@pytest.mark.gl
@pytest.mark.usefixtures("ctx")
def test_render(small):
    part = render(1, small, (64, 36), many=400)
    assert len(part.rows) == 10
    assert "OpenGL" in part.remarks[0]
    rows = {row.what.strip(): row for row in part.rows}
    assert rows["times as fast as the old way"].target == 4
    memory = rows["graphics memory of a million edges"]
    assert memory.target == 512
    assert "400 edges, 7,200 points of 16 bytes" in memory.note
    # 16 bytes a point and 20 an edge, three points and a row of attributes beside them.
    assert memory.median * 2**20 < 16 * 7200 + 20 * 400 + 36 + 2 * 2048 * 8
    assert rows["a frame after the prune slider moved"].note.startswith("0 buffers")


def test_render_without_opengl(monkeypatch, small):
    def missing() -> None:
        raise RenderError("The library libEGL is missing.")

    monkeypatch.setattr("nnvis.gl.context.open_context", missing)
    part = render(1, small)
    assert part.rows[0].note == "not measured"
    assert part.remarks == ("The library libEGL is missing.",)


def test_neighbours():
    part = neighbours(1, epochs=2, small=(200, 3), large=(220, 4))
    names = whats(part)
    assert names[0] == "neighbours and overlaps, 2 epochs × 200 samples × 3 dimensions, k = 15"
    assert names[2].startswith("scikit-learn ")
    assert names[5] == "neighbours and overlaps, 2 epochs × 220 samples × 4 dimensions, k = 15"
    assert "times as" in part.rows[2].note
