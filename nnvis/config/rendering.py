"""Settings of a picture (``configs/rendering.json``)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nnvis.config.settings import Settings

EdgeRenderMode = Literal[
    "none", "sphere", "sphere_transparent", "ellipsoid_transparent", "line", "point"
]
NodeRenderMode = Literal["none", "sphere", "sphere_transparent", "point"]
GridRenderMode = Literal["none", "cube", "point"]
Blend = Literal["weighted", "minimum", "additive"]
Background = Literal["light", "dark"]
Palette = Literal["safe", "glasbey"]


class RenderingConfig(Settings):
    """How edges and nodes are drawn.

    Opacity of an item of importance i at depth z, both in [0, 1]:
    ``(base + importance * i) * (1 - depth * z ** exponent)``, cut to [0, 1]. Here and in the
    thresholds, i is the square root of the score's share of the network's largest score.
    """

    edge_size: float = Field(
        0.02,
        ge=0,
        le=1,
        description="Thickness of the most important edge, scene units; others are thinner.",
    )
    edge_base_opacity: float = Field(0.0, ge=0, le=1, description="Opacity of any edge.")
    edge_importance_opacity: float = Field(
        1.1, ge=0, le=2, description="Opacity added in proportion to importance."
    )
    edge_depth_opacity: float = Field(
        0.5, ge=0, le=1, description="Opacity lost at the far side of the scene."
    )
    edge_depth_exponent: float = Field(
        0.25, ge=0, le=10, description="How the loss grows with depth."
    )
    edge_importance_threshold: float = Field(
        0.1, ge=0, le=1, description="Edges of less importance, 0 to 1, are not drawn."
    )
    node_size: float = Field(
        0.04,
        ge=0,
        le=1,
        description="Diameter of the most important node, scene units; others are smaller.",
    )
    node_base_opacity: float = Field(0.0, ge=0, le=1, description="Opacity of any node.")
    node_importance_opacity: float = Field(
        1.0, ge=0, le=2, description="Opacity added in proportion to importance."
    )
    node_depth_opacity: float = Field(
        0.5, ge=0, le=1, description="Opacity lost at the far side of the scene."
    )
    node_depth_exponent: float = Field(
        0.5, ge=0, le=10, description="How the loss grows with depth."
    )
    node_importance_threshold: float = Field(
        0.01, ge=0, le=1, description="Nodes of less importance, 0 to 1, are not drawn."
    )
    grid_render_mode: GridRenderMode = Field(
        "none",
        description="How the density grid is drawn; edges' opacity and threshold hold for it too.",
    )
    edge_render_mode: EdgeRenderMode = Field(
        "ellipsoid_transparent", description="How edges are drawn."
    )
    node_render_mode: NodeRenderMode = Field(
        "sphere_transparent", description="How nodes are drawn."
    )
    blend: Blend = Field("weighted", description="How transparent parts are mixed.")
    background: Background = Field("light", description="Near-white or near-black.")
    palette: Palette = Field("safe", description="Class colours.")
