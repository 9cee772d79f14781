"""Class maps as colours: which class, or how sure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from nnvis.errors import UsageError
from nnvis.render.palette import (
    _TO_CONE,
    _TO_LAB,
    background_colour,
    class_colours,
    from_oklab,
    oklab,
)

if TYPE_CHECKING:
    from jaxtyping import Float32, Float64
    from matplotlib.colors import Colormap

    from nnvis.classmap import ClassMaps
    from nnvis.config.rendering import Background

KINDS = ("region", "boundary")
# A class counts in the colour of a place from this share of the highest probability on.
LIKELY = 0.25
STEPS = 64
# Of a certain class's colour; the rest is background, so that samples stand out on their region.
STRENGTH = 0.85
_FROM_LAB, _FROM_CONE = np.linalg.inv(_TO_LAB), np.linalg.inv(_TO_CONE)


@dataclass(frozen=True)
class Look:
    """How maps are drawn: the options of :meth:`nnvis.ClassMaps.plot`."""

    kind: str = "region"
    interpolation: str = "linear"
    dark: bool = False
    colormap: str | None = None
    samples: bool = True

    @property
    def background(self) -> Background:
        return "dark" if self.dark else "light"

    def paint(self, maps: ClassMaps, moment: float, least: int) -> np.ndarray:
        """The colours of a moment, with so many points along the shorter side or more."""
        probability = maps.at(moment, self.interpolation)
        return paint_map(finer(probability, least), self.kind, self.background, self.colormap)


def paint_map(
    probability: np.ndarray,
    kind: str = "region",
    background: str = "light",
    colormap: str | None = None,
) -> Float32[np.ndarray, "y x 3"]:
    """A map (ny, nx, classes) as sRGB in [0, 1].

    Parameters
    ----------
    kind
        ``region`` or ``boundary``, see :func:`paint_regions` and :func:`paint_boundaries`.
    background
        ``light`` or ``dark``.
    colormap
        Of a boundary map; region maps have the colours of the classes.

    Raises
    ------
    UsageError
        For an unknown kind or colormap (near names are listed), or a colormap for regions.
    """
    check_look(kind, colormap)
    if kind == "region":
        return paint_regions(probability, background)
    return paint_boundaries(probability, background, colormap)


def check_look(kind: str, colormap: str | None) -> None:
    """Raise :class:`UsageError` for a kind or colormap that there is none of."""
    if kind not in KINDS:
        raise UsageError(f"kind must be {' or '.join(KINDS)}, got {kind!r}.")
    if colormap is not None and kind == "region":
        raise UsageError(
            "Region maps have the colours of their classes; a colormap goes with kind boundary."
        )
    if colormap is not None:
        find_colormap(colormap)


def paint_regions(
    probability: np.ndarray, background: str = "light"
) -> Float32[np.ndarray, "y x 3"]:
    """The colours of the likely classes, mixed in OKLab.

    A class counts by its probability above a quarter of the highest, so the colour lies within
    the hull of the colours of likely classes alone. Mixing blue and red may still give a third
    class's purple: such a colour moves towards that of the most probable class until the class
    colour nearest to it, in OKLab and in sRGB, is one of a likely class.
    """
    from nnvis.kernels.mixing import mix_classes

    classes = probability.shape[-1]
    flat = np.ascontiguousarray(probability, np.float32).reshape(-1, classes)
    shown = shown_colours(classes, background)
    found = np.empty((len(flat), 3), np.float32)
    looks = np.stack([from_oklab(shown), class_colours(classes)])
    mix_classes(flat, shown, looks, LIKELY, STEPS, _FROM_LAB, _FROM_CONE, found)
    return found.reshape(*probability.shape[:-1], 3)


def shown_colours(classes: int, background: str = "light") -> Float64[np.ndarray, "class 3"]:
    """What a place looks like where a class is certain, OKLab."""
    paper = oklab(background_colour(cast("Background", background))[None])
    # There and back, for sRGB does not reach every mixture.
    return oklab(from_oklab(paper + STRENGTH * (oklab(class_colours(classes)) - paper)))


def paint_boundaries(
    probability: np.ndarray, background: str = "light", colormap: str | None = None
) -> Float32[np.ndarray, "y x 3"]:
    """The highest probability of any class: from 1 / classes, a tie of all, to 1."""
    look = boundary_colormap(background) if colormap is None else find_colormap(colormap)
    least = 1 / probability.shape[-1]
    top = np.asarray(probability, np.float32).max(axis=-1)
    certainty = (top - least) / (1 - least) if least < 1 else np.ones_like(top)
    return np.asarray(look(np.clip(certainty, 0, 1)), np.float32)[..., :3]


def boundary_colormap(background: str) -> Colormap:
    """Fades into the background where a class is certain."""
    from matplotlib.colors import LinearSegmentedColormap

    stops = {
        "light": ["#0b1f4b", "#1149a8", "#1f86d8", "#63bfe6", "#cfe6ee", "#f8f8f6"],
        "dark": ["#f4c27a", "#ec9f55", "#d06a3f", "#8c3b4a", "#3b2438", "#15171b"],
    }
    return LinearSegmentedColormap.from_list(f"boundary {background}", stops[background])


def find_colormap(name: str) -> Colormap:
    """A colormap by its name in matplotlib or, beginning with ``cet_``, in colorcet.

    Raises
    ------
    UsageError
        When there is none: near names are listed.
    """
    import colorcet  # noqa: F401, adds its own to matplotlib's
    from matplotlib import colormaps

    known: Any = list(colormaps)
    if name in known:
        return colormaps[name]
    lower = {each.lower(): each for each in known}
    near = [lower[each] for each in difflib.get_close_matches(name.lower(), lower, 4, 0.5)]
    words = f"near it are {', '.join(near)}" if near else "try viridis, magma or cet_fire"
    raise UsageError(f"There is no colormap {name!r}; {words}.")


def finer(probability: np.ndarray, least: int) -> Float32[np.ndarray, "y x class"]:
    """The map with at least so many points along its shorter side, probabilities interpolated.

    Colours that are interpolated instead would blur every boundary.
    """
    found = np.asarray(probability, np.float32)
    times = -(-(least - 1) // (min(found.shape[:2]) - 1))
    return found if times <= 1 else _along(_along(found, times, 0), times, 1)


def _along(coarse: np.ndarray, times: int, axis: int) -> Float32[np.ndarray, "y x class"]:
    """With ``times`` steps for each one along an axis."""
    rows = np.moveaxis(coarse, axis, 0)
    shape = ((len(rows) - 1) * times + 1, *rows.shape[1:])
    fine = np.empty(shape, np.float32)
    fine[::times] = rows
    for step in range(1, times):
        share = np.float32(step / times)
        fine[step::times] = (1 - share) * rows[:-1] + share * rows[1:]
    return np.moveaxis(fine, 0, axis)
