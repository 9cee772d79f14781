"""Write frames as a film: .mp4 through PyAV, .gif through Pillow; whole or not at all."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, Self

import numpy as np

from nnvis.errors import RenderError, StoreError
from nnvis.store.atomic import replacing, why_not_written

if TYPE_CHECKING:
    from jaxtyping import UInt8
    from PIL.Image import Image

ENDINGS = (".mp4", ".gif")
INSTALL = "python -m pip install 'nnvis[video]'"
# Levels of H.264 end here, and so do most players.
LARGEST = 8192
# Browsers slow a GIF down to ten frames a second when it asks for more than this.
_FASTEST = {".mp4": 240, ".gif": 50}
_COLOURS = 255  # one of 256 is left for Pillow, which marks with it what did not change


class FilmWriter:
    """A film that is written frame by frame.

    Frames go to a temporary file beside ``path``; it takes the film's name when the block ends
    well. When it ends in an error, or no frame was added, nothing is left behind and what stood
    at ``path`` before is unchanged.

    Parameters
    ----------
    path
        Ends in .mp4 (H.264) or .gif.
    size
        Width and height of each frame, pixels. H.264 halves the resolution of colour, so an odd
        side is lengthened by one pixel that repeats the last.
    fps
        Frames a second: 1 to 240, for a GIF 1 to 50.

    Raises
    ------
    RenderError
        For another ending, a size or speed that makes no film, or when PyAV is missing.
    StoreError
        When the file cannot be written.
    """

    def __init__(self, path: str | PathLike[str], size: tuple[int, int], fps: int = 30) -> None:
        self.path = Path(path)
        self.size = size
        self.frames = 0
        ending = self.path.suffix.lower()
        if ending not in ENDINGS:
            raise RenderError(f"Cannot film to {path}: the name must end in .mp4 or .gif.")
        if not all(1 <= side <= LARGEST for side in size):
            raise RenderError(
                f"A film must be 1 to {LARGEST} pixels a side, got {size[0]} × {size[1]}."
            )
        if not 1 <= fps <= _FASTEST[ending]:
            raise RenderError(
                f"A {ending} shows 1 to {_FASTEST[ending]} frames a second, got {fps}."
            )
        self._kind: type[_Mp4 | _Gif] = _Mp4 if ending == ".mp4" else _Gif
        if ending == ".mp4":
            _pyav()
        self._fps = fps
        self._open = ExitStack()
        self._encoder: _Encoder | None = None

    def __enter__(self) -> Self:
        file = self._open.enter_context(replacing(self.path))
        try:
            self._encoder = self._kind(file, self.size, self._fps)
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def add(self, pixels: UInt8[np.ndarray, "height width 3"]) -> None:
        """Append a frame, its top row first."""
        if self._encoder is None:
            raise RenderError("A film takes frames only inside its with block.")
        width, height = self.size
        if pixels.shape != (height, width, 3) or pixels.dtype != np.uint8:
            raise RenderError(
                f"A frame of this film is an array of 8-bit numbers, {height} × {width} × 3, got "
                f"{pixels.dtype} of {' × '.join(map(str, pixels.shape))}."
            )
        with self._explained():
            self._encoder.add(pixels)
        self.frames += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Pushed last, so it runs first and what it raises undoes the temporary file.
        self._open.push(self._finish)
        self._open.__exit__(kind, error, trace)

    def _finish(self, kind: type[BaseException] | None, *_: object) -> None:
        encoder, self._encoder = self._encoder, None
        if encoder is None:
            return
        if kind is not None:
            encoder.abandon()
            return
        if not self.frames:
            encoder.abandon()
            raise RenderError(f"The film {self.path} got no frame; nothing was written.")
        with self._explained():
            encoder.finish()

    def _explained(self) -> _Explained:
        return _Explained(self.path)


class _Explained:
    """Turns what a library says while it encodes into one sentence."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise StoreError(why_not_written(self._path, error)) from error
        if error is not None and type(error).__module__.startswith("av."):
            raise RenderError(f"Cannot encode {self._path}: {error}.") from error


class _Encoder(Protocol):
    def add(self, pixels: np.ndarray) -> None: ...

    def finish(self) -> None: ...

    def abandon(self) -> None: ...


class _Mp4:
    """H.264 at a quality where thin lines stay clean, ready to play while it loads."""

    def __init__(self, file: BinaryIO, size: tuple[int, int], fps: int) -> None:
        av = _pyav()
        # By name, not the open file: the index moves to the front, for which it is read again.
        self._container = av.open(file.name, "w", format="mp4", options={"movflags": "+faststart"})
        codec = next((name for name in ("libx264", "h264") if name in av.codecs_available), "mpeg4")
        stream: Any = self._container.add_stream(codec, rate=Fraction(fps))
        stream.width, stream.height = (side + side % 2 for side in size)
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "17", "preset": "medium"} if codec == "libx264" else {"q": "2"}
        # Said in the file, or players guess the colours from the height.
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709
        context.color_range = 1  # limited
        self._stream, self._frame = stream, av.VideoFrame

    def add(self, pixels: np.ndarray) -> None:
        height, width = pixels.shape[:2]
        if height % 2 or width % 2:
            pixels = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        frame = self._frame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self._container.mux(self._stream.encode())
        self._container.close()

    def abandon(self) -> None:
        self._container.close()


class _Gif:
    """One palette for the whole film, so that nothing flickers; it is chosen at the end, from
    frames that wait compressed in an unnamed file."""

    def __init__(self, file: BinaryIO, size: tuple[int, int], fps: int) -> None:
        self._file, self._size, self._fps = file, size, fps
        self._waiting = tempfile.TemporaryFile()  # noqa: SIM115, closed by finish and abandon
        self._lengths: list[int] = []

    def add(self, pixels: np.ndarray) -> None:
        packed = zlib.compress(pixels.tobytes(), 1)
        self._waiting.write(packed)
        self._lengths.append(len(packed))

    def finish(self) -> None:
        palette = _palette(list(self._frames(max(1, len(self._lengths) // 12))))
        frames = (_in_colours(frame, palette) for frame in self._frames())
        # A GIF counts in hundredths of a second: uneven steps keep the film's speed.
        ends = np.rint(np.arange(len(self._lengths) + 1) * 100 / self._fps).astype(int)
        times = [int(10 * step) for step in np.diff(ends)]
        first = next(frames)
        first.save(
            self._file, format="GIF", save_all=True, append_images=frames, duration=times, loop=0,
            optimize=False, disposal=1,
        )  # fmt: skip
        self.abandon()

    def abandon(self) -> None:
        self._waiting.close()

    def _frames(self, every: int = 1) -> Iterator[np.ndarray]:
        width, height = self._size
        starts = np.cumsum([0, *self._lengths])
        for number in range(0, len(self._lengths), every):
            self._waiting.seek(int(starts[number]))
            packed = self._waiting.read(self._lengths[number])
            yield np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, width, 3)


def _palette(frames: list[np.ndarray]) -> Image:
    """The colours that serve these frames best, as Pillow wants them.

    Each colour of the frames counts by the root of how often it is there: otherwise the
    background's shades take the palette and the thin coloured lines share what is left. The
    most frequent one, the background, is in it exactly.
    """
    from PIL import Image as pillow

    every = [frame.reshape(-1, 3)[:: max(1, frame.size // 600_000)] for frame in frames]
    colours, counts = np.unique(np.concatenate(every), axis=0, return_counts=True)
    many = np.repeat(colours, np.ceil(np.sqrt(counts)).astype(int), axis=0)
    flat = pillow.fromarray(many.reshape(1, -1, 3))
    chosen = flat.quantize(_COLOURS - 1, pillow.Quantize.MEDIANCUT, kmeans=1).getpalette() or []
    palette = pillow.new("P", (1, 1))
    palette.putpalette([*colours[counts.argmax()].tolist(), *chosen])
    return palette


def _in_colours(frame: np.ndarray, palette: Image) -> Image:
    from PIL import Image as pillow

    return pillow.fromarray(frame).quantize(palette=palette, dither=pillow.Dither.NONE)


def _pyav() -> Any:
    try:
        import av
    except ImportError as error:
        raise RenderError(
            f"Writing an .mp4 needs the Python package av ({error}); install it with {INSTALL}, "
            "or write a .gif."
        ) from error
    return av
