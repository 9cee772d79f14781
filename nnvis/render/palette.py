"""The one owner of colours: classes, grey, backgrounds, text.

``SAFE`` holds ten colours found by simulated annealing for the largest smallest distance in
OKLab between any two, as seen with normal vision and with simulated protanopia, deuteranopia
and tritanopia, under limits that keep each readable on both backgrounds and none near grey;
docs/decisions/rendering.md has the numbers and tests/render/test_palette.py checks them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float32

    from nnvis.config.rendering import Background, Palette

SAFE = (
    "#1769f4",
    "#cfae03",
    "#24b47b",
    "#a71203",
    "#8332be",
    "#47c2fa",
    "#fa87c7",
    "#827600",
    "#005e83",
    "#ae6783",
)
_BACKGROUND = {"light": "#f8f8f6", "dark": "#15171b"}
_GREY = {"light": "#4a4f57", "dark": "#c3c8d0"}
_TEXT = {"light": "#24272c", "dark": "#e4e6ea"}
_FAINT_TEXT = {"light": "#6a6f77", "dark": "#9aa0a9"}
# Relative luminance within which a colour shows on both backgrounds.
LUMINANCE = (0.08, 0.48)
LEAST_CHROMA = 0.07


def rgb(code: str) -> Float32[np.ndarray, "3"]:
    """``#rrggbb`` as sRGB in [0, 1]."""
    return np.array([int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)], np.float32)


def background_colour(background: Background) -> Float32[np.ndarray, "3"]:
    """Near-white or near-black, never pure."""
    return rgb(_BACKGROUND[background])


def grey(background: Background) -> Float32[np.ndarray, "3"]:
    """For importance only, and for what is not selected."""
    return rgb(_GREY[background])


def text_colour(background: Background, faint: bool = False) -> Float32[np.ndarray, "3"]:
    """Of captions; ``faint`` for what matters less."""
    return rgb((_FAINT_TEXT if faint else _TEXT)[background])


def class_colours(count: int, name: Palette = "safe") -> Float32[np.ndarray, "class 3"]:
    """One colour a class, sRGB in [0, 1].

    ``safe`` serves up to ten classes; more, or ``glasbey``, take colorcet's Glasbey colours
    that show on both backgrounds, and when these run out the same again, lighter and darker.
    """
    if name == "safe" and count <= len(SAFE):
        return np.array([rgb(code) for code in SAFE[:count]], np.float32).reshape(count, 3)
    base = _glasbey()
    if name == "safe":
        safe = np.array([rgb(code) for code in SAFE], np.float32)
        near = np.linalg.norm(oklab(base)[:, None] - oklab(safe)[None], axis=-1).min(axis=1)
        base = np.concatenate([safe, base[near > 0.06]])
    rounds = -(-count // len(base))
    shades = [base * scale for scale in 1 - 0.45 * np.arange(rounds) / max(rounds, 1)]
    return np.concatenate(shades)[:count].astype(np.float32)


def mixed(
    importance: np.ndarray, colours: np.ndarray, background: Background
) -> Float32[np.ndarray, "unit 3"]:
    """Class colours mixed by what sets a unit apart, (unit, 3) sRGB.

    The weight of a class is the cube of its importance above the unit's mean importance: a
    unit that serves all classes alike is grey, one that serves a few has their colour.
    """
    value = np.nan_to_num(importance, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float64)
    if value.shape[1] == 1:
        return np.tile(colours[0].astype(np.float32), (len(value), 1))
    top = value.max(axis=1, keepdims=True)
    value = np.divide(value, top, out=np.zeros_like(value), where=top > 0)
    mean = value.mean(axis=1, keepdims=True)
    weight = np.maximum(value - mean, 0) ** 3
    total = weight.sum(axis=1, keepdims=True)
    share = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    lab = share @ oklab(colours)
    # How much the best class stands above the mean decides between its colour and grey.
    distinct = np.clip(2.2 * (1 - mean), 0, 1) * (total > 0)
    neutral = oklab(grey(background)[None])[0]
    return from_oklab(lab * distinct + neutral * (1 - distinct))


def shaded(
    colour: np.ndarray, importance: np.ndarray, background: Background
) -> Float32[np.ndarray, "n 3"]:
    """One colour in shades: paler for what matters less, so that layers of it stay apart."""
    pale = oklab(colour[None] * 0.6 + background_colour(background)[None] * 0.4)
    share = np.clip(importance, 0, 1)[:, None].astype(np.float64)
    return from_oklab(pale * (1 - share) + oklab(colour[None]) * share)


def luminance(colours: np.ndarray) -> np.ndarray:
    """Relative luminance of sRGB colours (n, 3), as in WCAG 2."""
    return _linear(colours) @ np.array([0.2126, 0.7152, 0.0722])


# Björn Ottosson, "A perceptual color space for image processing" (2020).
_TO_CONE = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(colours: np.ndarray) -> np.ndarray:
    """sRGB (n, 3) in [0, 1] to OKLab, where distance is what the eye sees."""
    return np.cbrt(_linear(colours) @ _TO_CONE.T) @ _TO_LAB.T


def from_oklab(lab: np.ndarray) -> Float32[np.ndarray, "n 3"]:
    """OKLab to sRGB, cut to [0, 1]."""
    cone = (lab @ np.linalg.inv(_TO_LAB).T) ** 3
    linear = np.clip(cone @ np.linalg.inv(_TO_CONE).T, 0, 1)
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return curve.astype(np.float32)


def _linear(colours: np.ndarray) -> np.ndarray:
    value = np.asarray(colours, np.float64)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _glasbey() -> np.ndarray:
    """colorcet's 256 Glasbey colours without those too light, too dark or near grey."""
    import colorcet

    colours = np.array([rgb(code) for code in colorcet.palette["glasbey_bw"]], np.float32)
    lab = oklab(colours)
    bright = luminance(colours)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    kept = (bright > LUMINANCE[0]) & (bright < LUMINANCE[1]) & (chroma > LEAST_CHROMA)
    return colours[kept]
