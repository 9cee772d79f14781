"""How much is drawn in a frame, so that the window stays alive without a graphics card."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnvis.config import RenderingConfig
from nnvis.render.scene import Scene

# A frame may take this long while the view moves, seconds.
SLOW_FRAME = 0.06
FEWEST_EDGES = 1500
# A picture at rest is smoothed by more samples when that takes less than the first of these,
# seconds; drawn at half the resolution when even one sample a pixel takes longer than the second,
# and with fewer edges when that does.
SMOOTH_STILL = 0.8
LONGEST_STILL = 1.5


@dataclass(frozen=True)
class Detail:
    """Settings for one frame: what is drawn, over how many screen pixels one is stretched, and
    samples a pixel along each axis."""

    rendering: RenderingConfig
    pixel: int = 1
    supersample: int = 1


class Pace:
    """What drawing a network costs on this machine, learnt from its frames."""

    def __init__(self) -> None:
        self._per_point: float | None = None

    @property
    def is_known(self) -> bool:
        """Whether a frame of this network was timed."""
        return self._per_point is not None

    def forget(self) -> None:
        """Another network is shown: its edges may be longer and cost more."""
        self._per_point = None

    def seconds(self, scene: Scene, rendering: RenderingConfig) -> float:
        """Of a frame with everything in it and one sample a pixel, about; 0 when unknown."""
        drawn = scene.points_drawn(scene.edges_drawn(rendering.edge_importance_threshold))
        return (self._per_point or 0.0) * max(drawn, 1000)

    def took(self, scene: Scene, detail: Detail, seconds: float) -> None:
        """A frame of ``detail`` was drawn in so many seconds."""
        threshold = detail.rendering.edge_importance_threshold
        drawn = max(scene.points_drawn(scene.edges_drawn(threshold)), 1000)
        self._per_point = seconds * detail.pixel**2 / detail.supersample**2 / drawn

    def trial(self, scene: Scene, rendering: RenderingConfig) -> Detail:
        """A first frame that is quick on any machine, to learn from."""
        return Detail(_strongest(scene, rendering, 2 * FEWEST_EDGES), 2)

    def at_rest(self, scene: Scene, rendering: RenderingConfig, supersample: int) -> Detail:
        """As much, and as finely, as takes no more than a moment."""
        seconds = self.seconds(scene, rendering)
        if seconds * supersample**2 < SMOOTH_STILL:
            return Detail(rendering, 1, supersample)
        if seconds <= LONGEST_STILL:
            return Detail(rendering)
        drawn = scene.edges_drawn(rendering.edge_importance_threshold)
        return Detail(_strongest(scene, rendering, int(drawn * 4 * LONGEST_STILL / seconds)), 2)

    def moving(self, scene: Scene, rendering: RenderingConfig) -> Detail:
        """Fewer of the least important edges and half the resolution, where that is needed.

        Fragments dominate the cost on a software renderer.
        """
        seconds = self.seconds(scene, rendering)
        if seconds <= SLOW_FRAME:
            return Detail(rendering)
        drawn = scene.edges_drawn(rendering.edge_importance_threshold)
        return Detail(_strongest(scene, rendering, int(drawn * 3 * SLOW_FRAME / seconds)), 2)


def _strongest(scene: Scene, rendering: RenderingConfig, wanted: int) -> RenderingConfig:
    """With a threshold that leaves about so many edges, but never too few to see the network."""
    wanted = max(wanted, FEWEST_EDGES)
    if scene.edges_drawn(rendering.edge_importance_threshold) <= wanted:
        return rendering
    above = np.nextafter(scene.edge_importance[wanted], np.float32(2))
    return rendering.model_copy(update={"edge_importance_threshold": float(above)})
