"""How much is drawn in a frame, so that the window stays alive without a graphics card."""

from __future__ import annotations

from dataclasses import dataclass

from nnvis.config import RenderingConfig
from nnvis.render.scene import Scene

# A frame may take this long while the view moves, seconds.
SLOW_FRAME = 0.06
FEWEST_EDGES = 1500
# A picture at rest is smoothed by more samples when that takes less than this, seconds, and
# drawn at half the resolution when even one sample a pixel takes longer than the second.
SMOOTH_STILL = 0.8
LONGEST_STILL = 1.5
# Of a point of an edge, before the first frame was timed: a software renderer, a graphics card.
_FIRST_GUESS = {True: 6e-6, False: 1e-9}
_SOFTWARE = ("llvmpipe", "softpipe", "swiftshader", "software")


@dataclass(frozen=True)
class Detail:
    """Settings for one frame: what is drawn, over how many screen pixels one is stretched, and
    samples a pixel along each axis."""

    rendering: RenderingConfig
    pixel: int = 1
    supersample: int = 1


class Pace:
    """What drawing costs on this machine, learnt from the frames drawn.

    Parameters
    ----------
    gl
        Name of the renderer, for a first guess.
    """

    def __init__(self, gl: str) -> None:
        self._per_point = _FIRST_GUESS[any(word in gl.lower() for word in _SOFTWARE)]

    def seconds(self, scene: Scene, rendering: RenderingConfig) -> float:
        """Of a frame with everything in it and one sample a pixel, about."""
        drawn = scene.points_drawn(scene.edges_drawn(rendering.edge_importance_threshold))
        return self._per_point * max(drawn, 1)

    def took(self, scene: Scene, detail: Detail, seconds: float) -> None:
        """A frame of ``detail`` was drawn in so many seconds."""
        threshold = detail.rendering.edge_importance_threshold
        drawn = max(scene.points_drawn(scene.edges_drawn(threshold)), 1000)
        self._per_point = seconds * detail.pixel**2 / detail.supersample**2 / drawn

    def at_rest(self, scene: Scene, rendering: RenderingConfig, supersample: int) -> Detail:
        """Everything, as finely as it takes no more than a moment."""
        seconds = self.seconds(scene, rendering)
        if seconds * supersample**2 < SMOOTH_STILL:
            return Detail(rendering, 1, supersample)
        return Detail(rendering, 2 if seconds > LONGEST_STILL else 1)

    def moving(self, scene: Scene, rendering: RenderingConfig) -> Detail:
        """Fewer of the least important edges and half the resolution, where that is needed.

        Fragments dominate the cost on a software renderer.
        """
        seconds = self.seconds(scene, rendering)
        if seconds <= SLOW_FRAME:
            return Detail(rendering)
        drawn = scene.edges_drawn(rendering.edge_importance_threshold)
        wanted = max(int(drawn * SLOW_FRAME / seconds * 3), FEWEST_EDGES)
        low, high = rendering.edge_importance_threshold, 1.0
        for _ in range(12):
            middle = (low + high) / 2
            low, high = (middle, high) if scene.edges_drawn(middle) > wanted else (low, middle)
        fewer = rendering.model_copy(update={"edge_importance_threshold": high})
        return Detail(fewer if drawn > wanted else rendering, 2)
