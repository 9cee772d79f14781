"""How much is drawn while the view moves."""

from __future__ import annotations

from networks import synthetic_network

from nnvis.app.detail import FEWEST_EDGES, moving_detail
from nnvis.config import RenderingConfig
from nnvis.render.scene import build_scene


def test_a_quick_machine_draws_everything_while_moving():
    scene = build_scene(synthetic_network())
    rendering = RenderingConfig(edge_importance_threshold=0.0)
    assert moving_detail(scene, rendering, 0.01).rendering == rendering


def test_a_slow_machine_draws_fewer_edges_but_the_strongest():
    scene = build_scene(synthetic_network((200, 60, 4)))
    rendering = RenderingConfig(edge_importance_threshold=0.0)
    drawn = scene.edges_drawn(0.0)
    detail = moving_detail(scene, rendering, 5.0)
    fewer = scene.edges_drawn(detail.rendering.edge_importance_threshold)
    assert fewer < drawn, "nothing was left out although a frame takes seconds"
    assert fewer <= max(FEWEST_EDGES, drawn // 10)
    assert detail.pixel == 2
