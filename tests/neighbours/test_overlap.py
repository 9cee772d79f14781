"""Overlap, distance of transitions and confidence: oracles and what must hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import neighbours as oracle

from nnvis import neighbour_overlap, overlap_distance
from nnvis.errors import ConfigError, DatasetError
from nnvis.neighbours import confidence, shared_neighbours


def epochs(samples: int = 70, count: int = 5) -> np.ndarray:
    """Representations that move less and less."""
    rng = np.random.default_rng(0)
    start = rng.standard_normal((samples, 3))
    moves = rng.standard_normal((count, samples, 3)) / (1 + np.arange(count))[:, None, None]
    return start + np.cumsum(moves, axis=0)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_overlap_equals_plain_loops(metric):
    given = epochs()
    assert neighbour_overlap(given, 6, metric).tolist() == oracle.overlap(given, 6, metric)
    chosen = [60, 2, 9]
    found = neighbour_overlap(given, 6, metric, chosen)
    assert found.tolist() == oracle.overlap(given, 6, metric, chosen)


def test_a_selection_gives_the_columns_of_all():
    given = epochs()
    everybody = neighbour_overlap(given, 6)
    np.testing.assert_array_equal(neighbour_overlap(given, 6, samples=[5, 1]), everybody[:, [5, 1]])


def test_epochs_may_come_in_a_list_and_differ_in_width():
    rng = np.random.default_rng(3)
    given = [rng.random((30, 4)), rng.random((30, 2, 3)), rng.random((30, 1))]
    found = neighbour_overlap(given, 4)
    assert found.tolist() == oracle.overlap([each.reshape(30, -1) for each in given], 4)


def test_torch_tensors_are_taken():
    torch = pytest.importorskip("torch")
    given = epochs(20, 3)
    np.testing.assert_array_equal(
        neighbour_overlap(torch.from_numpy(given), 4), neighbour_overlap(given, 4)
    )


def test_equal_epochs_keep_every_neighbour():
    one = epochs()[0]
    assert (neighbour_overlap([one, one, one * 3 + 1], 7) == 1).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_permuting_samples_permutes_overlaps_and_leaves_distances(seed):
    rng = np.random.default_rng(seed)
    given = rng.standard_normal((4, 40, 2))
    order = rng.permutation(40)
    found = neighbour_overlap(given, 5)
    permuted = neighbour_overlap(given[:, order], 5)
    np.testing.assert_array_equal(permuted, found[:, order])
    np.testing.assert_allclose(overlap_distance(permuted), overlap_distance(found), atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 9)), elements=st.floats(0, 1))
)
def test_distances_are_a_metric_on_transitions(overlap):
    found = overlap_distance(overlap)
    np.testing.assert_allclose(found, oracle.overlap_distance(overlap.tolist()), atol=1e-12)
    np.testing.assert_array_equal(found, found.T)
    assert (np.diag(found) == 0).all()
    assert ((found >= 0) & (found <= 1)).all()


def test_which_samples_move_matters_not_only_how_many():
    first, second = [1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]
    assert overlap_distance([first, second])[0, 1] == 1
    assert overlap_distance([first, first])[0, 1] == 0


def test_shared_neighbours_need_no_order():
    assert shared_neighbours([[3, 1, 2], [9, 8, 7]], [[1, 3, 5], [7, 8, 9]]).tolist() == [2, 3]


@settings(max_examples=50, deadline=None)
@given(arrays(np.float64, 5, elements=st.floats(0.001, 1)))
def test_confidence_equals_its_formula(row):
    probability = row / row.sum()
    assert confidence(probability) == pytest.approx(oracle.confidence(probability), abs=1e-12)


def test_confidence_is_one_when_sure_and_zero_when_not():
    assert confidence([[1.0, 0.0], [0.5, 0.5]]).tolist() == [1.0, 0.0]
    half = np.array([[0.1] * 10, [1] + [0] * 9], np.float16)
    assert confidence(half).tolist() == pytest.approx([0, 1], abs=1e-6)
    assert confidence(np.ones((3, 1))).tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("given", "k", "error", "said"),
    [
        (epochs(20)[:1], 3, DatasetError, "has one epoch, but an overlap needs two"),
        (np.zeros((0, 5, 2)), 3, DatasetError, "has no epoch"),
        (np.zeros((5, 2)), 3, DatasetError, r"\(epochs, samples, numbers of each\), got \(5, 2\)"),
        (
            [np.zeros((5, 2)), np.zeros((4, 2))],
            3,
            DatasetError,
            "5 samples at epoch 0, but 4 at epoch 1",
        ),
        (epochs(20), 20, ConfigError, "got 20 for 20 samples"),
        (epochs(20), 0, ConfigError, "from 1 on"),
        (
            np.where(np.arange(3)[:, None, None] == 1, np.inf, epochs(9, 3)),
            2,
            DatasetError,
            "Epoch 1: .*holds inf",
        ),
    ],
)
def test_bad_representations_are_one_sentence(given, k, error, said):
    with pytest.raises(error, match=said) as caught:
        neighbour_overlap(given, k)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: overlap_distance([0.5, 0.5]), r"\(transitions, samples\), got \(2,\)"),
        (lambda: overlap_distance([[0.5, 1.5]]), "holds 1.5 at transition 0, sample 1"),
        (lambda: overlap_distance([[np.nan]]), "holds nan"),
        (lambda: confidence([[0.5, 0.5], [0.9, 0.9]]), r"at \(1,\): its sum is 1.8"),
        (lambda: confidence([[1.5, -0.5]]), "least number -0.5"),
        (lambda: confidence([[np.nan, 1]]), "its sum is nan"),
        (lambda: confidence(0.5), "a number a class"),
    ],
)
def test_bad_values_are_one_sentence(call, said):
    with pytest.raises(DatasetError, match=said):
        call()
