"""``nnvis render`` and ``view``: a network as a picture or in a window."""

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
from nnvis.cli.terminal import say
from nnvis.config import RenderingConfig
from nnvis.errors import RenderError, UsageError

RenderingFlags = flags_of(RenderingConfig, "rendering")


def render(
    run: Path,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    mode: str = "all",
    size: str = "1920x1080",
    camera: Annotated[str, Parameter(allow_leading_hyphen=True)] = "default",
    labels: bool = True,
    config: Path | None = None,
    rendering: RenderingFlags = None,
) -> None:
    """Draw a network to a PNG, off screen.

    Parameters
    ----------
    run
        A run's folder or a network.safetensors.
    output
        The picture to write, .png.
    mode
        all (class colours), importance (grey), or a class name.
    size
        Width x height in pixels, such as 3840x2160.
    camera
        default, left, right, front, back, top, bottom, or azimuth,elevation[,zoom] in degrees.
    labels
        Layer captions, class legend and the line that says what is drawn.
    config
        A JSON file with the rendering settings.
    """
    width, height = parse_size(size)
    settings = merged(RenderingConfig, config, rendering)
    if output.suffix.lower() != ".png":
        raise UsageError(f"Cannot draw to {output}: the name must end in .png.")
    from nnvis.render import render_image
    from nnvis.render.scene import build_scene
    from nnvis.store import find_network, load_network

    look = parse_camera(camera)
    network = load_network(find_network(run))
    with wrong_usage():
        scene = build_scene(network, mode, settings.palette, settings.background)
    render_image(network, output, width, height, mode, look, settings, labels=labels)
    shown = scene.caption(settings.edge_importance_threshold)
    say(f"picture: {output} ({width} x {height}, {shown})")


def view(run: Path = Path("runs/demo")) -> None:
    """Open a network in a window.

    Parameters
    ----------
    run
        A run's folder or a network.safetensors.
    """
    from nnvis.store import find_network, load_network

    network = load_network(find_network(run))
    if not has_display():
        raise RenderError(
            "There is no display for a window (DISPLAY and WAYLAND_DISPLAY are not set); draw a "
            f"picture instead: nnvis render {run} -o network.png."
        )
    from nnvis.app import open_window

    open_window(network, str(run))


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
