"""Which samples each class is tuned on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnvis.errors import DatasetError
from nnvis.importance.sampling import batch_shape, class_sets, epoch_batches

COUNTS = st.lists(st.integers(1, 40), min_size=2, max_size=6)


def _labels(counts):
    return np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))


def _names(counts):
    return [f"class {number}" for number in range(len(counts))]


@given(COUNTS, st.one_of(st.none(), st.integers(1, 30)))
@settings(max_examples=60, deadline=None)
def test_half_own_samples_half_others_drawn_evenly(counts, most):
    y = _labels(counts)
    sets = class_sets(y, _names(counts), most, np.random.default_rng(0))
    for number, entry in enumerate(sets):
        own, others = entry.rows[: entry.own], entry.rows[entry.own :]
        assert entry.own == min(counts[number], most or counts[number])
        assert len(np.unique(own)) == len(own), "an own sample came twice"
        assert (y[own] == number).all(), "the own samples hold another class"
        assert (y[others] != number).all(), "the other classes contain the class itself"
        assert len(others) == len(own), "there are not equally many others"
        drawn = np.delete(np.bincount(y[others], minlength=len(counts)), number)
        assert drawn.max() - drawn.min() <= 1, f"others are not drawn evenly: {drawn}"
        for other in set(y[others]):
            rows = others[y[others] == other]
            times = np.unique(rows, return_counts=True)[1]
            assert times.max() <= -(-len(rows) // counts[other]), "repeated before all were used"


def test_a_class_without_samples_is_named():
    with pytest.raises(DatasetError, match=r"Class 'seven' \(number 2\) has no samples"):
        class_sets(np.array([0, 1, 0, 1]), ["a", "b", "seven"], None, np.random.default_rng(0))


@given(COUNTS, st.integers(2, 50))
@settings(max_examples=60, deadline=None)
def test_each_class_sees_the_same_number_of_steps_and_all_its_samples(counts, batch_size):
    y = _labels(counts)
    sets = class_sets(y, _names(counts), None, np.random.default_rng(0))
    steps, batch = batch_shape(sets, batch_size)
    batches = epoch_batches(sets, batch_size, np.random.default_rng(1))
    assert batches.rows.shape == batches.is_class.shape == (steps, len(counts), batch)
    assert steps == -(-2 * max(counts) // batch), "more steps than the largest class needs"
    for number, entry in enumerate(sets):
        seen = batches.rows[:, number].ravel()
        assert set(seen) == set(entry.rows), f"class {number} misses samples in an epoch"
        flags = batches.is_class[:, number].ravel()
        assert (flags == (y[seen] == number)).all(), "is_class does not tell the label"
        times = np.unique(seen, return_counts=True)[1].sum()
        assert times == steps * batch


def test_batches_differ_between_epochs_and_agree_between_equal_seeds():
    y = _labels((30, 30, 30))
    sets = class_sets(y, _names((1, 1, 1)), None, np.random.default_rng(0))
    rng = np.random.default_rng(3)
    first, second = epoch_batches(sets, 16, rng), epoch_batches(sets, 16, rng)
    again = epoch_batches(sets, 16, np.random.default_rng(3))
    assert not np.array_equal(first.rows, second.rows), "two epochs have the same order"
    assert np.array_equal(first.rows, again.rows), "the seed does not fix the order"
