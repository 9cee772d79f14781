"""How much is drawn, from how long drawing takes."""

from __future__ import annotations

import pytest
from networks import synthetic_network

from nnvis.app.detail import FEWEST_EDGES, LONGEST_STILL, Detail, Pace
from nnvis.config import RenderingConfig
from nnvis.render.scene import build_scene

ALL = RenderingConfig(edge_importance_threshold=0.0)


@pytest.fixture(scope="module")
def scene():
    return build_scene(synthetic_network((200, 60, 4)))


def paced(scene, seconds: float) -> Pace:
    """A machine that draws everything in so many seconds."""
    pace = Pace()
    pace.took(scene, Detail(ALL), seconds)
    return pace


def test_a_quick_machine_draws_everything_and_smooth(scene):
    pace = paced(scene, 0.01)
    assert pace.moving(scene, ALL) == Detail(ALL)
    assert pace.at_rest(scene, ALL, 2) == Detail(ALL, 1, 2)


def test_a_slow_machine_draws_fewer_edges_while_moving_but_the_strongest(scene):
    drawn = scene.edges_drawn(0.0)
    detail = paced(scene, 5.0).moving(scene, ALL)
    fewer = scene.edges_drawn(detail.rendering.edge_importance_threshold)
    assert fewer < drawn, "nothing was left out although a frame takes seconds"
    assert fewer <= max(FEWEST_EDGES, drawn // 10)
    assert detail.pixel == 2


def test_at_rest_a_slow_machine_draws_coarser_before_it_leaves_edges_out(scene):
    detail = paced(scene, 2 * LONGEST_STILL).at_rest(scene, ALL, 2)
    assert detail.rendering == ALL, "an edge is missing from a picture at rest"
    assert (detail.pixel, detail.supersample) == (2, 1)


def test_at_rest_no_frame_takes_much_longer_than_allowed(scene):
    pace = paced(scene, 8 * LONGEST_STILL)
    detail = pace.at_rest(scene, ALL, 2)
    drawn = scene.edges_drawn(detail.rendering.edge_importance_threshold)
    assert FEWEST_EDGES <= drawn <= 0.6 * scene.edges_drawn(0.0)


def test_a_frame_of_less_detail_tells_what_a_full_one_would_take(scene):
    pace = paced(scene, 1.0)
    pace.took(scene, Detail(ALL, 2), 0.25)
    assert pace.seconds(scene, ALL) == pytest.approx(1.0)
    pace.took(scene, Detail(ALL, 1, 2), 4.0)
    assert pace.seconds(scene, ALL) == pytest.approx(1.0)


def test_a_network_is_tried_with_few_edges_before_it_is_drawn_in_full(scene):
    pace = Pace()
    assert not pace.is_known
    trial = pace.trial(scene, ALL)
    assert scene.edges_drawn(trial.rendering.edge_importance_threshold) <= 2 * FEWEST_EDGES
    pace.took(scene, trial, 0.01)
    assert pace.is_known
    pace.forget()
    assert not pace.is_known
