"""Lattices and layers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import placing as oracle

from nnvis.layout import layer_planes, place_units


@given(st.lists(st.integers(1, 90), min_size=1, max_size=4), st.floats(1e-3, 1), st.floats(1e-3, 1))
def test_units_lie_on_the_lattices_that_loops_give(sizes, width, distance):
    found = place_units(sizes, width, distance)
    expected = [
        (x, y, (number - (len(sizes) - 1) / 2) * distance)
        for number, size in enumerate(sizes)
        for x, y in oracle.lattice(size, width)
    ]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.abs(found[:, :2]).max() <= np.float32(width / 2), "a unit lies outside its layer"


def test_no_two_units_of_a_layer_coincide():
    for size in (1, 2, 3, 4, 5, 49, 81, 784, 1000):
        places = place_units([size], 1.0, 0.5)
        assert len(np.unique(places, axis=0)) == size, f"{size} units share places"


@pytest.mark.parametrize("layers", [1, 2, 3, 10])
def test_layers_are_centred_and_even(layers):
    planes = layer_planes(layers, 0.25)
    assert planes.sum() == pytest.approx(0), "the network is not centred"
    np.testing.assert_allclose(np.diff(planes), 0.25)
