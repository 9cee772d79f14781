"""Table, Sankey and clusters agree with plain loops, and so with each other, in every count."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import signatures as oracle
from signature.made import paths, random_paths

from nnvis.errors import ConfigError, UsageError
from nnvis.signature import GROUPS, OTHERS, SORTS, Paths, ordered, sankey_of, table_of


@st.composite
def some_paths(draw) -> Paths:
    clusters = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    n_entries, n_classes = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    one = st.tuples(
        st.integers(0, n_entries - 1),
        st.tuples(*(st.integers(0, count - 1) for count in clusters)),
        st.integers(0, n_classes - 1),
    )
    ways = draw(st.lists(one, min_size=1, max_size=40))
    entry, signature, predicted = zip(*ways, strict=True)
    return paths(entry, signature, predicted, n_entries, clusters, n_classes)


def plain(given_paths):
    return (
        given_paths.entry.tolist(),
        given_paths.signature.tolist(),
        given_paths.predicted.tolist(),
    )


@given(some_paths())
@settings(deadline=None, max_examples=60)
def test_all_views_agree_with_plain_loops(given_paths):
    ways = plain(given_paths)
    wanted = oracle.table(*ways)
    (group,) = table_of(given_paths)
    rows = {(row.entry, row.signature, row.predicted): row.occurrences for row in group.rows}
    assert rows == wanted
    assert len(group.rows) == len(wanted), "a path has two rows"
    assert group.occurrences == len(given_paths)
    sankey = sankey_of(given_paths)
    links = {
        (link.column, link.source, link.target, link.entry): link.count for link in sankey.links
    }
    assert links == oracle.flows(*ways)
    for layer, count in enumerate(given_paths.clusters):
        own = given_paths.signature[:, layer].tolist()
        wanted_counts = oracle.counts(ways[0], own, len(given_paths.entry_names), count)
        assert given_paths.counts(layer).tolist() == wanted_counts
        # The same number three ways: cluster, table, diagram.
        for node in sankey.column(layer + 1):
            of_table = sum(r.occurrences for r in group.rows if r.signature[layer] == node.number)
            assert node.count == of_table == sum(row[node.number] for row in wanted_counts)


@given(some_paths(), st.sampled_from([0.0, 0.1, 0.4, 1.0]))
@settings(deadline=None, max_examples=60)
def test_what_comes_in_goes_out(given_paths, gather):
    sankey = sankey_of(given_paths, gather=gather)
    last = len(sankey.columns) - 1
    for node in sankey.nodes:
        incoming, outgoing = Counter(), Counter()
        for link in sankey.links:
            if (link.column + 1, link.target) == (node.column, node.number):
                incoming[link.entry] += link.count
            if (link.column, link.source) == (node.column, node.number):
                outgoing[link.entry] += link.count
        if 0 < node.column < last:
            assert incoming == outgoing, "samples of a class are lost at a node"
        assert node.count == (outgoing if node.column < last else incoming).total()
    for column in range(last + 1):
        assert sum(node.count for node in sankey.column(column)) == len(given_paths)
        members = [k for node in sankey.column(column) for k in node.members]
        assert len(members) == len(set(members)), "a cluster is in two nodes"


@given(some_paths(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_another_order_of_samples_changes_nothing(given_paths, chance):
    order = list(range(len(given_paths)))
    chance.shuffle(order)
    other = paths(
        given_paths.entry[order],
        given_paths.signature[order],
        given_paths.predicted[order],
        len(given_paths.entry_names),
        given_paths.clusters,
        len(given_paths.class_names),
    )
    for group in (None, *GROUPS):
        assert table_of(other, group) == table_of(given_paths, group)
    assert sankey_of(other) == sankey_of(given_paths)


@pytest.mark.parametrize("group", [None, *GROUPS])
@pytest.mark.parametrize("sort", SORTS)
def test_groups_and_their_order(group, sort):
    given_paths = random_paths(0)
    groups = table_of(given_paths, group, sort)
    wanted = oracle.grouped(oracle.table(*plain(given_paths)), group)
    found = {}
    for each in groups:
        key = {
            "input": (each.entry, each.signature),
            "predicted": each.predicted,
            "signature": each.signature,
            None: (),
        }[group]
        assert key not in found, "a group is split"
        found[key] = each.occurrences
        assert each.occurrences == sum(row.occurrences for row in each.rows)
        for row in each.rows:
            assert each.entry in (None, row.entry)
            assert each.signature in (None, row.signature)
            assert each.predicted in (None, row.predicted)
        keys = [value_of(row, sort) for row in each.rows]
        assert keys == sorted(keys)
    assert found == wanted
    if sort == "occurrences":
        totals = [each.occurrences for each in groups]
        assert totals == sorted(totals, reverse=True)
    else:
        firsts = [value_of(each.rows[0], sort) for each in groups]
        assert firsts == sorted(firsts)
    backwards = table_of(given_paths, group, sort, reverse=True)
    assert [each.rows[0] for each in table_of(given_paths, None, sort, reverse=True)] == [
        table_of(given_paths, None, sort)[0].rows[-1]
    ]
    assert {each.occurrences for each in backwards} == {each.occurrences for each in groups}


def value_of(row, sort):
    return {
        "occurrences": -row.occurrences,
        "input": row.entry,
        "signature": row.signature,
        "predicted": row.predicted,
    }[sort]


def test_samples_of_a_path():
    given_paths = random_paths(3, samples=200)
    row = table_of(given_paths)[0].rows[0]
    path = ">".join((f"in{row.entry}", *map(str, row.signature), f"out{row.predicted}"))
    found = given_paths.samples_on(path)
    assert len(found) == row.occurrences
    for sample in found:
        steps = (row.entry, *row.signature, row.predicted)
        assert tuple(given_paths.steps[sample]) == steps
    assert len(given_paths.samples_on("* > * > * > *")) == 200
    some = given_paths.samples_on("*>*>2>*")
    assert len(some) == given_paths.counts(1)[:, 2].sum()
    marked = sankey_of(given_paths, path)
    chosen = [link for link in marked.links if link.chosen]
    assert [link.count for link in chosen] == [row.occurrences] * 3
    assert sum(link.count for link in marked.links) == 3 * 200


def test_only_some_classes():
    given_paths = random_paths(4)
    some = given_paths.of_classes(("in1", "in3"))
    assert {row.entry for row in table_of(some)[0].rows} == {1, 3}
    assert given_paths.of_classes(None) is given_paths
    with pytest.raises(UsageError, match="no input class 'dog'; there are in0, in1"):
        given_paths.of_classes(("dog",))


def test_small_clusters_are_gathered():
    given_paths = paths([0] * 20, [[0]] * 16 + [[1], [2], [2], [3]], [0] * 20, 1, (4,), 1)
    names = {node.name: node for node in sankey_of(given_paths, gather=0.15).column(1)}
    assert set(names) == {"0", "3 others"}
    others = names["3 others"]
    assert (others.number, others.members, others.count) == (OTHERS, (1, 2, 3), 4)
    alone = sankey_of(given_paths, gather=0.06).column(1)
    assert [node.name for node in alone] == ["0", "2", "2 others"]
    one = paths([0] * 20, [[0]] * 19 + [[1]], [0] * 20, 1, (2,), 1)
    assert [node.name for node in sankey_of(one, gather=0.2).column(1)] == ["0", "1"]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_nodes_crosses_less(seed):
    given_paths = random_paths(seed, clusters=(6, 6, 6))
    sankey = sankey_of(given_paths)
    columns = ordered(sankey)
    for number, column in enumerate(columns):
        assert sorted(n.number for n in column) == [n.number for n in sankey.column(number)]
    for end in (0, -1):
        numbers = [node.number for node in columns[end]]
        assert numbers == sorted(numbers), "classes stand by number"
    links = [(link.column, link.source, link.target, link.count) for link in sankey.links]
    before = oracle.crossings(
        [[n.number for n in sankey.column(k)] for k in range(len(columns))], links
    )
    after = oracle.crossings([[n.number for n in column] for column in columns], links)
    assert after <= before


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("in0>1>out0", "has 3 steps, expected 4: input class, cluster in fc1, fc2, predicted"),
        ("dog>1>2>out0", "no input class 'dog'; there are in0, in1, in2, in3"),
        ("in0>1>2>dog", "no predicted class 'dog'"),
        ("in0>3>2>out0", "fc1 has no cluster '3'; it has 0 to 2"),
        ("in0>-1>2>out0", "no cluster '-1'"),
    ],
)
def test_paths_that_do_not_exist(path, said):
    with pytest.raises(UsageError, match=said):
        random_paths(0).samples_on(path)


def test_settings_out_of_range():
    given_paths = random_paths(0)
    with pytest.raises(ConfigError, match="group must be one of input, predicted, signature"):
        table_of(given_paths, "colour")
    with pytest.raises(ConfigError, match="sort must be one of occurrences"):
        table_of(given_paths, None, "colour")
    for gather in (-0.1, 1.5, float("nan")):
        with pytest.raises(ConfigError, match="gather must be a share from 0 to 1"):
            sankey_of(given_paths, gather=gather)
    assert np.array_equal(given_paths.steps[:, 0], given_paths.entry)


def test_class_names_may_hold_the_sign_between_steps():
    names = {"entry_names": (">50K", "<=50K", "a > b"), "class_names": (">50K", "<=50K", "a > b")}
    named = replace(random_paths(3, n_entries=3), **names)
    for entry, first in enumerate((*named.entry_names, "*")):
        for predicted, last in enumerate((*named.class_names, "*")):
            wanted = (entry if entry < 3 else None, 1, None, predicted if predicted < 3 else None)
            assert named.numbers_of(f"{first}>1>*>{last}") == wanted
            assert named.numbers_of(f" {first} > 1 > * > {last} ") == wanted
    with pytest.raises(UsageError, match="has 5 steps, expected 4"):
        named.numbers_of("<=50K>1>2>3><=50K")
