"""Films and figures of class maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nnvis
from nnvis.classmap import ClassMaps, PlacedSamples
from nnvis.errors import Cancelled, RenderError, UsageError
from nnvis.progress import Progress
from nnvis.render.classmap import Look
from nnvis.render.plots.classmap import spread
from nnvis.render.plots.classmap_film import MapFilm, film_maps, film_moments, stippled
from nnvis.render.plots.classmap_layers import class_lines


def course(epochs=(0, 2, 6), classes: int = 3, samples: bool = True) -> ClassMaps:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(len(epochs), 9, 11, classes)) * 3
    power = np.exp(logits)
    x = rng.normal(size=(30, 2))
    plane = nnvis.plane_of(x)
    place = x.astype(np.float32)
    label = rng.integers(0, classes, 30).astype(np.int32)
    return ClassMaps(
        "plane",
        plane,
        np.array(epochs),
        (power / power.sum(-1, keepdims=True)).astype(np.float16),
        tuple(f"class {each}" for each in range(classes)),
        samples=PlacedSamples(place, np.zeros(30, np.float32), label) if samples else None,
    )


def test_a_film_shows_the_whole_training_and_rests_at_its_end():
    found = film_moments(course(), 40)
    assert len(found) == 40
    assert (found[0], found[-1]) == (0, 6)
    assert (np.diff(found) >= 0).all()
    assert (found == 6).sum() == 5
    assert film_moments(course(), 2).tolist() == [0, 6]


@pytest.mark.parametrize("kind", ["region", "boundary"])
def test_frames_change_with_the_moment_and_nothing_else_does(kind):
    film = MapFilm(course(), Look(kind), dpi=60)
    first, later, again = film.frame(0), film.frame(3.3), film.frame(0)
    assert first.shape == (film.size[1], film.size[0], 3)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    changed = (first != later).any(axis=2)
    assert changed.mean() > 0.2
    assert not changed[:, -3:].any(), "the margin is part of what stays"


def test_samples_can_be_left_out():
    with_samples = MapFilm(course(), Look(), 60).frame(2)
    without = MapFilm(course(), Look(samples=False), 60).frame(2)
    assert (with_samples != without).any()


def test_stopping_in_the_middle_leaves_what_was_there(tmp_path: Path):
    path = tmp_path / "map.gif"
    path.write_bytes(b"earlier")
    stages = []

    def stop(step):
        stages.append(step.done)
        if step.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        film_maps(course(), path, frames=9, dpi=40, progress=Progress(stop))
    assert path.read_bytes() == b"earlier"
    assert [each.name for each in tmp_path.iterdir()] == ["map.gif"]
    progress = Progress(lambda step: progress.cancel())
    with pytest.raises(Cancelled):
        film_maps(course(), tmp_path / "b.gif", frames=9, dpi=40, progress=progress)
    assert [each.name for each in tmp_path.iterdir()] == ["map.gif"]


@pytest.mark.parametrize(
    ("maps", "options", "kind", "words"),
    [
        (course((4,)), {}, UsageError, r"only one moment \(epoch 4\)"),
        (course(), {"frames": 0}, UsageError, "frames must be 2 to 100,000, got 0"),
        (course(), {"dpi": 5}, UsageError, "dpi must be 30 to 1200, got 5"),
        (course(), {"path": "map.avi"}, RenderError, "must end in .mp4 or .gif"),
        (course(), {"look": Look("borders")}, UsageError, "kind must be region or boundary"),
    ],
)
def test_what_makes_no_film_is_one_sentence(tmp_path: Path, maps, options, kind, words):
    path = tmp_path / options.pop("path", "map.gif")
    with pytest.raises(kind, match=words):
        film_maps(maps, path, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["region", "boundary"])
@pytest.mark.parametrize("moments", [1, 3])
@pytest.mark.parametrize("classes", [1, 2, 40])
def test_figures_name_their_classes(kind, moments, classes):
    figure = course(classes=classes).plot(kind, moments=moments, dark=True, caption="a caption")
    titles = [axes.get_title(loc="left") + axes.get_title() for axes in figure.axes]
    assert sum(title.startswith("Epoch") for title in titles) == moments
    legends = [axes.get_legend() for axes in figure.axes if axes.get_legend()]
    words = [text.get_text() for text in legends[0].get_texts()]
    assert len(words) == min(classes, 12) + (classes > 12)
    assert words[-1] == ("and 28 more" if classes > 12 else f"class {classes - 1}")


def test_several_moments_are_spread_over_the_training():
    assert spread(course(), 8) == [0, 2, 6]
    assert spread(course(tuple(range(0, 100, 2))), 3) == [0, 48, 98]


def test_lines_run_where_two_classes_are_even():
    u, v = np.meshgrid(np.linspace(0, 1, 21), np.linspace(0, 2, 31))
    share = 1 / (1 + np.exp(9 * (u - 0.3)))
    lines = class_lines(np.stack([share, 1 - share], 2).astype(np.float32), (0, 1, 0, 2))
    assert lines
    for line in lines:
        np.testing.assert_allclose(line[:, 0], 0.3, atol=0.01)
        assert np.ptp(line[:, 1]) == pytest.approx(2)
    assert v.max() == 2
    assert class_lines(np.ones((3, 3, 1)), (0, 1, 0, 1)) == []


def test_a_pattern_keeps_the_mean_and_leaves_what_is_of_one_colour():
    ramp = np.repeat(np.linspace(60, 200, 64).astype(np.uint8)[None, :, None], 32, 0)
    ramp = np.repeat(ramp, 3, 2)
    found = stippled(ramp)
    np.testing.assert_array_equal(found, stippled(ramp))
    assert (found != ramp).any()
    means = (each.reshape(8, 4, 16, 4, 3).mean(axis=(1, 3)) for each in (found, ramp))
    np.testing.assert_allclose(*means, atol=1.5)
    plain = np.full((16, 16, 3), 120, np.uint8)
    np.testing.assert_array_equal(stippled(plain), plain)
