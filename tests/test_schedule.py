"""How bandwidths shrink and separations grow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import placing as oracle

from nnvis.schedule import bandwidths, separations


@given(st.floats(0.01, 1), st.floats(0.001, 0.5), st.floats(0, 0.99))
def test_bandwidths_are_those_of_a_loop(first, last, reduction):
    found = bandwidths(first, last, reduction)
    expected = oracle.bandwidths(first, last, reduction) if first > last else [first]
    assert found == pytest.approx(expected)
    assert all(h > last for h in found[1:]), "a bandwidth is below the end"


def test_there_is_always_an_iteration():
    assert bandwidths(0.5, 0.04, 0.0) == [0.5]
    assert bandwidths(0.01, 0.04, 0.9) == [0.01]


@given(st.floats(0.1, 1), st.floats(0.001, 0.05), st.floats(0.3, 0.99))
def test_separation_grows_from_zero_towards_one(first, last, reduction):
    values = bandwidths(first, last, reduction)
    found = separations(values, last)
    assert found == pytest.approx([oracle.separation(h, first, last) for h in values], abs=1e-7)
    assert found[0] == 0, "separation must start at zero"
    assert found == sorted(found), "separation must never fall"
    assert found[-1] <= 1, "separation must not pass one"


def test_a_layer_narrower_than_two_cells_has_a_separation_too():
    (found,) = separations([0.001], 0.04)
    assert 0 <= found <= 1
