"""The colours of class maps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles.classmap import mixed_colour, weights

from nnvis.errors import UsageError
from nnvis.render.classmap import (
    LIKELY,
    STEPS,
    finer,
    paint_boundaries,
    paint_map,
    paint_regions,
    shown_colours,
)
from nnvis.render.palette import class_colours, from_oklab, oklab

BACKGROUNDS = st.sampled_from(["light", "dark"])


@st.composite
def places(draw, most: int = 10):
    """Probabilities of some places: often of two or three classes alone, where mixing tells."""
    classes = draw(st.integers(1, most))
    logits = draw(arrays(np.float32, (6, classes), elements=st.floats(-6, 6, width=32)))
    silent = draw(arrays(np.bool_, (6, classes)))
    power = np.exp(logits) * np.where(silent, 1e-4, 1)
    return (power / power.sum(1, keepdims=True)).astype(np.float32)


@settings(deadline=None)
@given(places(), BACKGROUNDS)
def test_regions_equal_the_loops(probability, background):
    shown = shown_colours(probability.shape[1], background)
    found = paint_regions(probability, background)
    looks = [from_oklab(shown).tolist(), class_colours(len(shown)).tolist()]
    expected = [
        mixed_colour(p, shown.tolist(), looks, LIKELY, STEPS, lambda c: from_oklab(np.array(c)))
        for p in probability.astype(float).tolist()
    ]
    same = np.abs(found - from_oklab(np.array(expected))).max(axis=1) < 1e-4
    # A tie between two pulls may fall either way in float32; a step is small.
    assert same.mean() >= 0.8
    np.testing.assert_allclose(found, from_oklab(np.array(expected)), atol=0.08)


@settings(deadline=None)
@given(places(), BACKGROUNDS)
def test_no_place_can_be_taken_for_a_class_that_is_not_likely_there(probability, background):
    """By eye (OKLab) and by number (sRGB), against the map's own colours and the legend's."""
    shown = shown_colours(probability.shape[1], background)
    seen = paint_regions(probability, background)
    colours = {
        "OKLab": (oklab(seen), shown),
        "sRGB": (seen, from_oklab(shown)),
        "sRGB, legend": (seen, class_colours(len(shown))),
    }
    for name, (found, known) in colours.items():
        for place, p in zip(found, probability, strict=True):
            apart = np.linalg.norm(known - place, axis=1)
            likely = p >= LIKELY * p.max()
            # Rounding to float32 may decide a tie.
            assert apart[likely].min() <= apart.min() + 1e-3, f"{name}: {p}"


@settings(deadline=None)
@given(places(), BACKGROUNDS)
def test_a_colour_lies_within_the_hull_of_the_likely_classes(probability, background):
    """Any direction in which all likely classes lie below a height has the colour below it."""
    shown = shown_colours(probability.shape[1], background)
    colour = oklab(paint_regions(probability, background))
    directions = np.random.default_rng(0).normal(size=(64, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    for place, p in zip(colour, probability, strict=True):
        counts = np.array(weights(p.astype(float).tolist(), LIKELY)) > 0
        highest = (shown[counts] @ directions.T).max(axis=0)
        # sRGB cannot show every mixture, hence the slack.
        assert (directions @ place <= highest + 0.01).all()


@pytest.mark.parametrize("classes", [1, 2, 7, 10])
def test_where_one_class_is_certain_its_own_colour_shows(classes):
    certain = np.eye(classes, dtype=np.float32)
    np.testing.assert_allclose(
        paint_regions(certain), from_oklab(shown_colours(classes)), atol=2e-3
    )


def test_with_many_classes_a_certain_one_still_has_its_colour():
    certain = np.eye(120, dtype=np.float32)
    np.testing.assert_allclose(paint_regions(certain), from_oklab(shown_colours(120)), atol=2e-3)


def test_boundaries_shade_from_a_tie_of_all_to_certainty():
    probability = np.array([[[0.25] * 4, [1, 0, 0, 0], [0.625, 0.375, 0, 0]]])
    found = paint_boundaries(probability, colormap="gray")[0, :, 0]
    np.testing.assert_allclose(found, [0, 1, 0.5], atol=0.005)


def test_finer_interpolates_probabilities_and_keeps_the_grid():
    coarse = np.random.default_rng(0).random((4, 6, 3)).astype(np.float32)
    fine = finer(coarse, 12)
    assert fine.shape == (13, 21, 3)
    np.testing.assert_allclose(fine[::4, ::4], coarse, atol=1e-6)
    np.testing.assert_allclose(fine[2, 0], (coarse[0, 0] + coarse[1, 0]) / 2, atol=1e-6)
    np.testing.assert_allclose(fine[4, 1], 0.75 * coarse[1, 0] + 0.25 * coarse[1, 1], atol=1e-6)
    assert finer(coarse, 3).shape == coarse.shape


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "areas"}, "kind must be region or boundary, got 'areas'"),
        ({"kind": "boundary", "colormap": "virids"}, "no colormap 'virids'; near it are viridis"),
        ({"kind": "boundary", "colormap": "qqqqqq"}, "try viridis, magma or cet_fire"),
        ({"colormap": "viridis"}, "goes with kind boundary"),
    ],
)
def test_a_look_that_is_none_is_one_sentence(options, words):
    with pytest.raises(UsageError, match=words):
        paint_map(np.full((2, 2, 3), 1 / 3), **options)


def test_colormaps_of_colorcet_are_known():
    assert paint_map(np.full((2, 2, 3), 1 / 3), "boundary", colormap="cet_fire").shape == (2, 2, 3)
