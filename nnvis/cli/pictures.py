"""``nnvis render`` and ``view``: a network as a picture, a film or in a window."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from nnvis.cli.settings import flags_of, merged
from nnvis.cli.terminal import reporting, say
from nnvis.config import RenderingConfig
from nnvis.errors import RenderError, UsageError

RenderingFlags = flags_of(RenderingConfig, "rendering")
# What is drawn to, by the ending of the name, and how large when it is not said.
SIZES = {".png": "1920x1080", ".mp4": "1280x720", ".gif": "640x360"}
MOST_FRAMES = 100_000


def render(
    run: Path,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    mode: str = "all",
    size: str | None = None,
    camera: Annotated[str, Parameter(allow_leading_hyphen=True)] = "default",
    labels: bool = True,
    unit: str | None = None,
    frames: int = 240,
    fps: int = 30,
    config: Path | None = None,
    rendering: RenderingFlags = None,
) -> None:
    """Draw a network off screen: a picture, or a film of one turn around it.

    Parameters
    ----------
    run
        A run's folder or a network.safetensors.
    output
        The picture (.png) or film (.mp4, .gif) to write.
    mode
        all (class colours), importance (grey), or a class name.
    size
        Width x height in pixels, such as 3840x2160; when not given 1920x1080 for a picture,
        1280x720 for an .mp4, 640x360 for a .gif.
    camera
        default, left, right, front, back, top, bottom, or azimuth,elevation[,zoom] in degrees.
    labels
        Layer captions, class legend and the line that says what is drawn.
    unit
        A unit to pick out with its edges, the rest fades: LAYER:NUMBER, such as fc1:12.
    frames
        Of a film.
    fps
        Frames a second of a film.
    config
        A JSON file with the rendering settings.
    """
    ending = output.suffix.lower()
    if ending not in SIZES:
        raise UsageError(f"Cannot draw to {output}: the name must end in .png, .mp4 or .gif.")
    width, height = parse_size(size or SIZES[ending])
    settings = merged(RenderingConfig, config, rendering)
    from nnvis.render import FilmWriter, render_film, render_image
    from nnvis.render.stage import set_stage
    from nnvis.store import find_network, load_network

    look = parse_camera(camera)
    if ending != ".png":
        if not 1 <= frames <= MOST_FRAMES:
            raise UsageError(f"--frames must be 1 to {MOST_FRAMES:,}, got {frames}.")
        with wrong_usage():
            FilmWriter(output, (width, height), fps)
    network = load_network(find_network(run))
    with wrong_usage():
        stage = set_stage(network, mode, settings, unit)
    shown = stage.scene.caption(settings.edge_importance_threshold)
    if ending == ".png":
        render_image(network, output, width, height, mode, look, settings, labels, unit=unit)
        say(f"picture: {output} ({width} x {height}, {shown})")
        return
    size_and_look = (width, height, mode, look, settings, labels, unit)
    with reporting() as progress:
        render_film(network, output, frames, fps, *size_and_look, progress)
    say(f"film: {output} ({width} x {height}, {frames / fps:.3g} s, {shown})")


def view(run: Path | None = None) -> None:
    """Open the viewer.

    Parameters
    ----------
    run
        A run's folder or a network.safetensors; without one the viewer's first screen helps.
    """
    from nnvis.store import find_network, load_network

    path = None if run is None else find_network(run)
    if not has_display():
        if path is not None:
            load_network(path)  # a file that cannot be read matters more than a display
        raise RenderError(
            "There is no display for a window (DISPLAY and WAYLAND_DISPLAY are not set); draw a "
            f"picture instead: nnvis render {run or 'RUN'} -o network.png; nnvis doctor says what "
            "this machine offers."
        )
    from nnvis.app import open_viewer

    open_viewer(run)


def parse_size(text: str) -> tuple[int, int]:
    """``(3840, 2160)`` from ``3840x2160``."""
    match = re.fullmatch(r"(\d+)\s*[xX×]\s*(\d+)", text.strip())
    if match is None:
        raise UsageError(f"--size must be WIDTHxHEIGHT such as 1920x1080, got {text!r}.")
    from nnvis.render.capture import LARGEST

    sides = int(match[1]), int(match[2])
    if not all(1 <= side <= LARGEST for side in sides):
        raise UsageError(f"--size must be 1 to {LARGEST} pixels a side, got {text!r}.")
    return sides


def parse_camera(text: str) -> str | tuple[float, ...]:
    """A camera's name, or its angles from ``azimuth,elevation[,zoom]``."""
    from nnvis.render.camera import read_camera

    look: str | tuple[float, ...] = text
    if not re.fullmatch(r"[a-z ]+", text):
        try:
            look = tuple(float(part) for part in text.split(","))
        except ValueError:
            look = ()
        if len(look) not in (2, 3):
            raise UsageError(
                "--camera must be a name or azimuth,elevation[,zoom] such as 30,20,1.5, "
                f"got {text!r}."
            )
    with wrong_usage():
        read_camera(look)
    return look


@contextmanager
def wrong_usage() -> Iterator[None]:
    """What cannot be drawn because an option says so is a fault of usage."""
    try:
        yield
    except RenderError as error:
        raise UsageError(str(error)) from error


def has_display() -> bool:
    """Whether a window could open here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
