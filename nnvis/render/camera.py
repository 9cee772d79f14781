"""An orbit camera with named positions, and the matrices that shaders need.

Scene axes: layers lie in planes z = const, y is up. At azimuth 0 and elevation 0 the camera
looks along +x, so that z, from input to output, runs along the screen from left to right.
pyrr's matrices are for row vectors (``point @ matrix``), which is OpenGL's byte order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyrr

from nnvis.errors import RenderError

POSITIONS: dict[str, tuple[float, float]] = {
    "default": (20.0, 13.0),
    "left": (0.0, 0.0),
    "right": (180.0, 0.0),
    "front": (90.0, 0.0),
    "back": (-90.0, 0.0),
    "top": (0.0, 90.0),
    "bottom": (0.0, -90.0),
    "input": (58.0, 16.0),
    "output": (-38.0, 16.0),
    "below": (20.0, -22.0),
}
Look = "Camera | str | Mapping[str, float] | Sequence[float]"


@dataclass(frozen=True)
class Camera:
    """Where the picture is taken from.

    Attributes
    ----------
    azimuth, elevation
        Degrees around the y axis and above the xz plane.
    target
        The point looked at, scene units.
    distance
        From ``target``, scene units, > 0.
    fov
        Vertical angle of view, degrees.
    """

    azimuth: float = POSITIONS["default"][0]
    elevation: float = POSITIONS["default"][1]
    target: tuple[float, float, float] = (0.0, 0.0, 0.0)
    distance: float = 3.0
    fov: float = 22.0

    @property
    def axes(self) -> np.ndarray:
        """Right, up and forward as rows, (3, 3), orthonormal for every direction."""
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        forward = np.array([math.cos(e) * math.cos(a), -math.sin(e), math.cos(e) * math.sin(a)])
        right = np.array([-math.sin(a), 0.0, math.cos(a)])
        return np.stack([right, np.cross(right, forward), forward])

    @property
    def position(self) -> np.ndarray:
        """Where the camera stands, (3,)."""
        return np.asarray(self.target) - self.distance * self.axes[2]

    def turned(self, azimuth: float, elevation: float) -> Camera:
        """Orbited by so many degrees, never over the poles."""
        tilt = min(90.0, max(-90.0, self.elevation + elevation))
        return replace(self, azimuth=(self.azimuth + azimuth + 180) % 360 - 180, elevation=tilt)

    def zoomed(self, factor: float) -> Camera:
        """Moved towards the target: 2 halves the distance."""
        return replace(self, distance=self.distance / factor)

    def view_matrix(self) -> np.ndarray:
        """World to camera, row vectors, (4, 4)."""
        up = self.axes[1]
        return np.asarray(pyrr.matrix44.create_look_at(self.position, self.target, up))

    def projection_matrix(self, aspect: float, near: float, far: float) -> np.ndarray:
        """Camera to clip space, row vectors, (4, 4); ``aspect`` is width / height."""
        return np.asarray(pyrr.matrix44.create_perspective_projection(self.fov, aspect, near, far))

    def framing(
        self,
        points: np.ndarray,
        aspect: float,
        margins: tuple[float, float, float, float] = (0.1, 0.1, 0.1, 0.1),
    ) -> Camera:
        """The same direction, moved so that ``points`` (n, 3) fill the picture.

        Parameters
        ----------
        margins
            Left, right, bottom, top: shares of the picture's width and height kept free.
        """
        axes = self.axes
        along = points @ axes.T
        depth = along[:, 2]
        tan_y = math.tan(math.radians(self.fov) / 2)
        left, right, bottom, top = (1 - 2 * margin for margin in margins)
        centre = np.zeros(3)
        backs = []
        for axis, tan, low, high in ((0, tan_y * aspect, left, right), (1, tan_y, bottom, top)):
            # A point at p is inside when -low·tan·d <= p - c <= high·tan·d, d its depth.
            above = float(np.max(along[:, axis] - high * tan * depth))
            below = float(np.max(-along[:, axis] - low * tan * depth))
            back = -(above + below) / (tan * (low + high))
            backs.append((back, above, below, tan, low, high))
        size = float(np.max(np.ptp(points, axis=0), initial=1e-3))
        centre[2] = min(min(back[0] for back in backs), float(depth.min()) - 0.05 * size)
        for axis, (_, _, _, tan, low, high) in enumerate(backs):
            centre[axis] = _centred(along[:, axis], depth - centre[2], tan, low, high)
        position = centre @ axes
        middle = float((depth.min() + depth.max()) / 2)
        distance = max(middle - float(centre[2]), 1e-3)
        target = position + distance * axes[2]
        return replace(
            self, target=(float(target[0]), float(target[1]), float(target[2])), distance=distance
        )


def _centred(along: np.ndarray, depth: np.ndarray, tan: float, low: float, high: float) -> float:
    """The shift that puts the projected extent into the middle of [-low, high]."""
    shift = float(np.mean([along.min(), along.max()]))
    for _ in range(8):
        projected = (along - shift) / (tan * depth)
        off = (projected.min() + projected.max()) / 2 - (high - low) / 2
        shift += off * tan * float(depth.mean())
    return shift


@dataclass(frozen=True)
class View:
    """A camera at work: matrices and depths for one frame or one tile of it.

    Attributes
    ----------
    view, projection
        Row-vector matrices, float32 (4, 4); ``projection`` holds the tile's crop.
    pixel_scale
        Samples that one scene unit spans at depth 1, in the whole picture.
    depth_range
        Distance along the view of the scene's nearest and farthest corner.
    """

    view: np.ndarray
    projection: np.ndarray
    pixel_scale: float
    depth_range: tuple[float, float]

    @property
    def uniforms(self) -> dict[str, object]:
        """What ``shaders/common/view.glsl`` declares."""
        return {
            "view": self.view.astype("f4").tobytes(),
            "projection": self.projection.astype("f4").tobytes(),
            "pixel_scale": self.pixel_scale,
            "depth_range": self.depth_range,
        }

    def project(self, points: np.ndarray) -> np.ndarray:
        """Normalised device coordinates of world ``points`` (n, 3), (n, 3)."""
        clip = np.c_[points, np.ones(len(points))] @ self.view @ self.projection
        return clip[:, :3] / clip[:, 3:]


def view_of(
    camera: Camera,
    bounds: np.ndarray,
    size: tuple[int, int],
    supersample: int = 1,
    tile: tuple[int, int, int, int] | None = None,
) -> View:
    """The matrices of a picture of ``size`` (width, height) pixels.

    Parameters
    ----------
    bounds
        Low and high corner of the scene, (2, 3).
    tile
        x, y, width and height of the part drawn, pixels from the lower left.
    """
    width, height = size
    corners = np.array([[bounds[i, 0], bounds[j, 1], bounds[k, 2]] for i in (0, 1)
                        for j in (0, 1) for k in (0, 1)])  # fmt: skip
    depth = (corners - camera.position) @ camera.axes[2]
    span = max(float(np.ptp(depth)), 1e-3)
    low, high = float(depth.min()), float(depth.max())
    # Room for what stands out of the network, such as arcs between its outputs.
    near = max(low - 0.5 * span, 0.02 * span)
    far = max(high + 0.5 * span, 2 * near)
    projection = camera.projection_matrix(width / height, near, far)
    if tile is not None:
        x, y, wide, tall = tile
        crop = np.eye(4)
        crop[0, 0], crop[1, 1] = width / wide, height / tall
        crop[3, 0] = (width - 2 * x - wide) / wide
        crop[3, 1] = (height - 2 * y - tall) / tall
        projection = projection @ crop
    scale = 0.5 * height * supersample / math.tan(math.radians(camera.fov) / 2)
    return View(camera.view_matrix(), projection, scale, (max(low, near), max(high, near * 1.01)))


def read_camera(look: Camera | str | Mapping[str, float] | Sequence[float]) -> tuple[Camera, float]:
    """A camera still to be framed and its zoom; zoom 0 for a :class:`Camera`, used as it is.

    Raises
    ------
    RenderError
        For an unknown name or numbers that make no camera.
    """
    if isinstance(look, Camera):
        if not (math.isfinite(look.distance) and look.distance > 0 and 0 < look.fov < 170):
            raise RenderError(
                f"A camera needs a distance > 0 and an angle of view between 0 and 170 degrees, "
                f"got {look.distance} and {look.fov}."
            )
        return look, 0.0
    if isinstance(look, str):
        if look not in POSITIONS:
            raise RenderError(f"camera must be one of {', '.join(POSITIONS)}, got {look!r}.")
        return Camera(*POSITIONS[look]), 1.0
    expected = (
        "camera must be a name, a Camera, (azimuth, elevation, zoom) or a mapping of these, "
        f"with zoom > 0, got {look!r}."
    )
    azimuth, elevation = POSITIONS["default"]
    values: dict[str, float] = {"azimuth": azimuth, "elevation": elevation, "zoom": 1.0}
    if isinstance(look, Mapping):
        if set(look) - set(values):
            raise RenderError(expected)
        values.update(look)
    else:
        try:
            values.update(zip(values, look, strict=len(look) > len(values)))
        except (TypeError, ValueError) as error:
            raise RenderError(expected) from error
    try:
        azimuth, elevation, zoom = (float(value) for value in values.values())
    except (TypeError, ValueError) as error:
        raise RenderError(expected) from error
    if not all(map(math.isfinite, (azimuth, elevation, zoom))) or zoom <= 0 or abs(elevation) > 90:
        raise RenderError(expected)
    return Camera(azimuth, elevation), zoom
