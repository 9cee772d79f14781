"""Measures against what independent libraries gave, where these are not installed.

``library_values.json`` holds series, and what PyRQA and accrqa made of them, with their versions;
``test_libraries.py`` computes the same anew where the libraries are, and says how their
definitions differ from ours.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nnvis.fingerprint import recurrence_threshold

STORED = json.loads(Path(__file__).with_name("library_values.json").read_text("utf-8"))


def named(result: dict) -> str:
    return f"{result['library']} {result['version']}, {result['series']}, {result['theiler']}"


@pytest.mark.parametrize("result", STORED["results"], ids=named)
def test_measures_are_those_of_the_library(result):
    values = np.array(STORED["series"][result["series"]])
    distance = np.abs(values[:, None] - values)
    found = recurrence_threshold(distance, STORED["epsilon"], theiler=result["theiler"])
    for name, value in result["measures"].items():
        wanted = pytest.approx(value, rel=2e-6, abs=2e-6)
        assert getattr(found, name) == wanted, f"{name} differs from {named(result)}"


def test_both_libraries_are_there():
    assert {result["library"] for result in STORED["results"]} == {"PyRQA", "accrqa"}
    assert len(STORED["results"]) >= 40
