"""A film of the view while one works in it, and names for what is written."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import numpy as np

from nnvis.errors import NnvisError, RenderError
from nnvis.render.film import FilmWriter


class Film:
    """A film in the current folder: .mp4, or .gif where PyAV is missing.

    Parameters
    ----------
    size
        Width and height, pixels; a view that is resized meanwhile is scaled.
    fps
        Frames a second. A picture that stays on the screen longer is repeated, so that the film
        takes as long as the work did.
    """

    def __init__(self, size: tuple[int, int], fps: int) -> None:
        self._size = size
        try:
            self._writer = FilmWriter(free_name("nnvis", ".mp4"), size, fps)
        except RenderError:
            fps = min(fps, 25)
            self._writer = FilmWriter(free_name("nnvis", ".gif"), size, fps)
        self._period = 1 / fps
        self._next = time.perf_counter()
        self._writer.__enter__()

    @property
    def path(self) -> Path:
        return self._writer.path

    def is_due(self, now: float) -> bool:
        """Whether the film wants a frame at ``now`` (``time.perf_counter()``)."""
        return now >= self._next

    def add(self, pixels: np.ndarray, now: float) -> None:
        """The picture (height, width, 3) uint8 that was on the screen until ``now``."""
        frame = _fitted(pixels, self._size)
        while self._next <= now:
            self._writer.add(frame)
            self._next += self._period

    def abandon(self, error: BaseException) -> None:
        """Drop the film after a fault; nothing is left behind."""
        with suppress(NnvisError):
            self._writer.__exit__(type(error), error, error.__traceback__)

    def finish(self) -> str:
        """Close the film; a sentence that says where it is, or why there is none."""
        if self._writer.frames == 0:
            empty = RenderError("The film had no frames, so nothing is written.")
            self._writer.__exit__(type(empty), empty, None)
            return str(empty)
        try:
            self._writer.__exit__(None, None, None)
        except NnvisError as error:
            return str(error)
        return f"Film: {self.path.absolute()}, {self._writer.frames} frames"


def free_name(stem: str, ending: str) -> Path:
    """A name in the current folder that carries the time and is not taken."""
    base = f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}"
    path, number = Path(f"{base}{ending}"), 1
    while path.exists():
        number += 1
        path = Path(f"{base}-{number}{ending}")
    return path


def _fitted(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    width, height = size
    if pixels.shape[:2] == (height, width):
        return pixels
    from PIL import Image

    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR))
