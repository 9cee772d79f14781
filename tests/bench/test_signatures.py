"""The signatures part of the benchmark in a tiny form: that it runs and has its rows."""

from __future__ import annotations

import json

import pytest

from nnvis.bench import signatures as bench


def test_it_measures_and_prints_one_line(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench", "1", "300", "1", "16", "12"])
    bench.main()
    found = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert found["samples"] == 300
    assert len(found["seconds"]) == 1
    assert found["peak_bytes"] >= found["before_bytes"] > 0
    assert found["inertia_ratio"] == pytest.approx(1, abs=0.3)
    asked = []
    monkeypatch.setattr(
        bench, "run_process", lambda words: (asked.append(words), json.dumps(found))[1]
    )
    part = bench.signatures(1, 300, (16, 12))
    assert asked[0][3:] == ["1", "300", "1", "16", "12"]
    assert [row.target for row in part.rows if row.target] == [30, 3]
    assert all(row.values for row in part.rows)
    assert part.rows[0].what == "signatures of 784-16-12-10, 300 samples"
    assert "times as fast" in part.rows[4].note
    assert "repeated with noise" in part.remarks[0]
