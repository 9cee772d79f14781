"""What the Signatures panel shows and lights, without a window."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from app.saved import saved_run
from app.signed import signed_run
from app.states import state_with

from nnvis.app.actions import ChoosePath, Escape, SelectSamples
from nnvis.app.changes import changed
from nnvis.app.signing import (
    KEY,
    Signed,
    clusters_that_raise,
    find,
    followed,
    lit_by,
    path_of,
    placed,
    rows,
    selected,
    way_of,
    ways,
)
from nnvis.app.training import read_training
from nnvis.errors import NnvisError
from nnvis.progress import Progress
from nnvis.reopening import model_of, samples_of
from nnvis.store import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    return Run.open(signed_run(tmp_path_factory.mktemp("signed")))


@pytest.fixture(scope="module")
def state(run):
    training = read_training(run.path, Progress())
    shown = state_with(run.load_network())
    return replace(shown, run=run.path, training=training)


@pytest.fixture(scope="module")
def signed(run, state) -> Signed:
    return find(run.path, {"clusters": 4, "bins": None}, state, Progress())


def test_the_test_samples_are_those_of_the_probe(signed, state):
    assert signed.is_of_probe
    assert len(signed.found.test) == state.training.prediction.shape[1]
    assert [own.name for own in signed.found.layers] == ["fc1", "fc2"]


def test_every_row_of_the_table_is_a_path_with_as_many_samples(signed, state):
    shown = rows(signed, "test", None, "occurrences", False)
    network = state.shown.network
    paths = signed.found.test
    for row in shown:
        samples, _ = followed(signed, network, path_of(paths, row), "test")
        assert len(samples) == row.occurrences, f"the path {path_of(paths, row)}"
    assert sum(row.occurrences for row in shown) == len(paths)


def test_the_diagram_and_the_table_agree(signed):
    diagram = placed(signed, "test", None, 200.0, 4.0, 12.0)
    total = len(signed.found.test)
    for column in range(len(diagram.columns)):
        assert sum(each.node.count for each in diagram.columns[column]) == total
        if column:
            links = [r.link.count for r in diagram.ribbons if r.link.column == column - 1]
            assert sum(links) == total
    for nodes in diagram.columns:
        for above, below in pairwise(nodes):
            assert above.bottom >= below.top, "two nodes lie on each other"
        assert nodes[-1].bottom >= -1e-6
        assert nodes[0].top <= 200.0 + 1e-6


def test_a_path_lights_the_units_that_its_clusters_raise_most(signed, state):
    network = state.shown.network
    row = rows(signed, "test", None, "occurrences", False)[0]
    _, lit = followed(signed, network, path_of(signed.found.test, row), "test")
    layers = network.unit_layer[list(lit)]
    assert set(layers.tolist()) == {1, 2, 3}, "each hidden layer and the output"
    for at, cluster in enumerate(row.signature):
        raised, _ = signed.found.raised_units(at, cluster, 1)
        assert network.unit_slice(at + 1).start + int(raised[0]) in lit
    output = network.unit_slice(3).start + row.predicted
    assert [unit for unit in lit if unit >= network.unit_slice(3).start] == [output]


def test_any_cluster_lights_nothing_of_its_layer(signed, state):
    network = state.shown.network
    samples, lit = followed(signed, network, "*>*>*>*", "test")
    assert lit == ()
    assert len(samples) == len(signed.found.test)
    assert followed(signed, network, "*>*>*>*", "train")[0] == (), "those are not the probe's"


def test_choosing_a_path_selects_and_lights_and_escape_lets_it_go(signed, state):
    state = replace(state, analyses={KEY: signed})
    row = rows(signed, "test", None, "occurrences", False)[0]
    path = path_of(signed.found.test, row)
    chosen = changed(state, ChoosePath(path))
    assert chosen.path == path
    assert len(chosen.samples) == row.occurrences
    assert chosen.lit
    gone = changed(chosen, ChoosePath(None))
    assert (gone.path, gone.samples, gone.lit) == (None, (), ())
    assert changed(chosen, Escape()).path is None
    assert changed(replace(state, analyses={}), ChoosePath(path)).path is None


def test_a_pinned_unit_is_found_in_the_clusters_that_raise_it_most(signed, state):
    network = state.shown.network
    raised, _ = signed.found.raised_units(1, 2, 1)
    unit = network.unit_slice(2).start + int(raised[0])
    found = clusters_that_raise(signed, replace(state, pinned=unit))
    assert set(found) == {1}, "a unit belongs to one layer"
    assert 2 in found[1]
    for cluster in found[1]:
        lit = followed(signed, network, f"*>*>{cluster}>*", "test")[1]
        assert unit in lit, "what a cluster lights and what lights it are not the same"
    assert clusters_that_raise(signed, state) == {}


@pytest.mark.parametrize("sort", ["input", "signature", "predicted", "occurrences"])
def test_rows_stand_in_the_order_asked_for_and_back(signed, sort):
    forth = rows(signed, "test", None, sort, False)
    back = rows(signed, "test", None, sort, True)
    assert set(forth) == set(back)
    values = [
        {"input": r.entry, "signature": r.signature, "predicted": r.predicted,
         "occurrences": -r.occurrences}[sort]
        for r in forth
    ]  # fmt: skip
    assert values == sorted(values)
    if sort == "occurrences":
        assert back[0].occurrences == forth[-1].occurrences


def test_the_run_gives_back_the_model_that_it_holds(run):
    model = model_of(run)
    _, state = run.load_model()
    for name, value in model.state_dict().items():
        assert np.array_equal(value.numpy(), state[name])
    first, every = samples_of(run)
    assert len(first.x_train) == len(every.x_train)
    assert every.x_test.shape[1] == 2


def test_a_model_that_nnvis_did_not_build_and_unknown_data_are_sentences(tmp_path):
    run = Run.open(saved_run(tmp_path))
    with pytest.raises(NnvisError, match="did not build; name it"):
        model_of(run, "name it")
    with pytest.raises(NnvisError, match="where its samples come from; say so"):
        samples_of(run, advice="say so")


def test_one_sample_lights_the_units_of_its_own_way(signed, state):
    paths, network = signed.found.test, state.shown.network
    for sample in (0, 7, 31):
        at = int(np.flatnonzero(paths.sample == sample)[0])
        way = (*map(str, paths.signature[at]), paths.class_names[paths.predicted[at]])
        asked = followed(signed, network, ">".join(("*", *way)), "test")[1]
        assert lit_by(signed, network, (sample,)) == asked
    assert lit_by(signed, network, ()) == ()
    assert lit_by(replace(signed, is_of_probe=False), network, (0,)) == ()


def test_several_samples_light_what_more_than_half_of_them_share(signed, state):
    paths, network = signed.found.test, state.shown.network
    first = paths.signature[:, 0]
    most, least = (np.flatnonzero(first == number) for number in (0, 1))
    chosen = tuple(sorted([*paths.sample[most[:5]].tolist(), *paths.sample[least[:2]].tolist()]))
    raised = followed(signed, network, "*>0>*>*", "test")[1]
    layer = network.unit_slice(1)
    lit = lit_by(signed, network, chosen)
    assert [unit for unit in lit if layer.start <= unit < layer.stop] == list(raised)
    half = tuple(sorted([int(paths.sample[most[0]]), int(paths.sample[least[0]])]))
    lit = lit_by(signed, network, half)
    assert not [unit for unit in lit if layer.start <= unit < layer.stop], "no cluster has most"


def test_selected_samples_are_marked_in_the_diagram_and_the_table(signed, state):
    state = replace(state, analyses={KEY: signed})
    chosen = changed(state, SelectSamples((3, 5, 8)))
    marked = selected(signed, chosen, "test")
    assert marked == (3, 5, 8)
    diagram = placed(signed, "test", None, 200.0, 4.0, 12.0, marked)
    for column in range(len(diagram.columns) - 1):
        links = [r.link for r in diagram.ribbons if r.link.column == column]
        assert sum(link.count for link in links if link.chosen) == 3
        assert sum(link.count for link in links) == len(signed.found.test)
    table = [row for row in rows(signed, "test", None, "input", False)
             if way_of(row) in ways(signed, marked)]  # fmt: skip
    paths = signed.found.test
    on = [set(paths.samples_on(path_of(paths, row)).tolist()) for row in table]
    assert all(each & {3, 5, 8} for each in on)
    assert {3, 5, 8} <= set().union(*on)
    assert selected(signed, chosen, "train") == (), "training samples are not the probe's"
    every = changed(state, SelectSamples(tuple(range(len(paths)))))
    assert selected(signed, every, "test") == (), "all marked is none marked"


def test_samples_selected_elsewhere_take_the_place_of_a_path(signed, state):
    state = replace(state, analyses={KEY: signed})
    path = path_of(signed.found.test, rows(signed, "test", None, "occurrences", False)[0])
    followed_one = changed(state, ChoosePath(path))
    same = changed(followed_one, SelectSamples(followed_one.samples))
    assert same.path == path, "the samples of the path are selected already"
    other = changed(followed_one, SelectSamples((4,)))
    assert (other.path, other.samples) == (None, (4,))
    assert other.lit == lit_by(signed, state.shown.network, (4,))
    assert changed(other, SelectSamples(())).lit == ()


def test_the_path_of_an_input_class_lights_where_most_of_its_samples_go(signed, state):
    state = replace(state, analyses={KEY: signed})
    name = signed.found.test.entry_names[0]
    chosen = changed(state, ChoosePath(f"{name}>*>*>*"))
    assert chosen.lit
    assert chosen.lit == lit_by(signed, state.shown.network, chosen.samples)
    assert changed(state, ChoosePath(f"{name}>*>*>*", "train")).lit == (), "not the probe's"
