"""Class colours: distinct for all kinds of colour vision, readable on both backgrounds."""

import numpy as np
import pytest

from nnvis.render import palette

# Machado, Oliveira, Fernandes 2009, severity 1, for linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def least_distance(colours):
    lab = palette.oklab(colours)
    apart = np.linalg.norm(lab[:, None] - lab[None], axis=-1)
    return apart[np.triu_indices(len(lab), 1)].min()


@pytest.mark.parametrize(
    ("vision", "least"),
    [("normal", 0.17), ("protanopia", 0.08), ("deuteranopia", 0.08), ("tritanopia", 0.07)],
)
def test_ten_colours_stay_apart(vision, least):
    colours = palette.class_colours(10).astype(float)
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.transpose(VISION[vision]), 0, 1)
    curve = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    assert least_distance(curve) > least


@pytest.mark.parametrize("background", ["light", "dark"])
@pytest.mark.parametrize("count", [10, 100])
def test_colours_show_on_both_backgrounds_and_are_not_grey(background, count):
    colours = palette.class_colours(count)
    behind = palette.luminance(palette.background_colour(background)[None])[0]
    bright = palette.luminance(colours)
    contrast = (np.maximum(bright, behind) + 0.05) / (np.minimum(bright, behind) + 0.05)
    assert contrast.min() > 1.7
    lab = palette.oklab(colours)
    assert np.hypot(lab[:, 1], lab[:, 2]).min() > 0.065


def test_a_hundred_colours_are_distinct_and_a_thousand_exist():
    assert least_distance(palette.class_colours(100)) > 0.02
    assert least_distance(palette.class_colours(100, "glasbey")) > 0.02
    many = palette.class_colours(1000)
    assert many.shape == (1000, 3)
    assert len(np.unique(many, axis=0)) == 1000
    assert palette.class_colours(0).shape == (0, 3)


def test_ten_of_many_keep_their_colours():
    np.testing.assert_array_equal(palette.class_colours(100)[:10], palette.class_colours(10))


def test_backgrounds_are_never_pure():
    assert 0.9 < palette.background_colour("light").min() < 1
    assert 0 < palette.background_colour("dark").min() < 0.15


def test_oklab_round_trip():
    colours = np.random.default_rng(0).random((50, 3))
    np.testing.assert_allclose(palette.from_oklab(palette.oklab(colours)), colours, atol=1e-4)


def test_mixing_by_importance():
    colours = palette.class_colours(3)
    one = np.array([[1, 0, 0], [0, 0.2, 0], [1, 1, 1], [0, 0, 0], [np.nan, 1, 0], [1, 0.9, 0]])
    found = palette.mixed(one, colours, "light")
    np.testing.assert_allclose(found[0], colours[0], atol=0.01)
    np.testing.assert_allclose(found[1], colours[1], atol=0.01)
    np.testing.assert_allclose(found[2], palette.grey("light"), atol=0.01)
    np.testing.assert_allclose(found[3], palette.grey("light"), atol=0.01)
    assert np.isfinite(found).all()
    between = np.linalg.norm(found[5] - colours[:2], axis=1)
    assert between[0] < between[1]
