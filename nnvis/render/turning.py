"""A film of one slow turn of the camera around a network, drawn off screen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from typing import Any

import numpy as np

from nnvis.config.reading import read_config
from nnvis.config.rendering import RenderingConfig
from nnvis.errors import RenderError
from nnvis.gl.context import open_context
from nnvis.gl.target import Target
from nnvis.progress import Progress, quiet
from nnvis.render import palette
from nnvis.render.camera import Camera, read_camera, view_of
from nnvis.render.capture import supersample_for
from nnvis.render.film import FilmWriter
from nnvis.render.frame import Renderer
from nnvis.render.overlay import EVEN_MARGINS, Frame, arrange, make_frame
from nnvis.render.stage import Stage, set_stage
from nnvis.render.text import TextPass

MOST_FRAMES = 100_000
# Directions in which the turn is checked for what must stay in the picture.
_CHECKED = 90


def render_film(
    network: Any,
    path: str | PathLike[str],
    frames: int = 240,
    fps: int = 30,
    width: int = 1280,
    height: int = 720,
    mode: str | int = "all",
    camera: Camera | str | Mapping[str, float] | Sequence[float] = "default",
    rendering: RenderingConfig | Mapping[str, Any] | str | PathLike[str] | None = None,
    labels: bool = True,
    unit: int | str | None = None,
    progress: Progress | None = None,
) -> None:
    """Film one whole turn around a network; the last frame is one step before the first.

    Parameters
    ----------
    path
        An .mp4 (needs the extra ``nnvis[video]``) or a .gif.
    frames, fps
        How many, at least 1, and how many a second.
    camera
        Where the turn begins: as :func:`nnvis.render.render_image`. The distance stays the same
        all the way; unless a :class:`Camera` is given, it is the smallest from which no frame
        loses a part of the network.
    mode, rendering, labels, unit
        As :func:`nnvis.render.render_image`.

    Raises
    ------
    RenderError
        For a size, mode, camera, unit, number or ending that makes no film, or when OpenGL or PyAV
        is missing.
    ConfigError
        For settings out of range.
    StoreError
        When the file cannot be written.
    Cancelled
        At the end of a frame when asked to; nothing is left behind.
    """
    settings = read_config(RenderingConfig, rendering)
    if not 1 <= frames <= MOST_FRAMES:
        raise RenderError(f"A film has 1 to {MOST_FRAMES:,} frames, got {frames}.")
    film = FilmWriter(path, (width, height), fps)
    look, zoom = read_camera(camera)
    stage = set_stage(network, mode, settings, unit)
    scene = stage.scene
    words = make_frame(scene, settings, width, height) if labels else None
    if zoom > 0:
        margins = words.margins if words else EVEN_MARGINS
        cameras = turn(look, scene.hull, width / height, frames, margins, zoom)
    else:
        cameras = [look.turned(360 * number / frames, 0) for number in range(frames)]
    context = open_context()
    try:
        _shoot(context, stage, cameras, settings, film, words, quiet(progress))
    finally:
        context.release()


def turn(
    look: Camera,
    points: np.ndarray,
    aspect: float,
    frames: int,
    margins: tuple[float, float, float, float] = EVEN_MARGINS,
    zoom: float = 1.0,
) -> list[Camera]:
    """Cameras evenly around the middle of ``points`` (n, 3), all at one distance.

    Parameters
    ----------
    margins
        Left, right, bottom, top: shares of the picture kept free in every frame, as
        :meth:`Camera.framing`; the middle stands in the middle of what is left.
    """
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    tan = math.tan(math.radians(look.fov) / 2)
    left, right, bottom, top = (1 - 2 * margin for margin in margins)
    sides = ((0, tan * aspect, left, right), (1, tan, bottom, top))
    # As in Camera.framing a point at p is inside when -low·tan·depth <= p - c <= high·tan·depth;
    # here c shifts the middle of the free part onto the middle of the points.
    distance = 1e-3
    for step in range(_CHECKED):
        along = (points - middle) @ look.turned(360 * step / _CHECKED, 0).axes.T
        across = along[:, 2]
        distance = max(distance, float(-across.min()) * 1.05)
        for axis, tangent, low, high in sides:
            half = tangent * (low + high) / 2
            distance = max(
                distance,
                float(np.max(along[:, axis] - high * tangent * across)) / half,
                float(np.max(-along[:, axis] - low * tangent * across)) / half,
            )
    distance /= zoom
    cameras = []
    for number in range(frames):
        turned = look.turned(360 * number / frames, 0)
        target = middle.copy()
        for axis, tangent, low, high in sides:
            target -= (high - low) / 2 * tangent * distance * turned.axes[axis]
        place = (float(target[0]), float(target[1]), float(target[2]))
        cameras.append(replace(turned, target=place, distance=distance))
    return cameras


def _shoot(
    context: Any,
    stage: Stage,
    cameras: Sequence[Camera],
    rendering: RenderingConfig,
    film: FilmWriter,
    words: Frame | None,
    progress: Progress,
) -> None:
    scene, size = stage.scene, film.size
    supersample = supersample_for(rendering)
    halo = palette.background_colour(rendering.background)
    rim = (float(halo[0]), float(halo[1]), float(halo[2]))
    renderer = Renderer(context)
    text = TextPass(context, renderer.programs)
    target: Target | None = None
    try:
        target = Target(context, *size, supersample)
        stage.upload(renderer)
        with film:
            for number, camera in enumerate(cameras, start=1):
                renderer.draw(target, view_of(camera, scene.bounds, size, supersample), rendering)
                if words is not None:
                    text.upload(arrange(scene, words, view_of(camera, scene.bounds, size)), rim)
                    text.draw(target)
                film.add(target.read())
                progress.step("filming", number, len(cameras))
    finally:
        for thing in (text, renderer, target):
            if thing is not None:
                thing.release()
