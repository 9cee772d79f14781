"""Smooth camera moves: from one camera to another, and free flight."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from nnvis.render.camera import Camera

SECONDS = 0.45
# Scene widths a second: a flight through a network takes a few seconds.
SPEED = 0.8


@dataclass(frozen=True)
class Flight:
    """A move under way."""

    start: Camera
    end: Camera
    seconds: float = 0.0

    @property
    def is_over(self) -> bool:
        return self.seconds >= SECONDS

    def later(self, seconds: float) -> Flight:
        return replace(self, seconds=self.seconds + seconds)

    @property
    def camera(self) -> Camera:
        """Where the camera is now: slow at both ends, the short way round."""
        if self.is_over:
            return self.end
        share = self.seconds / SECONDS
        share = share * share * (3 - 2 * share)
        turn = (self.end.azimuth - self.start.azimuth + 180) % 360 - 180
        x, y, z = (
            a + share * (b - a) for a, b in zip(self.start.target, self.end.target, strict=True)
        )
        return Camera(
            azimuth=(self.start.azimuth + share * turn + 180) % 360 - 180,
            elevation=self.start.elevation + share * (self.end.elevation - self.start.elevation),
            target=(x, y, z),
            distance=self.start.distance * (self.end.distance / self.start.distance) ** share,
            fov=self.start.fov + share * (self.end.fov - self.start.fov),
        )


def flown(camera: Camera, forward: float, right: float, seconds: float) -> Camera:
    """Moved through the scene without turning; the target moves along."""
    speed = SPEED * max(camera.distance, 0.2) * math.tan(math.radians(camera.fov) / 2) * 4
    shift = (forward * camera.axes[2] + right * camera.axes[0]) * speed * seconds
    x, y, z = (float(v) for v in np.asarray(camera.target) + shift)
    return replace(camera, target=(x, y, z))


def looking_at(camera: Camera, point: np.ndarray) -> Camera:
    """Turned about ``point`` (3,) from now on, a little closer."""
    x, y, z = (float(v) for v in point)
    return replace(camera, target=(x, y, z), distance=max(0.6 * camera.distance, 0.05))
