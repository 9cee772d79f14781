"""A film of a class map while the network learns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from nnvis.errors import UsageError
from nnvis.progress import Progress, quiet
from nnvis.render.classmap import Look, check_look
from nnvis.render.film import FilmWriter
from nnvis.render.palette import background_colour
from nnvis.render.plots.classmap import explained

if TYPE_CHECKING:
    from jaxtyping import Float64, UInt8

    from nnvis.classmap import ClassMaps

STAGE = "filming"
# So much of a film shows the end: a film that runs in a circle would jump back at once.
_REST = 0.1
# A GIF has 256 colours: without a pattern over the map its smooth parts fall into bands.
_STIPPLE = 9


class MapFilm:
    """Frames of one film: what does not change is drawn once, the rest over it each time.

    Parameters
    ----------
    dpi
        Pixels an inch; a map is some 5 inches wide.
    """

    def __init__(self, maps: ClassMaps, look: Look, dpi: int) -> None:
        self._maps, self._look = maps, look
        figure, axes, layers = explained(maps, look, maps.first)
        figure.dpi = dpi
        figure.set_facecolor(tuple(background_colour(look.background).tolist()))
        canvas = FigureCanvasAgg(figure)
        # Once for all frames: titles of different lengths would make the picture jump.
        axes.set_title(" " * 20 + "0", size=8, loc="left", pad=5)
        engine: Any = figure.get_layout_engine()
        engine.execute(figure)
        figure.set_layout_engine("none")
        self._title: Any = axes.annotate(
            "", (0, 1), (0, 5), xycoords="axes fraction", textcoords="offset points", size=8,
            color=_ink(axes), annotation_clip=False,
        )  # fmt: skip
        axes.set_title("", loc="left")
        self._moving: list[Any] = [*layers.moving, self._title]
        for artist in self._moving:
            artist.set_animated(True)
        canvas.draw()
        self._canvas, self._axes, self._layers = canvas, axes, layers
        # Two thirds of a point a pixel: between them colours are interpolated.
        layers.points = max(2, round(0.67 * min(axes.bbox.width, axes.bbox.height)))
        self._still = canvas.copy_from_bbox(figure.bbox)
        width, height = canvas.get_width_height()
        self.size = int(width), int(height)
        left, bottom, right, top = (round(side) for side in axes.bbox.extents)
        self.inside = slice(self.size[1] - top, self.size[1] - bottom), slice(left, right)

    def frame(self, moment: float) -> UInt8[np.ndarray, "height width 3"]:
        """The picture of a moment, its top row first."""
        self._layers.show(moment, self._look)
        self._title.set_text(self._maps.title(moment))
        canvas: Any = self._canvas
        canvas.restore_region(self._still)
        for artist in self._moving:
            self._axes.draw_artist(artist)
        return np.array(canvas.buffer_rgba())[..., :3]


def film_moments(maps: ClassMaps, frames: int) -> Float64[np.ndarray, "frame"]:
    """The moment of each frame: evenly over the training, the last tenth at its end."""
    moving = max(2, round(frames * (1 - _REST)))
    path = np.linspace(maps.first, maps.last, min(moving, frames))
    return np.append(path, np.full(frames - len(path), float(maps.last)))


def film_maps(
    maps: ClassMaps,
    path: str | PathLike[str],
    look: Look | None = None,
    frames: int = 120,
    fps: int = 30,
    dpi: int = 150,
    progress: Progress | None = None,
) -> tuple[int, int]:
    """Write a film of ``maps`` to an .mp4 or .gif, whole or not at all; its size in pixels.

    Raises
    ------
    UsageError
        When there is only one map, or ``frames`` or ``dpi`` is out of range.
    RenderError
        For another ending, or when PyAV is missing.
    StoreError
        When the file cannot be written.
    Cancelled
        Between two frames when asked to; nothing is left behind.
    """
    look = look or Look()
    check_look(look.kind, look.colormap)
    if len(maps.epochs) < 2:
        raise UsageError(
            f"There is a map of only one moment (epoch {maps.first}), which makes no film; write "
            "a .png, or record maps while the network learns."
        )
    if not 2 <= frames <= 100_000:
        raise UsageError(f"frames must be 2 to 100,000, got {frames}.")
    check_dpi(dpi)
    path = Path(path)
    progress = quiet(progress)
    FilmWriter(path, (2, 2), fps)  # its faults come before the work
    with _single_threaded():
        film = MapFilm(maps, look, dpi)
        with FilmWriter(path, film.size, fps) as writer:
            shown, pixels = None, None
            for done, moment in enumerate(film_moments(maps, frames).tolist(), start=1):
                if moment != shown or pixels is None:
                    shown, pixels = moment, film.frame(moment)
                    if path.suffix.lower() == ".gif":
                        pixels[film.inside] = stippled(pixels[film.inside])
                writer.add(pixels)
                progress.step(STAGE, done, frames)
    return film.size


def stippled(pixels: UInt8[np.ndarray, "y x 3"]) -> UInt8[np.ndarray, "y x 3"]:
    """With a fine regular pattern, the same in every frame, so that nothing flickers: near
    colours of a small palette then mix in the eye. Bayer's matrix of 4 × 4."""
    small = np.array([[0, 2], [3, 1]])
    order = np.block([[4 * small + each for each in row] for row in small.tolist()])
    shift = ((order + 0.5) / 16 - 0.5) * 2 * _STIPPLE
    rows, columns = pixels.shape[:2]
    tiled = np.tile(shift, (-(-rows // 4), -(-columns // 4)))[:rows, :columns, None]
    # Not where a class is certain: there one colour of the palette serves.
    flat = np.ones((rows, columns, 1), bool)
    for axis in (0, 1):
        for way in (-4, 4):
            flat &= (pixels == np.roll(pixels, way, axis)).all(axis=2, keepdims=True)
    return np.clip(pixels + np.where(flat, 0, tiled), 0, 255).round().astype(np.uint8)


def check_dpi(dpi: int) -> None:
    """Raise :class:`UsageError` unless a figure can be drawn so finely."""
    if not 30 <= dpi <= 1200:
        raise UsageError(f"dpi must be 30 to 1200, got {dpi}.")


def _ink(axes: Any) -> Any:
    return axes.xaxis.label.get_color()


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Products of small matrices lose more by waking threads than they win."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
