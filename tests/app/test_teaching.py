"""The teaching mode as a value: points, settings, presets, and the network as it is shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from app.states import state_with
from hypothesis import given
from hypothesis import strategies as st

from nnvis.app.changes import changed
from nnvis.app.lesson import (
    MOST_POINTS,
    ClearPoints,
    DrawPoints,
    DrawPreset,
    ErasePoints,
    Lesson,
    ResetLesson,
    SetLesson,
    Teach,
    TrainLesson,
    taught,
)
from nnvis.app.live_network import live_network
from nnvis.app.presets import EACH, PRESETS
from nnvis.app.state import ViewState
from nnvis.config import ProcessingConfig
from nnvis.learning.live import LiveNetwork
from nnvis.render.scene import importance_for
from nnvis.store import load_network, save_network


def after(*actions, lesson: Lesson | None = None) -> Lesson:
    lesson = lesson or Lesson()
    for action in actions:
        lesson = taught(lesson, action)
    return lesson


def test_the_mode_begins_and_ends_and_nothing_of_it_happens_outside():
    state = ViewState()
    assert changed(state, DrawPoints(((0.0, 0.0),), 0)) == state
    state = changed(state, Teach(True))
    assert state.lesson is not None
    assert changed(state, Teach(True)) is state, "begun already"
    drawn = changed(state, DrawPoints(((0.0, 0.0),), 0))
    assert len(drawn.lesson.place) == 1
    assert len(state.lesson.place) == 0, "a state never changes"
    assert changed(drawn, Teach(False)).lesson is None


def test_what_is_in_a_file_is_opened_again_at_the_end():
    state = state_with()
    assert changed(state, Teach(True)).lesson.back is None
    kept = replace(state, shown=replace(state.shown, origin="runs/demo", saved=state.shown.network))
    assert changed(kept, Teach(True)).lesson.back == "runs/demo"


def test_points_are_drawn_erased_and_cleared():
    lesson = after(
        DrawPoints(((0.0, 0.5), (1.5, 0.0), (0.9, -0.9)), 0), DrawPoints(((0.1, 0.5),), 1)
    )
    np.testing.assert_allclose(lesson.place, [[0, 0.5], [0.9, -0.9], [0.1, 0.5]])
    assert lesson.label.tolist() == [0, 0, 1]
    fewer = after(ErasePoints((0.0, 0.5), 0.2), lesson=lesson)
    np.testing.assert_allclose(fewer.place, [[0.9, -0.9]])
    assert fewer.edits > lesson.edits
    assert after(ErasePoints((-0.9, 0.9), 0.2), lesson=lesson) is lesson, "nothing was there"
    assert not len(after(ClearPoints(), lesson=lesson).place)
    assert after(DrawPoints(((0.0, 0.0),), 5), lesson=lesson) is lesson, "there is no class 6"


def test_there_is_an_end_to_points():
    many = tuple((0.0, 0.0) for _ in range(MOST_POINTS + 5))
    assert len(after(DrawPoints(many, 0), DrawPoints(many, 1)).place) == MOST_POINTS


@given(
    name=st.sampled_from(["classes", "pen", "learning_rate", "speed"]),
    value=st.floats(-1e6, 1e6),
)
def test_settings_are_held_to_their_ranges(name, value):
    lesson = after(SetLesson(name, value))
    assert 2 <= lesson.classes <= 6
    assert 0 <= lesson.pen < lesson.classes
    assert 1e-4 <= lesson.learning_rate <= 3
    assert 5 <= lesson.speed <= 1000


def test_hidden_layers_are_at_most_four_of_2_to_32_units():
    assert after(SetLesson("hidden", (1, 50, 8, 8, 8))).hidden == (2, 32, 8, 8)
    assert after(SetLesson("hidden", ())).hidden == ()
    with pytest.raises(KeyError, match="no setting 'colour'"):
        after(SetLesson("colour", 1))


def test_a_class_that_is_removed_takes_its_points_and_the_pen_along():
    lesson = after(
        SetLesson("classes", 3), SetLesson("pen", 2), DrawPoints(((0.0, 0.0),), 2),
        DrawPoints(((0.5, 0.0),), 1), SetLesson("classes", 2),
    )  # fmt: skip
    assert (lesson.classes, lesson.pen, lesson.label.tolist()) == (2, 1, [1])


def test_only_two_classes_can_be_learnt():
    one = after(DrawPoints(((0.0, 0.0),), 0), TrainLesson(True))
    assert not one.is_training
    two = after(DrawPoints(((0.5, 0.0),), 1), TrainLesson(True), lesson=one)
    assert two.is_training
    assert not after(TrainLesson(False), lesson=two).is_training


def test_only_another_network_needs_another_key():
    lesson = Lesson()
    same = after(DrawPreset("xor"), SetLesson("speed", 7), SetLesson("pen", 1), lesson=lesson)
    assert same.key == lesson.key
    for action in (SetLesson("hidden", (4,)), SetLesson("classes", 3), ResetLesson()):
        assert after(action).key != lesson.key


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("classes", range(2, 7))
def test_a_preset_fills_the_square_with_points_of_each_class(name, classes):
    lesson = after(SetLesson("classes", classes), DrawPreset(name))
    assert lesson.classes == (classes if name in ("spirals", "rings") else 2)
    assert np.bincount(lesson.label).tolist() == [EACH] * lesson.classes
    assert np.abs(lesson.place).max() <= 1
    assert (np.ptp(lesson.place, axis=0) > 0.9).all()
    again = after(SetLesson("classes", classes), DrawPreset(name))
    np.testing.assert_array_equal(again.place, lesson.place)


@pytest.fixture(scope="module")
def looks():
    """A network before and after some steps on three rings."""
    lesson = after(SetLesson("classes", 3), DrawPreset("rings"))
    network = LiveNetwork((6, 4), 3)
    before = network.look(lesson.place, lesson.label)
    network.train(lesson.place, lesson.label, 0.02, 50)
    return before, network.look(lesson.place, lesson.label)


def test_importance_is_what_a_plain_loop_gives(looks):
    _, look = looks
    network = live_network(look, ProcessingConfig())
    assert [layer.size for layer in network.layers] == [2, 6, 4, 3]
    assert network.edge_count == network.edges_total == 12 + 24 + 12
    begin = [0, 2, 8, 12]
    flow = {}
    for k, (weight, mean) in enumerate(zip(look.weight, look.activation, strict=True)):
        for out in range(weight.shape[0]):
            for into in range(weight.shape[1]):
                flow[k, into, out] = np.abs(weight[out, into]) * mean[into]
    for k in range(3):
        size = network.layers[k].size
        units = np.array(
            [sum(each for at, each in flow.items() if at[:2] == (k, unit)) for unit in range(size)]
        )
        found = network.unit_importance[begin[k] : begin[k] + size]
        np.testing.assert_allclose(found, units / units.max(), rtol=1e-4)
    for edge in range(network.edge_count):
        source, target = network.edge_source[edge], network.edge_target[edge]
        k = network.unit_layer[source]
        at = (k, source - begin[k], target - begin[k + 1])
        assert network.edge_weight[edge] == look.weight[k][at[2], at[1]]
        most = max(each.mean() for name, each in flow.items() if name[0] == k)
        np.testing.assert_allclose(network.edge_importance[edge], flow[at].mean() / most, rtol=1e-4)
    assert (np.diff(network.edge_importance) <= 0).all()


def test_for_a_class_an_edge_matters_by_that_class_alone(looks):
    _, look = looks
    network = live_network(look, ProcessingConfig())
    _, edge = importance_for(network, "class 2")
    last = network.unit_layer[network.edge_source] == 2
    source = network.edge_source[last] - 8
    own = np.abs(network.edge_weight[last]) * look.activation[2][source, 1]
    assert (own > 0).any()
    ratio = edge[last][own > 0] ** 2 / own[own > 0]  # the view draws the root
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-3)


def test_it_can_be_saved_and_opened_again(looks, tmp_path):
    network = live_network(looks[1], ProcessingConfig())
    save_network(network, tmp_path / "network.safetensors")
    again = load_network(tmp_path / "network.safetensors")
    np.testing.assert_array_equal(again.edge_weight, network.edge_weight)
    assert again.class_names == ("class 1", "class 2", "class 3")


def test_units_and_lines_stay_where_they_are_while_it_learns(looks):
    first = live_network(looks[0], ProcessingConfig())
    then = live_network(looks[1], ProcessingConfig(), first)
    assert then.unit_position is first.unit_position
    assert not np.array_equal(then.unit_importance, first.unit_importance)
    for network in (first, then):
        ends = network.point_offset[:-1]
        np.testing.assert_array_equal(
            network.point_position[ends], network.unit_position[network.edge_source]
        )
        np.testing.assert_array_equal(
            network.point_position[network.point_offset[1:] - 1],
            network.unit_position[network.edge_target],
        )
    other = live_network(looks[1], ProcessingConfig(), state_with().shown.network)
    assert len(other.unit_position) == 15, "a layout of other layers is none for it"


def test_without_points_weights_alone_count_alike_for_all_classes():
    look = LiveNetwork((5,), 2).look(np.empty((0, 2), np.float32), np.empty(0, np.int64))
    network = live_network(look, ProcessingConfig())
    hidden = network.unit_importance[:7]
    np.testing.assert_array_equal(hidden[:, 0], hidden[:, 1])
    assert hidden.max() == 1
