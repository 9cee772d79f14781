"""How strongly unlike classes part, from how alike the edges' classes are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnvis.bundling.strength import alikeness, strength

shares = st.floats(0, 1)


def plain_alikeness(importance: np.ndarray, ends: np.ndarray, mix: int) -> float:
    """The definition, edge by edge."""
    total, count = np.zeros(importance.shape[1]), 0
    for source, target in ends:
        vectors = []
        for unit in (source, target):
            length = math.sqrt(sum(float(v) ** 2 for v in importance[unit]))
            vectors.append([float(v) / length if length else 0.0 for v in importance[unit]])
        if mix == 1:
            mixed = vectors[0]
        elif mix == 3:
            mixed = vectors[1]
        else:
            mixed = [a + b for a, b in zip(*vectors, strict=True)]
        length = math.sqrt(sum(v * v for v in mixed))
        if length > 0:
            total += np.array(mixed) / length
            count += 1
    return float(np.sum((total / count) ** 2))


@pytest.mark.parametrize("mix", [0, 1, 2, 3])
def test_alikeness_is_the_squared_length_of_the_mean_direction(mix):
    rng = np.random.default_rng(3)
    importance = rng.random((12, 4)).astype(np.float32)
    importance[2] = 0
    ends = rng.integers(0, 12, (40, 2)).astype(np.int32)
    expected = plain_alikeness(importance, ends, mix)
    assert alikeness(importance, ends, mix) == pytest.approx(expected, rel=1e-5)


def test_edges_of_one_class_are_wholly_alike_and_of_evenly_many_hardly():
    one = np.zeros((6, 3), np.float32)
    one[:, 1] = 0.4
    ends = np.array([[0, 1], [2, 3], [4, 5]], np.int32)
    assert alikeness(one, ends, 0) == pytest.approx(1.0)
    each = np.repeat(np.eye(3, dtype=np.float32), 2, axis=0)
    assert alikeness(each, ends, 0) == pytest.approx(1 / 3)


def test_units_without_importance_give_a_number():
    nothing = np.zeros((4, 3), np.float32)
    value = alikeness(nothing, np.array([[0, 1], [2, 3]], np.int32), 0)
    assert 0 < value < 1, f"no class directions at all must not give {value}"
    assert 0 < alikeness(nothing, np.empty((0, 2), np.int32), 0) < 1


@given(shares, shares)
def test_no_separation_stays_none_and_full_stays_full(alike, setting):
    assert strength(0.0, alike) == 0.0
    assert strength(1.0, alike) == 1.0
    assert 0 <= strength(setting, alike) <= 1


@given(st.floats(0.0, 0.9), st.floats(0.001, 0.1), shares)
def test_a_larger_setting_parts_more(setting, more, alike):
    assert strength(setting + more, alike) > strength(setting, alike)


@given(st.floats(0.36, 0.52), st.floats(0.001, 0.01))
def test_more_alike_edges_need_a_stronger_separation(alike, more):
    assert strength(0.5, alike + more) > strength(0.5, alike)
