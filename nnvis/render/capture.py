"""Still pictures, off screen, of any size."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.config.reading import read_config
from nnvis.config.rendering import RenderingConfig
from nnvis.errors import RenderError
from nnvis.gl.context import open_context
from nnvis.gl.target import Target
from nnvis.render import palette
from nnvis.render.camera import Camera, read_camera, view_of
from nnvis.render.frame import Renderer
from nnvis.render.overlay import EVEN_MARGINS, Frame, arrange, make_frame
from nnvis.render.scene import Scene
from nnvis.render.stage import set_stage
from nnvis.render.text import TextPass

if TYPE_CHECKING:
    from jaxtyping import UInt8

LARGEST = 32768
_TILE = 2048  # samples a side; keeps a tile's floats near 150 MB


def render_image(
    network: Any,
    path: str | PathLike[str] | None = None,
    width: int = 1920,
    height: int = 1080,
    mode: str | int = "all",
    camera: Camera | str | Mapping[str, float] | Sequence[float] = "default",
    rendering: RenderingConfig | Mapping[str, Any] | str | PathLike[str] | None = None,
    labels: bool = True,
    tile: int | None = None,
    unit: int | str | None = None,
) -> UInt8[np.ndarray, "height width 3"]:
    """A picture of a network, as pixels and, when ``path`` is given, as a PNG file.

    Parameters
    ----------
    network
        A :class:`Network`, a run (anything with ``load_network()``), or the path of either.
    path
        Written to a temporary name, then renamed; the file's text holds the settings.
    width, height
        Pixels, 1 to 32768.
    mode
        ``"all"``: class colours mixed by importance; ``"importance"``: grey; a class's name or
        number: what matters for that class.
    camera
        A name of :data:`nnvis.render.POSITIONS`, (azimuth, elevation, zoom) or a mapping of
        these, all framed to show the whole network; or a :class:`Camera`, used as it is.
    rendering
        Settings as in ``configs/rendering.json``.
    labels
        Draw layer captions, the class legend and what share of the edges is shown.
    tile
        Side of the parts drawn one after the other, pixels; chosen when ``None``.
    unit
        A unit picked out, by its row in the network or as ``"LAYER:NUMBER"``: it and its edges
        show in full, the rest fades.

    Raises
    ------
    RenderError
        For a size, mode, camera or unit that makes no picture, or when OpenGL is missing.
    ConfigError
        For settings out of range.
    StoreError
        When the file cannot be written.
    """
    settings = read_config(RenderingConfig, rendering)
    _check_size(width, height)
    if path is not None and Path(path).suffix.lower() != ".png":
        raise RenderError(f"Cannot draw to {path}: the name must end in .png.")
    look, zoom = read_camera(camera)
    stage = set_stage(network, mode, settings, unit)
    scene = stage.scene
    words = make_frame(scene, settings, width, height) if labels else None
    if zoom > 0:
        margins = words.margins if words else EVEN_MARGINS
        look = look.framing(scene.hull, width / height, margins).zoomed(zoom)
    context = open_context()
    try:
        renderer = Renderer(context)
        text = TextPass(context, renderer.programs)
        try:
            stage.upload(renderer)
            pixels = draw_tiles(
                context, renderer, text, scene, look, settings, (width, height), words, tile
            )
        finally:
            text.release()
            renderer.release()
    finally:
        context.release()
    if path is not None:
        save_png(pixels, Path(path), picture_text(scene, look, settings))
    return pixels


def supersample_for(rendering: RenderingConfig) -> int:
    """Samples a pixel along each axis: solid spheres need more than one for a smooth outline."""
    return 2 if "sphere" in (rendering.edge_render_mode, rendering.node_render_mode) else 1


def draw_tiles(
    context: Any,
    renderer: Renderer,
    text: TextPass,
    scene: Scene,
    camera: Camera,
    rendering: RenderingConfig,
    size: tuple[int, int],
    words: Frame | None,
    tile: int | None = None,
) -> UInt8[np.ndarray, "height width 3"]:
    """A picture of what ``renderer`` shows, part after part, so that any size fits.

    Parameters
    ----------
    text
        Its labels are replaced by those of the picture.
    scene
        The one uploaded.
    words
        Of the whole picture; ``None`` for none.

    Raises
    ------
    RenderError
        For a picture that does not fit into memory.
    """
    width, height = size
    supersample = supersample_for(rendering)
    side = tile or _TILE // supersample
    side = min(side, int(context.info["GL_MAX_TEXTURE_SIZE"]) // supersample)
    try:
        pixels = np.empty((height, width, 3), np.uint8)
    except MemoryError as error:
        raise RenderError(
            f"A picture of {width} × {height} pixels does not fit into memory."
        ) from error
    halo = palette.background_colour(rendering.background)
    labels = () if words is None else arrange(scene, words, view_of(camera, scene.bounds, size))
    text.upload(labels, (float(halo[0]), float(halo[1]), float(halo[2])))
    target: Target | None = None
    try:
        for x, y, wide, tall in _tiles(width, height, side):
            if target is None or (target.width, target.height) != (wide, tall):
                if target is not None:
                    target.release()
                target = Target(context, wide, tall, supersample)
            part = (x, height - y - tall, wide, tall)
            view = view_of(camera, scene.bounds, size, supersample, part)
            renderer.draw(target, view, rendering)
            text.draw(target, (x, y, wide, tall))
            pixels[y : y + tall, x : x + wide] = target.read()
    finally:
        if target is not None:
            target.release()
    return pixels


def _tiles(width: int, height: int, side: int) -> Iterator[tuple[int, int, int, int]]:
    """x, y from the upper left, width and height of each part, sizes as even as they go."""
    xs = np.linspace(0, width, -(-width // side) + 1).astype(int)
    ys = np.linspace(0, height, -(-height // side) + 1).astype(int)
    for y, below in pairwise(ys):
        for x, beyond in pairwise(xs):
            yield int(x), int(y), int(beyond - x), int(below - y)


def save_png(pixels: np.ndarray, path: Path, text: Mapping[str, str] | None = None) -> None:
    """Write ``pixels`` as PNG with ``text`` in it: to a temporary name, flushed, then renamed.

    Raises
    ------
    StoreError
        When the folder is missing or cannot be written to.
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    from nnvis.store.atomic import replacing

    notes = PngInfo()
    for key, value in (text or {}).items():
        notes.add_itxt(key, value)
    with replacing(path) as file:
        Image.fromarray(pixels).save(file, format="PNG", pnginfo=notes, compress_level=6)


def picture_text(scene: Scene, camera: Camera, rendering: RenderingConfig) -> dict[str, str]:
    """What a picture's file says about it: caption, and all settings as JSON."""
    settings = {"mode": scene.mode, "camera": asdict(camera), "rendering": rendering.model_dump()}
    return {
        "Software": "nnvis",
        "Description": scene.caption(rendering.edge_importance_threshold),
        "nnvis": json.dumps(settings, sort_keys=True),
    }


def _check_size(width: Any, height: Any) -> None:
    for name, value in (("width", width), ("height", height)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
            raise RenderError(f"{name} must be a whole number of pixels, got {value!r}.")
        if not 1 <= value <= LARGEST:
            raise RenderError(f"{name} must be between 1 and {LARGEST} pixels, got {value}.")
