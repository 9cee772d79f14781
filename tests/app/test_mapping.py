"""What the Class map panel shows, without a window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from app.mapped import EPOCHS, mapped_run
from app.saved import saved_run
from app.states import state_with

from nnvis.app.actions import SetMap
from nnvis.app.changes import changed
from nnvis.app.mapping import PICTURE, PLANES, find, marks, paint, view
from nnvis.app.panels.class_map import fitted
from nnvis.app.training import read_training
from nnvis.config import RenderingConfig
from nnvis.errors import NnvisError, UsageError
from nnvis.progress import Progress
from nnvis.render import palette


@pytest.fixture
def state(tmp_path):
    return replace(state_with(), training=read_training(mapped_run(tmp_path), Progress()))


def found(state, **settings):
    return find(state.training.path, settings, state, Progress())


def test_recorded_maps_are_read_with_the_samples_of_the_probe(state):
    mapped = found(state)
    assert mapped.names == ("plane",)
    assert mapped.maps.epochs.tolist() == list(EPOCHS)
    assert mapped.is_of_probe


@pytest.mark.parametrize(("moment", "when"), [(0.0, 0), (0.5, 1), (1.0, 2), (1.25, 2.5), (2.0, 4)])
def test_the_map_follows_the_time_line_between_recorded_epochs(state, moment, when):
    mapped = found(state)
    assert mapped.when(replace(state, moment=moment)) == pytest.approx(when)


def test_the_picture_has_the_colours_of_the_classes_where_they_lie(state):
    picture = paint(found(state), replace(state, moment=2.0))[PICTURE]
    assert picture.shape[0] >= 200, "too coarse for a panel"
    height, width = picture.shape[:2]
    colours = palette.class_colours(4)
    # The top row is the upper edge of the plane: classes 2 and 3.
    for number, (row, column) in enumerate(((3, 1), (3, 3), (1, 1), (1, 3))):
        seen = picture[height * row // 4, width * column // 4, :3] / 255
        nearest = int(np.linalg.norm(colours - seen, axis=1).argmin())
        assert nearest == number, f"the quadrant of class {number} has the colour of {nearest}"


def test_the_map_is_painted_anew_when_the_moment_or_the_look_changes(state):
    mapped = found(state)
    before = view(mapped, replace(state, moment=1.0))
    dark = RenderingConfig(background="dark")
    for other in (
        replace(state, moment=1.5),
        changed(replace(state, moment=1.0), SetMap("boundary", "linear")),
        changed(replace(state, moment=1.0), SetMap("region", "geometric")),
        replace(state, moment=1.0, rendering=dark),
    ):
        assert view(mapped, other) != before


def test_a_boundary_map_tells_certain_places_from_others(state):
    mapped = found(state)
    certain = paint(mapped, changed(replace(state, moment=2.0), SetMap("boundary", "linear")))
    unsure = paint(mapped, changed(replace(state, moment=0.0), SetMap("boundary", "linear")))
    assert certain[PICTURE][..., :3].mean() > unsure[PICTURE][..., :3].mean() + 50


def test_another_map_than_those_recorded_is_a_sentence(state):
    with pytest.raises(UsageError, match="no class map 'other'; it has plane"):
        found(state, name="other")


def test_a_run_without_maps_and_data_says_what_is_missing(state, tmp_path):
    (tmp_path / "bare").mkdir()
    bare = saved_run(tmp_path / "bare")
    with pytest.raises(NnvisError, match="does not say where its samples come from"):
        find(bare, {"plane": PLANES[0]}, state, Progress())


@pytest.mark.parametrize(
    ("extent", "width", "height"),
    [((0, 2, 0, 1), 100, 100), ((0, 2, 0, 1), 500, 100), ((-1, 1, 3, 9), 300, 100)],
)
def test_the_whole_plane_is_seen_undistorted(extent, width, height):
    left, right, bottom, top = fitted(extent, width, height)
    assert left <= extent[0]
    assert right >= extent[1]
    assert bottom <= extent[2]
    assert top >= extent[3]
    assert (right - left) / (top - bottom) == pytest.approx(width / height)
    assert (right + left) / 2 == pytest.approx((extent[0] + extent[1]) / 2)


def test_every_sample_is_drawn_once_and_those_off_the_plane_smaller_and_under_the_others(state):
    mapped = found(state)
    samples = mapped.maps.samples
    distance = np.zeros(len(samples.place), np.float32)
    distance[5:20] = 1.0
    mapped = replace(mapped, maps=replace(mapped.maps, samples=replace(samples, distance=distance)))
    drawn = marks(mapped, "all")
    rows = np.concatenate([each.rows for each in drawn])
    assert sorted(rows.tolist()) == list(range(len(samples.place)))
    for each in drawn:
        assert set(samples.label[each.rows].tolist()) == {each.number}
        assert len(set(distance[each.rows].tolist())) == 1
    off = [each for each in drawn if distance[each.rows[0]]]
    on = [each for each in drawn if not distance[each.rows[0]]]
    assert drawn == (*off, *on)
    assert max(each.size for each in off) < min(each.size for each in on)
    assert max(each.alpha for each in off) < min(each.alpha for each in on)


def test_samples_of_the_class_shown_in_the_network_stand_out_and_lie_above_the_others(state):
    mapped = found(state)
    name = mapped.maps.class_names[1]
    drawn = marks(mapped, name)
    assert [each.number for each in drawn] == [0, 2, 3, 1]
    assert drawn[-1].alpha == 1
    assert max(each.alpha for each in drawn[:-1]) < 0.3
    assert {each.alpha for each in marks(mapped, "importance")} == {1.0}
    samples = mapped.maps.samples
    off = replace(samples, distance=np.ones_like(samples.distance))
    drawn = marks(replace(mapped, maps=replace(mapped.maps, samples=off)), name)
    assert (drawn[-1].number, drawn[-1].alpha) == (1, 1.0), "also where all lie off the plane"


def test_samples_without_classes_are_drawn_all_alike(state):
    mapped = found(state)
    samples = replace(mapped.maps.samples, label=None)
    drawn = marks(replace(mapped, maps=replace(mapped.maps, samples=samples)), "all")
    assert [(each.number, len(each.rows)) for each in drawn] == [(-1, len(samples.place))]
    assert marks(replace(mapped, maps=replace(mapped.maps, samples=None)), "all") == ()


def test_samples_of_other_classes_than_the_probes_are_not_taken_for_the_probes(state):
    probe = replace(state.training.probe, label=state.training.probe.label[::-1].copy())
    other = replace(state, training=replace(state.training, probe=probe))
    assert found(state).is_of_probe
    assert not found(other).is_of_probe
