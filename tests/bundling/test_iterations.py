"""How actions go on: schedule, watching, cancelling, settings at the ends of their ranges."""

from __future__ import annotations

import numpy as np
import pytest
from bundling.action_table import ACTIONS, EDGE_ACTIONS, ITERATED, RATE
from bundling.cases import (
    FEW_STEPS,
    assert_complete,
    assert_inside,
    assert_unchanged,
    copied,
    straight_network,
)
from networks import synthetic_network
from oracles import placing

from nnvis.bundling import (
    advect_edges,
    diverge_edges,
    edge_lengths,
)
from nnvis.config import ProcessingConfig
from nnvis.errors import Cancelled
from nnvis.layout import advect_nodes
from nnvis.model import Network
from nnvis.progress import Progress, Step


@pytest.mark.parametrize("name", ITERATED)
def test_nothing_is_left_over_from_the_action_before(name: str) -> None:
    network = straight_network((8, 4))
    first = ITERATED[name](network, FEW_STEPS)
    steps: list[Step] = []
    for other in ITERATED.values():
        other(network, FEW_STEPS)
    again = ITERATED[name](network, FEW_STEPS, Progress(steps.append))
    assert_unchanged(again, first, f"{name} after other actions")
    started = 0.5 if name.endswith("edges") else 0.75
    assert steps[0].numbers["bandwidth"] == started, "the bandwidth did not start anew"
    after_diverge = diverge_edges(network, FEW_STEPS)
    advected = ITERATED[name](after_diverge, FEW_STEPS)
    assert_unchanged(ITERATED[name](copied(after_diverge), FEW_STEPS), advected, name)


@pytest.mark.parametrize("name", ITERATED)
def test_the_bandwidths_are_those_of_the_schedule(name: str) -> None:
    steps: list[Step] = []
    ITERATED[name](straight_network((6, 4)), ProcessingConfig(), Progress(steps.append))
    first, reduction = (0.5, 0.9) if name.endswith("edges") else (0.75, 0.95)
    expected = placing.bandwidths(first, 2 / (3 * RATE), reduction)
    assert [step.numbers["bandwidth"] for step in steps] == pytest.approx(expected)
    assert [step.done for step in steps] == list(range(1, len(expected) + 1))
    assert {step.total for step in steps} == {len(expected)}


@pytest.mark.parametrize("name", ITERATED)
def test_watch_sees_a_complete_network_at_each_iteration(name: str) -> None:
    network = straight_network()
    seen: list[Network] = []
    steps: list[int] = []

    def listen(step: Step) -> None:
        steps.append(step.done)
        assert len(seen) == step.done, "the network must be there before its step is reported"

    moved = ITERATED[name](network, FEW_STEPS, Progress(listen), watch=seen.append)
    assert len(seen) == len(steps) >= 3, "watch was not called once an iteration"
    for number, view in enumerate(seen, start=1):
        assert_complete(view, network, f"{name}, iteration {number}")
    assert not np.array_equal(seen[0].point_position, seen[-1].point_position), "nothing happened"
    kept = [copied(view) for view in seen]
    ITERATED[name](network, FEW_STEPS)
    for view, before in zip(seen, kept, strict=True):
        assert_unchanged(view, before, "a network that was watched earlier")
    np.testing.assert_array_equal(moved.unit_position, seen[-1].unit_position)


@pytest.mark.parametrize("name", ITERATED)
@pytest.mark.parametrize("after", [1, 3])
def test_cancel_ends_at_that_iteration_and_changes_nothing(name: str, after: int) -> None:
    network = synthetic_network((20, 8, 4))
    before = copied(network)
    steps: list[int] = []

    def listen(step: Step) -> None:
        steps.append(step.done)
        if step.done == after:
            progress.cancel()

    progress = Progress(listen)
    with pytest.raises(Cancelled, match="unchanged"):
        ITERATED[name](network, FEW_STEPS, progress)
    assert steps == list(range(1, after + 1)), "the work went on after cancel"
    assert_unchanged(network, before, f"{name}, cancelled")


@pytest.mark.parametrize(
    "changes",
    [
        {"smoothing": False},
        {"smoothing_iterations": 0},
        {"smoothing_iterations": 16},
        {"edge_bandwidth_reduction": 0.0, "node_bandwidth_reduction": 0.0},
        {"edge_bandwidth_reduction": 0.99, "node_bandwidth_reduction": 0.99},
        {"class_separation": 0.0},
        {"class_separation": 1.0},
        {"sampling_rate": 5.0},
        {"sampling_rate": 20.0},
    ],
    ids=lambda changes: ", ".join(f"{k} {v}" for k, v in changes.items()),
)
def test_settings_at_the_ends_of_their_ranges(changes: dict) -> None:
    config = ProcessingConfig(**{**FEW_STEPS.model_dump(), **changes})
    network = straight_network((5, 3, 2))
    for name, action in ACTIONS.items():
        moved = action(network, config)
        assert_complete(moved, network, f"{name} with {changes}")
        if name in EDGE_ACTIONS:
            assert_inside(moved, config.layer_width, f"{name} with {changes}")


def test_smoothing_off_is_smoothing_zero_times() -> None:
    network = straight_network()
    off = FEW_STEPS.model_copy(update={"smoothing": False})
    zero = FEW_STEPS.model_copy(update={"smoothing_iterations": 0})
    found, expected = advect_edges(network, off), advect_edges(network, zero)
    assert_unchanged(found, expected, "smoothing off against zero passes")
    smoothed = advect_edges(network, FEW_STEPS)
    assert edge_lengths(smoothed).sum() < edge_lengths(found).sum(), "smoothing did not shorten"


def test_reduction_zero_is_one_iteration() -> None:
    steps: list[Step] = []
    config = ProcessingConfig(edge_bandwidth_reduction=0, node_bandwidth_reduction=0)
    advect_edges(straight_network(), config, Progress(steps.append))
    advect_nodes(straight_network(), config, Progress(steps.append))
    assert [(s.done, s.total) for s in steps] == [(1, 1), (1, 1)]
