"""Text in the picture: a glyph atlas made with Pillow, and the pass that draws from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import RenderError
from nnvis.gl.program import Program, Recipe
from nnvis.gl.programs import Programs
from nnvis.gl.vertices import Arrays, bind

if TYPE_CHECKING:
    import moderngl
    from PIL import ImageFont

    from nnvis.gl.target import Target
    from nnvis.render.present import Sheet

# Rectangles in pixels from the picture's upper left, in texels of the atlas; colour with alpha.
GLYPH = np.dtype([("place", "<f4", 4), ("atlas", "<f4", 4), ("colour", "<f4", 4)])
RECIPE = Recipe("overlay/glyph.vert", "overlay/glyph.frag")
DOT = "\N{BLACK CIRCLE}"  # drawn as a disc, not taken from the font
_ATLAS_WIDTH = 1024


@dataclass(frozen=True)
class Label:
    """One line of text. ``x`` is its left end, ``y`` its baseline, pixels from the upper left."""

    text: str
    x: float
    y: float
    size: int
    colour: tuple[float, float, float]


def measure(text: str, size: int) -> float:
    """Width of a line, pixels."""
    return sum(_advance(character, size) for character in text)


def elided(text: str, size: int, room: float) -> str:
    """``text``, shortened with an ellipsis to fit into ``room`` pixels; empty when nothing fits."""
    if measure(text, size) <= room:
        return text
    for length in range(len(text) - 1, 0, -1):
        short = text[:length].rstrip() + "…"
        if measure(short, size) <= room:
            return short
    return ""


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    from pathlib import Path

    import matplotlib
    from PIL import ImageFont

    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    try:
        return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise RenderError(
            f"Cannot read {path}, a font of matplotlib ({error}); install matplotlib again."
        ) from error


@lru_cache(maxsize=4096)
def _advance(character: str, size: int) -> float:
    return 0.62 * size if character == DOT else float(_font(size).getlength(character))


@lru_cache(maxsize=4096)
def _bitmap(character: str, size: int) -> tuple[np.ndarray, int, int]:
    """Coverage (height, width) uint8, and its upper left corner from the pen's place."""
    from PIL import Image, ImageDraw

    if character == DOT:
        across = max(3, round(0.62 * size))
        big = Image.new("L", (8 * across, 8 * across))
        ImageDraw.Draw(big).ellipse((0, 0, 8 * across - 1, 8 * across - 1), fill=255)
        disc = np.asarray(big).reshape(across, 8, across, 8).mean(axis=(1, 3))
        return np.rint(disc).astype(np.uint8), 0, -round(0.36 * size + across / 2)
    left, top, right, bottom = _font(size).getbbox(character, anchor="ls")
    left, top = int(np.floor(left)), int(np.floor(top))
    width, height = int(np.ceil(right)) - left, int(np.ceil(bottom)) - top
    if width <= 0 or height <= 0:
        return np.zeros((0, 0), np.uint8), 0, 0
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).text((-left, -top), character, fill=255, font=_font(size), anchor="ls")
    return np.asarray(image), left, top


def set_glyphs(labels: tuple[Label, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Rectangles (:data:`GLYPH`) and the atlas they refer to, (height, 1024) uint8."""
    places: dict[tuple[str, int], tuple[int, int]] = {}
    bitmaps: list[tuple[np.ndarray, int, int]] = []
    x = y = row = 0
    quads: list[tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]] = []
    for label in labels:
        pen = label.x
        for character in label.text:
            bitmap, left, top = _bitmap(character, label.size)
            tall, wide = bitmap.shape
            key = (character, label.size)
            if key not in places and wide:
                if x + wide > _ATLAS_WIDTH:
                    x, y, row = 0, y + row + 1, 0
                places[key] = (x, y)
                bitmaps.append((bitmap, x, y))
                x, row = x + wide + 1, max(row, tall)
            if wide:
                u, v = places[key]
                at = (round(pen) + left, round(label.y) + top)
                quads.append(
                    ((*at, at[0] + wide, at[1] + tall), (u, v, u + wide, v + tall),
                     (*label.colour, 1.0))
                )  # fmt: skip
            pen += _advance(character, label.size)
    atlas = np.zeros((max(y + row, 1), _ATLAS_WIDTH), np.uint8)
    for bitmap, u, v in bitmaps:
        atlas[v : v + bitmap.shape[0], u : u + bitmap.shape[1]] = bitmap[:, : _ATLAS_WIDTH - u]
    return np.array(quads, GLYPH), atlas


def _rims(label: Label, colour: tuple[float, float, float]) -> list[Label]:
    reach = max(1, round(label.size / 12))
    steps = [(x, y) for x in (-reach, 0, reach) for y in (-reach, 0, reach) if x or y]
    return [replace(label, x=label.x + x, y=label.y + y, colour=colour) for x, y in steps]


class TextPass:
    """Draws labels over a finished image.

    Parameters
    ----------
    programs
        Those of the context's other passes; its own when ``None``.
    """

    def __init__(self, ctx: moderngl.Context, programs: Programs | None = None) -> None:
        self.ctx = ctx
        self._programs = programs or Programs(ctx)
        self._owns_programs = programs is None
        self._arrays = Arrays(ctx, self._fill)
        self._buffer: Any = None
        self._texture: Any = None
        self._count = 0

    def upload(
        self, labels: tuple[Label, ...], halo: tuple[float, float, float] | None = None
    ) -> None:
        """Show these labels from now on, in place of those before.

        Parameters
        ----------
        halo
            The background's colour: letters get a rim of it, to be read over edges as well.
        """
        self._release_labels()
        rims = [] if halo is None else [rim for label in labels for rim in _rims(label, halo)]
        quads, atlas = set_glyphs((*rims, *labels))
        self._count = len(quads)
        if not self._count:
            return
        self._buffer = self.ctx.buffer(quads.tobytes())
        self._texture = self.ctx.texture(atlas.shape[::-1], 1, atlas.tobytes(), alignment=1)
        self._texture.filter = (self.ctx.NEAREST, self.ctx.NEAREST)

    def draw(self, target: Target | Sheet, tile: tuple[int, int, int, int] | None = None) -> None:
        """Draw onto ``target.image``.

        Parameters
        ----------
        tile
            x, y from the picture's upper left, width and height of the part in ``target``.
        """
        if not self._count:
            return
        target.image.use()
        self.ctx.enable_only(self.ctx.BLEND)
        ctx: Any = self.ctx  # its stub wants a pair
        ctx.blend_equation = ctx.FUNC_ADD
        self.ctx.blend_func = (self.ctx.SRC_ALPHA, self.ctx.ONE_MINUS_SRC_ALPHA)
        program = self._programs.get(*RECIPE)
        program.set(tile=tile or (0, 0, target.width, target.height), atlas=0)
        self._texture.use(0)
        self._arrays.of(program).render(self.ctx.TRIANGLE_STRIP, vertices=4, instances=self._count)

    def _fill(self, array: moderngl.VertexArray, program: Program) -> None:
        bind(array, program, self._buffer, GLYPH)

    def _release_labels(self) -> None:
        self._arrays.release()
        for thing in (self._buffer, self._texture):
            if thing is not None:
                thing.release()
        self._buffer = self._texture = None
        self._count = 0

    def release(self) -> None:
        """Give everything back."""
        self._release_labels()
        if self._owns_programs:
            self._programs.release()
