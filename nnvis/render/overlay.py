"""Where words stand in the picture: layer captions, class legend, what share is drawn.

Everything is placed in margins that the camera's framing leaves free, so that no word covers the
network; what does not fit is shortened, and said so, before it is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nnvis.model.network import Layer
from nnvis.render import palette
from nnvis.render.outputs import output_labels
from nnvis.render.text import DOT, Label, elided, measure

if TYPE_CHECKING:
    from nnvis.config.rendering import RenderingConfig
    from nnvis.render.camera import View
    from nnvis.render.scene import Scene

MARGIN = 0.1
EVEN_MARGINS = (MARGIN, MARGIN, MARGIN, MARGIN)
_SMALLEST = (160, 120)  # pixels; smaller pictures have no words


@dataclass(frozen=True)
class Frame:
    """The picture's words that do not depend on the camera, and the margins they need.

    Attributes
    ----------
    margins
        Left, right, bottom, top: shares of the picture that framing keeps free.
    legend, share
        Labels in their places.
    text, small
        Font sizes, pixels.
    """

    size: tuple[int, int]
    margins: tuple[float, float, float, float]
    legend: tuple[Label, ...]
    share: tuple[Label, ...]
    text: int
    small: int
    row: float


def make_frame(
    scene: Scene, rendering: RenderingConfig, width: int, height: int, scale: float = 1.0
) -> Frame:
    """Legend, share line and margins for a picture of ``width`` × ``height`` pixels.

    ``scale`` is that of a high-resolution screen, on which the smallest words are larger.
    """
    base = min(height, 0.7 * width)
    text = max(round(10 * scale), round(base / 48))
    small = max(round(9 * scale), round(base / 60))
    if width < _SMALLEST[0] or height < _SMALLEST[1]:
        return Frame((width, height), EVEN_MARGINS, (), (), text, small, float(height))
    edge = round(1.4 * text)
    faint = _triple(palette.text_colour(scene.background, faint=True))
    line = elided(scene.caption(rendering.edge_importance_threshold), small, width - 2 * edge)
    share = (Label(line, edge, height - edge, small, faint),)
    row = height - edge - 2.6 * small
    if width >= 1.2 * height:
        legend, used = _column(scene, text, width, height, edge)
        right, top = max(MARGIN, (used + edge) / width), MARGIN
    else:
        legend, used = _rows(scene, text, width, height, edge)
        right, top = MARGIN, max(MARGIN, (used + 1.5 * edge) / height)
    bottom = max(MARGIN, (height - row + 2.7 * text + 0.5 * edge) / height)
    margins = (MARGIN, min(right, 0.4), min(bottom, 0.35), min(top, 0.35))
    return Frame((width, height), margins, legend, share, text, small, row)


def arrange(scene: Scene, frame: Frame, view: View) -> tuple[Label, ...]:
    """All labels of a picture taken with ``view`` (of the whole picture, not of a tile)."""
    if not frame.share:
        return ()
    names = output_labels(scene, view, frame.size, frame.text)
    return (*frame.share, *frame.legend, *_captions(scene, frame, view), *names)


def _captions(scene: Scene, frame: Frame, view: View) -> tuple[Label, ...]:
    """Name, kind and size under each layer; one line for all when they would overlap."""
    width = frame.size[0]
    strong = _triple(palette.text_colour(scene.background))
    faint = _triple(palette.text_colour(scene.background, faint=True))
    edge = round(1.4 * frame.text)
    shown = [n for n, hull in enumerate(scene.layer_hull) if len(hull)]
    middles = []
    for number in shown:
        across = view.project(scene.layer_hull[number])[:, 0]
        middles.append((0.5 + 0.25 * (across.min() + across.max())) * width)
    for size_of in (_kind_and_size, _size_only):
        lines = [(scene.layers[n].name, size_of(scene.layers[n])) for n in shown]
        wide = [max(measure(name, frame.text), measure(kind, frame.small)) for name, kind in lines]
        placed = _apart(middles, wide, frame.text, edge, width - edge)
        if placed is None:
            continue
        labels = []
        row = _row(scene, frame, view)
        for (name, kind), x in zip(lines, placed, strict=True):
            y = row - 1.35 * frame.small
            labels.append(Label(name, x - measure(name, frame.text) / 2, y, frame.text, strong))
            half = measure(kind, frame.small) / 2
            labels.append(Label(kind, x - half, row, frame.small, faint))
        return tuple(labels)
    line = _one_line([scene.layers[n] for n in shown], frame.text, width - 2 * edge)
    x = (width - measure(line, frame.text)) / 2
    return (Label(line, x, _row(scene, frame, view), frame.text, strong),)


def _row(scene: Scene, frame: Frame, view: View) -> float:
    """Baseline of the captions' lower line: close under the network, in the margin at most."""
    height = frame.size[1]
    lowest = (0.5 - 0.5 * float(view.project(scene.hull)[:, 1].min())) * height
    below = lowest + 2.4 * frame.text + 1.35 * frame.small
    return min(frame.row, max(0.5 * height, below))


def _apart(
    middles: list[float], wide: list[float], gap: float, low: float, high: float
) -> list[float] | None:
    """Middles moved so that captions do not touch; ``None`` when one moves off its layer."""
    order = np.argsort(middles, kind="stable")
    placed = dict.fromkeys(range(len(middles)), 0.0)
    edge = low
    for n in order:
        placed[n] = max(middles[n], edge + wide[n] / 2)
        edge = placed[n] + wide[n] / 2 + gap
    edge = high
    for n in order[::-1]:
        placed[n] = min(placed[n], edge - wide[n] / 2)
        edge = placed[n] - wide[n] / 2 - gap
    if any(abs(placed[n] - middles[n]) > 0.6 * wide[n] + gap for n in placed) or edge + gap < low:
        return None
    return [placed[n] for n in range(len(middles))]


def _kind_and_size(layer: Layer) -> str:
    return f"{layer.size:,}" if layer.kind == layer.name else f"{layer.kind} · {layer.size:,}"


def _size_only(layer: Layer) -> str:
    return f"{layer.size:,}"


def _one_line(layers: list[Layer], size: int, room: float) -> str:
    """``input 784 → fc1 81 → output 10``, its middle left out when too long."""
    parts = [f"{layer.name} {layer.size:,}" for layer in layers]
    line = " → ".join(parts)
    while measure(line, size) > room and len(parts) > 2:
        parts.pop(len(parts) // 2)
        half = (len(parts) + 1) // 2
        line = " → ".join([*parts[:half], f"… {len(layers) - len(parts)} more …", *parts[half:]])
    return elided(line, size, room)


def _entries(scene: Scene) -> list[tuple[str, tuple[float, float, float]]]:
    if scene.mode == "importance":
        return []
    names = list(scene.class_names) + [str(n) for n in range(len(scene.class_names),
                                                             len(scene.class_colour))]  # fmt: skip
    pairs = list(zip(names, map(_triple, scene.class_colour), strict=False))
    return pairs if scene.mode == "all" else [pair for pair in pairs if pair[0] == scene.mode]


def _column(
    scene: Scene, size: int, width: int, height: int, edge: int
) -> tuple[tuple[Label, ...], float]:
    """The legend at the right side and its width."""
    entries = _entries(scene)
    if not entries:
        return (), 0.0
    pitch = 1.55 * size
    most = max(1, int((height - 6 * edge) / pitch))
    room = 0.2 * width
    shown, columns = entries, 1
    widest = max(measure(name, size) for name, _ in entries)
    if len(entries) > most:
        widest = max(widest, measure(f"{len(entries):,} more", size) - size)
    while len(shown) > columns * most and (columns + 1) * (widest + 2.6 * size) <= room:
        columns += 1
    rest = len(entries) - columns * most + 1 if len(entries) > columns * most else 0
    shown = entries[: len(entries) - rest]
    rows = min(most, -(-(len(shown) + (rest > 0)) // columns))
    each = min(widest, room / columns - 2.6 * size)
    step = each + 2.6 * size
    left = width - edge - columns * step + size * 1.4
    first = (height - 3 * edge - (rows - 1) * pitch) / 2 + 0.36 * size
    labels = []
    text = _triple(palette.text_colour(scene.background))
    for number, (name, colour) in enumerate([*shown, *([("", text)] if rest else [])]):
        x, y = left + number // rows * step, first + number % rows * pitch
        if not name and rest:
            labels.append(Label(elided(f"{rest:,} more", size, step), x, y, size, text))
            continue
        labels.append(Label(DOT, x, y, size, colour))
        labels.append(Label(elided(name, size, each), x + size, y, size, text))
    return tuple(labels), columns * step


def _rows(
    scene: Scene, size: int, width: int, height: int, edge: int
) -> tuple[tuple[Label, ...], float]:
    """The legend at the top and its height."""
    entries = _entries(scene)
    if not entries:
        return (), 0.0
    text = _triple(palette.text_colour(scene.background))
    most = max(1, int(0.16 * height / (1.55 * size)))
    labels: list[Label] = []
    x, y, row = float(edge), edge + 0.8 * size, 1
    rest_width = measure(f"{len(entries):,} more", size) + size
    for number, (name, colour) in enumerate(entries):
        name = elided(name, size, 0.35 * width)
        needed = measure(name, size) + 2.2 * size
        last = row == most and number < len(entries) - 1
        if x + needed > width - edge - (rest_width if last else 0):
            if row == most:
                labels.append(Label(f"{len(entries) - number:,} more", x, y, size, text))
                break
            x, y, row = float(edge), y + 1.55 * size, row + 1
        labels.append(Label(DOT, x, y, size, colour))
        labels.append(Label(name, x + size, y, size, text))
        x += needed
    return tuple(labels), row * 1.55 * size


def _triple(colour: np.ndarray) -> tuple[float, float, float]:
    return float(colour[0]), float(colour[1]), float(colour[2])
