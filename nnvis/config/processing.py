"""Settings of layout and bundling (``configs/processing.json``)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nnvis.config.settings import Settings


class ProcessingConfig(Settings):
    """How a network is pruned, placed and bundled. Keys and defaults are a fixed contract."""

    edge_bandwidth_reduction: float = Field(
        0.9, ge=0, lt=1, description="Factor on the edge bandwidth after each iteration."
    )
    node_bandwidth_reduction: float = Field(
        0.95, ge=0, lt=1, description="Factor on the node bandwidth after each iteration."
    )
    edge_importance_type: Literal[0, 1, 2, 3] = Field(
        0,
        description="Class vector along an edge: 0 mixed from both ends, 1 start, 2 sum, 3 end.",
    )
    layer_distance: float = Field(
        0.5, gt=0, le=1, description="Distance between neighbouring layers, scene units."
    )
    layer_width: float = Field(
        1.0, gt=0, le=1, description="Width of a layer's lattice, scene units."
    )
    prune_percentage: float = Field(
        0.0, ge=0, lt=1, description="Share of the least important edges left out."
    )
    sampling_rate: float = Field(
        15.0, ge=5, le=20, description="Points on an edge per scene unit of length."
    )
    smoothing: bool = Field(True, description="Smooth the edges after each move.")
    smoothing_iterations: int = Field(
        8, ge=0, le=16, description="Laplacian smoothing passes after each move."
    )
    class_separation: float = Field(
        0.5,
        ge=0,
        le=1,
        description="How strongly unlike classes part while bundling; 0 is attraction alone.",
    )
