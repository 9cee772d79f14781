"""Figures of neighbourhoods: what they show, with and without pictures, and of little."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from neighbours.recorded import make_run
from PIL import Image

from nnvis import neighbours_run
from nnvis.errors import DatasetError
from nnvis.render.plots import save_figure
from nnvis.render.plots.neighbours_confidence import halfway, place_of, tinted
from nnvis.render.plots.neighbours_distance import largest_shown

FIGURES = ("distance", "overlap", "confidence", "pictures")


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_drawn_in_every_form(tmp_path: Path, name: str) -> None:
    found = neighbours_run(make_run(tmp_path / "run"), "fc2", 5)
    figure = found.plot(name, caption=found.caption)
    png, svg, _ = save_figure(figure, tmp_path / name)
    with Image.open(png) as picture:
        assert picture.width >= 1000
    text = svg.read_text()
    assert "run: layer fc2" in text
    assert "<text" in text


@pytest.mark.parametrize("name", FIGURES)
def test_two_epochs_and_one_sample_are_enough(tmp_path: Path, name: str) -> None:
    found = neighbours_run(make_run(tmp_path / "run", 2), k=1, samples=[4])
    save_figure(found.plot(name), tmp_path / name, ["svg"])


def test_without_pictures_samples_are_dots(tmp_path: Path) -> None:
    found = neighbours_run(make_run(tmp_path / "run", pictures=False), k=3)
    axes = found.plot("confidence", first=1, second=4).axes[0]
    dots = np.asarray(axes.collections[0].get_offsets())
    np.testing.assert_allclose(dots[:, 1], place_of(found.confidence[4]))
    assert axes.get_xlabel() == "confidence at epoch 1"
    assert not axes.images
    with pytest.raises(DatasetError, match="keeps no pictures"):
        found.plot("pictures")


def test_pictures_stand_where_their_confidence_is(tmp_path: Path) -> None:
    found = neighbours_run(make_run(tmp_path / "run"), k=3, samples=[10])
    axes = found.plot("confidence", first=1, second=4).axes[0]
    (image,) = axes.images
    left, right, bottom, top = image.get_extent()
    x, y = place_of(found.confidence[[1, 4], 0])
    assert abs((left + right) / 2 - x) <= 0.5 / 22 + 1e-9
    assert abs((bottom + top) / 2 - y) <= 0.5 / 22 + 1e-9


def test_the_gallery_frames_what_is_kept(tmp_path: Path) -> None:
    found = neighbours_run(make_run(tmp_path / "run"), k=8)
    near = found.neighbourhood(6, 3, 4)
    axes = found.plot("pictures", sample=6, first=3, second=4).axes[0]
    frames = [patch for patch in axes.patches if not patch.get_fill()]
    assert len(frames) == near.kept.sum()
    shown = [text.get_text() for text in axes.texts]
    assert f"{near.kept[0].sum()} of 8 at both" in shown
    assert any(text.startswith("sample 6, true class cat") for text in shown)


def test_confidence_is_stretched_near_one() -> None:
    np.testing.assert_allclose(
        place_of(np.array([0, 0.9, 0.99, 0.999, 1])), [0, 1 / 3, 2 / 3, 1, 1]
    )


def test_the_first_moment_is_where_confidence_has_come_half_way(tmp_path: Path) -> None:
    found = neighbours_run(make_run(tmp_path / "run"), k=3)
    middle = np.median(place_of(found.confidence), axis=1)
    at = found.epochs.tolist().index(halfway(found))
    assert middle[0] < middle[at] < middle[-1]


def test_colours_end_where_unusual_distances_begin() -> None:
    one = np.full((8, 8), 0.1)
    one[0] = one[:, 0] = 0.8
    np.fill_diagonal(one, 0)
    assert largest_shown(one) == (0.8, False), "seven of 28 are not unusual"
    many = np.full((20, 20), 0.1)
    many[0] = many[:, 0] = 0.8
    np.fill_diagonal(many, 0)
    assert largest_shown(many) == (pytest.approx(0.12), True)
    assert largest_shown(np.zeros((1, 1))) == (1.0, False)


def test_grey_pictures_take_the_colour_of_their_class() -> None:
    grey = np.array([[0, 255]], np.uint8)
    np.testing.assert_allclose(tinted(grey, "#ff0000"), [[[1, 0, 0, 0], [1, 0, 0, 1]]])
    coloured = np.zeros((1, 1, 3), np.uint8)
    assert tinted(coloured, "#ff0000") is coloured
