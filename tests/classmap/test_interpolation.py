"""Between two maps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles.classmap import interpolated

from nnvis.classmap import INTERPOLATIONS, interpolate_maps
from nnvis.errors import ConfigError, DatasetError

HOW = st.sampled_from(INTERPOLATIONS)
SHARE = st.floats(0, 1)


@st.composite
def two_maps(draw):
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 6)))
    # Logits as far apart as float32 allows: many probabilities are exactly 0.
    logits = draw(arrays(np.float32, (2, *shape), elements=st.floats(-200, 200, width=32)))
    power = np.exp(logits - logits.max(-1, keepdims=True))
    first, second = power / power.sum(-1, keepdims=True)
    return first, second


@given(two_maps(), SHARE, HOW)
def test_it_equals_the_loops_and_sums_to_one(maps, share, how):
    first, second = maps
    found = interpolate_maps(first, second, share, how)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(-1), 1, atol=1e-5)
    assert (found >= 0).all()
    for place in np.ndindex(first.shape[:2]):
        expected = interpolated(first[place].tolist(), second[place].tolist(), share, how)
        np.testing.assert_allclose(found[place], expected, atol=2e-6)


@given(two_maps(), HOW)
def test_ends_are_exact(maps, how):
    first, second = maps
    np.testing.assert_array_equal(interpolate_maps(first, second, 0, how), first)
    np.testing.assert_array_equal(interpolate_maps(first, second, 1, how), second)


@given(two_maps(), SHARE, HOW, st.randoms(use_true_random=False))
def test_another_order_of_classes_gives_the_same_in_that_order(maps, share, how, random):
    first, second = maps
    order = list(range(first.shape[-1]))
    random.shuffle(order)
    found = interpolate_maps(first[..., order], second[..., order], share, how)
    expected = interpolate_maps(first, second, share, how)[..., order]
    np.testing.assert_allclose(found, expected, atol=1e-6)


@given(two_maps(), SHARE, HOW)
def test_backwards_is_the_same_way(maps, share, how):
    first, second = maps
    there = interpolate_maps(first, second, share, how)
    back = interpolate_maps(second, first, 1 - share, how)
    np.testing.assert_allclose(there, back, atol=1e-5)


def test_half_way_between_ends_that_contradict_is_even():
    ends = np.array([[[1, 0]]], np.float16), np.array([[[0, 1]]], np.float16)
    for how in INTERPOLATIONS:
        np.testing.assert_allclose(interpolate_maps(*ends, 0.5, how), 0.5, atol=1e-6)


@pytest.mark.parametrize(
    ("share", "how", "kind", "words"),
    [
        (0.5, "cubic", ConfigError, "interpolation must be linear or geometric, got 'cubic'"),
        (1.5, "linear", ConfigError, "share must be 0 to 1, got 1.5"),
        (float("nan"), "linear", ConfigError, "share must be 0 to 1"),
    ],
)
def test_what_is_no_way_between_is_one_sentence(share, how, kind, words):
    map_ = np.full((2, 2, 2), 0.5)
    with pytest.raises(kind, match=words):
        interpolate_maps(map_, map_, share, how)


def test_maps_of_different_grids_are_refused():
    with pytest.raises(DatasetError, match="same grid"):
        interpolate_maps(np.ones((2, 2, 1)), np.ones((3, 2, 1)), 0.5)
