"""Transitions and distances against plain loops, and what must hold for any predictions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import recurrence as oracle

import nnvis
from nnvis.errors import ConfigError, DatasetError
from nnvis.fingerprint import sparse_transitions


def predictions(epochs: int, samples: int, classes: int, seed: int = 0) -> np.ndarray:
    """Few samples change at each epoch, none at all from epoch 2 to 3."""
    rng = np.random.default_rng(seed)
    rows = [rng.integers(0, classes, samples)]
    for epoch in range(1, epochs):
        moved = (rng.random(samples) < 0.3) & (epoch != 3)
        rows.append(np.where(moved, rng.integers(0, classes, samples), rows[-1]))
    return np.array(rows, np.int32)


SHAPES = [(2, 1, 1), (5, 7, 2), (9, 63, 3), (6, 64, 4), (20, 65, 10), (18, 130, 17), (4, 0, 3)]


@pytest.mark.parametrize(("epochs", "samples", "classes"), SHAPES)
@pytest.mark.parametrize("kind", [np.int32, np.int64, np.uint8, np.float64])
def test_everything_equals_plain_loops(epochs, samples, classes, kind):
    given = predictions(epochs, samples, classes).astype(kind)
    deltas = nnvis.transitions(given, classes)
    plain = given.astype(int).tolist()
    wanted = oracle.transitions(plain, classes)
    assert deltas.shape == (epochs - 1, classes, classes)
    assert deltas.tolist() == wanted
    distance = nnvis.transition_distance(deltas)
    assert distance.tolist() == [[oracle.transition_distance(a, b) for b in wanted] for a in wanted]
    raw = nnvis.prediction_distance(given)
    assert raw.tolist() == [[oracle.prediction_distance(a, b) for b in plain] for a in plain]


@pytest.mark.parametrize(("epochs", "samples", "classes"), SHAPES)
def test_sparse_equals_dense(epochs, samples, classes):
    given = predictions(epochs, samples, classes)
    dense, sparse = nnvis.transitions(given, classes), sparse_transitions(given, classes)
    assert len(sparse) == epochs - 1
    for t in range(epochs - 1):
        assert (sparse.dense(t) == dense[t]).all()
    distance = nnvis.transition_distance(dense)
    assert (nnvis.transition_distance(sparse) == distance).all()
    assert (nnvis.transition_distance(sparse, dense) == distance).all()


def test_a_thousand_classes():
    given = predictions(12, 3000, 1000)
    sparse = sparse_transitions(given, 1000)
    assert sparse.count.sum() == 11 * 3000
    dense = nnvis.transitions(given[:5], 1000)
    assert (nnvis.transition_distance(sparse)[:4, :4] == nnvis.transition_distance(dense)).all()
    with pytest.raises(DatasetError, match="use sparse_transitions"):
        nnvis.transitions(np.zeros((700, 2), int), 1000)


def test_two_runs():
    first, second = (nnvis.transitions(predictions(n, 50, 3, n), 3) for n in (4, 6))
    between = nnvis.transition_distance(first, second)
    assert between.shape == (3, 5)
    wanted = oracle.transition_distance(first[1].tolist(), second[2].tolist())
    assert between[1, 2] == wanted
    with pytest.raises(DatasetError, match="3 and 2 classes; only runs with the same"):
        nnvis.transition_distance(first, np.zeros((2, 2, 2), int))
    with pytest.raises(DatasetError, match="3 and 4 classes"):
        nnvis.transition_distance(
            sparse_transitions(predictions(3, 5, 3), 3), sparse_transitions([[0, 3], [1, 2]], 4)
        )


def test_known_distance():
    """Two of five changes are shared: 1 − 2 · 2 / (2 + 3)."""
    first = np.array([[3, 2], [0, 5]])
    second = np.array([[3, 2], [1, 4]])
    assert nnvis.transition_distance([first, second])[0, 1] == 1 / 5
    assert nnvis.transition_distance(np.zeros((2, 3, 3)))[0, 1] == 0
    assert nnvis.transition_distance([np.eye(2), first])[0, 1] == 1


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 9), st.integers(1, 70), st.integers(1, 6), st.integers(0, 999))
def test_invariants(epochs, samples, classes, seed):
    given = predictions(epochs, samples, classes, seed)
    deltas = nnvis.transitions(given, classes)
    distance, raw = nnvis.transition_distance(deltas), nnvis.prediction_distance(given)
    assert (deltas.sum((1, 2)) == samples).all()
    assert (distance == distance.T).all()
    assert (raw == raw.T).all()
    assert (np.diag(distance) == 0).all()
    assert distance.min() >= 0
    assert distance.max() <= 1
    rng = np.random.default_rng(seed)
    shuffled = given[:, rng.permutation(samples)]
    assert (nnvis.transitions(shuffled, classes) == deltas).all()
    assert (nnvis.prediction_distance(shuffled) == raw).all()
    names = rng.permutation(classes)
    renamed = nnvis.transition_distance(nnvis.transitions(names[given], classes))
    assert (renamed == distance).all()
    steps = np.array([raw[t, t + 1] for t in range(epochs - 1)])
    assert (steps == deltas.sum((1, 2)) - np.trace(deltas, axis1=1, axis2=2)).all()


def test_torch_tensors_are_taken():
    torch = pytest.importorskip("torch")
    given = predictions(4, 9, 3)
    deltas = nnvis.transitions(torch.from_numpy(given), 3)
    assert (deltas == nnvis.transitions(given, 3)).all()
    found = nnvis.transition_distance(torch.from_numpy(deltas))
    assert (found == nnvis.transition_distance(deltas)).all()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([[0, 1]], "has one epoch, but a transition needs two"),
        (np.zeros((0, 3), int), "has no epochs"),
        ([0, 1, 2], r"shape \(epochs, samples\), got \(3,\)"),
        ([[0, 1], [0]], "same probe samples"),
        ([[0, 1], [0, 3]], "from 0 to 2, got 3 at epoch 1, sample 1"),
        ([[0, -1], [0, 2]], "got -1 at epoch 0, sample 1"),
        ([[0, 1], [0.5, 1]], "class numbers, got 0.5 at epoch 1, sample 0"),
        ([[0, np.nan], [0, 1]], "got nan at epoch 0, sample 1"),
        ([["a", "b"], ["b", "b"]], "must hold numbers"),
    ],
)
def test_bad_predictions(given, words):
    with pytest.raises(DatasetError, match=words):
        nnvis.transitions(given, 3)


def test_other_bad_input():
    with pytest.raises(ConfigError, match="n_classes must be a whole number from 1 on, got 0"):
        nnvis.transitions([[0], [0]], 0)
    with pytest.raises(DatasetError, match="from 0 on, got -1 at epoch 1, sample 0"):
        nnvis.prediction_distance([[0], [-1]])
    for deltas, words in (
        (np.zeros((2, 3)), r"\(transitions, classes, classes\), got \(2, 3\)"),
        (np.full((1, 2, 2), -1), "counts from 0 on, got -1"),
        (np.full((1, 2, 2), np.nan), "NaN or infinity"),
    ):
        with pytest.raises(DatasetError, match=words):
            nnvis.transition_distance(deltas)
