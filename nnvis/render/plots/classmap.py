"""Class maps as figures: one moment of a training, or several side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from matplotlib import rc_context
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_hex
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from nnvis.errors import UsageError
from nnvis.render.classmap import Look, boundary_colormap, check_look, find_colormap
from nnvis.render.palette import background_colour, class_colours, text_colour
from nnvis.render.plots.classmap_layers import Layers
from nnvis.render.plots.style import add_caption, new_figure, no_ticks, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnvis.classmap import ClassMaps
    from nnvis.config.rendering import Background

_SIDE = 3.4  # inches: the longer side of a single map
_SMALL_SIDE = 1.9
_COLUMNS = 4
MOST_MOMENTS = 24
_MOST_NAMES = 12
_LONGEST_NAME = 18


def draw(
    maps: ClassMaps,
    kind: str = "region",
    moment: float | None = None,
    caption: str | None = None,
    interpolation: str = "linear",
    dark: bool = False,
    colormap: str | None = None,
    samples: bool = True,
    moments: int = 1,
) -> Figure:
    """See :meth:`nnvis.ClassMaps.plot`."""
    look = Look(kind, interpolation, dark, colormap, samples)
    check_look(kind, colormap)
    if not 1 <= moments <= MOST_MOMENTS:
        raise UsageError(f"moments must be 1 to {MOST_MOMENTS}, got {moments}.")
    if moments == 1:
        figure, axes, _ = single(maps, look, maps.last if moment is None else moment)
        with _coloured(look.background):
            _explain(figure, axes, maps, look)
            _caption(figure, caption, look)
        return figure
    return _several(maps, look, spread(maps, moments), caption)


def single(maps: ClassMaps, look: Look, moment: float) -> tuple[Figure, Axes, Layers]:
    """One map with its axes and title, and what of it changes from moment to moment."""
    width, height = _sides(maps, _SIDE)
    with _coloured(look.background):
        figure = new_figure(width + 1.45, height + 0.75)
        axes = figure.subplots()
        _dress(axes, maps)
        axes.set_xlabel(maps.plane.labels[0])
        axes.set_ylabel(maps.plane.labels[1])
        layers = Layers(axes, maps, look.background, look.samples)
        layers.show(moment, look)
        axes.set_title(maps.title(moment), size=8, loc="left", pad=5)
    return figure, axes, layers


def explained(maps: ClassMaps, look: Look, moment: float) -> tuple[Figure, Axes, Layers]:
    """:func:`single` with its legend."""
    figure, axes, layers = single(maps, look, moment)
    with _coloured(look.background):
        _explain(figure, axes, maps, look)
    return figure, axes, layers


def spread(maps: ClassMaps, count: int) -> list[float]:
    """At most ``count`` recorded moments, evenly over the training, the first and last among
    them."""
    chosen = np.linspace(0, len(maps.epochs) - 1, min(count, len(maps.epochs))).round().astype(int)
    return [float(maps.epochs[each]) for each in np.unique(chosen)]


def _several(maps: ClassMaps, look: Look, chosen: list[float], caption: str | None) -> Figure:
    rows = math.ceil(len(chosen) / _COLUMNS)
    columns = math.ceil(len(chosen) / rows)
    width, height = _sides(maps, _SMALL_SIDE)
    with _coloured(look.background):
        figure = new_figure(columns * width + 1.2, rows * (height + 0.22) + 0.1)
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes, moment in zip(grid.flat, chosen, strict=False):
            _dress(axes, maps)
            no_ticks(axes.xaxis)
            no_ticks(axes.yaxis)
            Layers(axes, maps, look.background, look.samples, small=True).show(moment, look)
            axes.set_title(maps.title(moment).replace("test accuracy ", ""), size=6.5)
        for axes in grid.flat[len(chosen) :]:
            axes.set_visible(False)
        _explain(figure, grid[0, -1], maps, look)
        _caption(figure, caption, look)
    return figure


def _dress(axes: Axes, maps: ClassMaps) -> None:
    left, right, bottom, top = maps.plane.extent
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    for side in axes.spines.values():
        side.set_visible(True)


def _explain(figure: Figure, axes: Axes, maps: ClassMaps, look: Look) -> None:
    """Right of ``axes`` the classes by name, and below what the shades of a boundary map mean."""
    if look.kind == "boundary":
        low = 1 / len(maps.class_names)
        shades = (
            boundary_colormap(look.background)
            if look.colormap is None
            else find_colormap(look.colormap)
        )
        inset = axes.inset_axes((1.035, 0, 0.035, 0.42))
        bar = figure.colorbar(
            ScalarMappable(Normalize(low, 1), shades), cax=inset,
            format=PercentFormatter(1, 0), ticks=[low, (1 + low) / 2, 1],
        )  # fmt: skip
        bar.set_label("highest class probability", size=6)
        bar.outline.set_linewidth(0.5)  # type: ignore[operator]
    if look.kind == "boundary" and not _shows_samples(maps, look):
        return
    marker = "o" if look.kind == "boundary" else "s"
    names = _named_classes(maps)
    colours = [to_hex(tuple(each)) for each in class_colours(len(maps.class_names)).tolist()]
    handles = [
        Line2D(
            [], [], marker=marker, linestyle="", markersize=5.5, markeredgewidth=0,
            color=colours[each], label=_short(maps.class_names[each]),
        )
        for each in names
    ]  # fmt: skip
    if rest := len(maps.class_names) - len(names):
        handles.append(Line2D([], [], linestyle="", label=f"and {rest} more"))
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.02), title="class",
        title_fontsize=6.5, alignment="left", handletextpad=0.2, handlelength=1.2,
        borderaxespad=0, borderpad=0.3, labelspacing=0.45,
    )  # fmt: skip


def _caption(figure: Figure, caption: str | None, look: Look) -> None:
    add_caption(figure, caption)
    for text in figure.texts:
        text.set_color(tuple(text_colour(look.background, faint=True).tolist()))


def _shows_samples(maps: ClassMaps, look: Look) -> bool:
    return look.samples and maps.samples is not None and maps.samples.label is not None


def _named_classes(maps: ClassMaps) -> list[int]:
    """All classes, or of many those that cover most of the last map."""
    count = len(maps.class_names)
    if count <= _MOST_NAMES:
        return list(range(count))
    cover = np.bincount(maps.probability[-1].argmax(axis=-1).ravel(), minlength=count)
    return sorted(np.argsort(-cover, kind="stable")[:_MOST_NAMES].tolist())


def _sides(maps: ClassMaps, longer: float) -> tuple[float, float]:
    left, right, bottom, top = maps.plane.extent
    width, height = right - left, top - bottom
    scale = longer / max(width, height)
    return max(width * scale, 0.35 * longer), max(height * scale, 0.35 * longer)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


class _coloured:
    """Within it new figures have nnvis's looks on this background."""

    def __init__(self, background: Background) -> None:
        ink = to_hex(cast("Any", tuple(text_colour(background).tolist())))
        faint = to_hex(cast("Any", tuple(text_colour(background, faint=True).tolist())))
        paper = to_hex(cast("Any", tuple(background_colour(background).tolist())))
        self._settings: Any = {
            "text.color": ink,
            "axes.titlecolor": ink,
            "axes.labelcolor": ink,
            "xtick.labelcolor": ink,
            "ytick.labelcolor": ink,
            "axes.edgecolor": faint,
            "xtick.color": faint,
            "ytick.color": faint,
            "figure.facecolor": "white" if background == "light" else paper,
            "axes.facecolor": paper,
        }

    def __enter__(self) -> None:
        self._style = styled()
        self._style.__enter__()
        self._more = rc_context(self._settings)
        self._more.__enter__()

    def __exit__(self, *fault: Any) -> None:
        self._more.__exit__(*fault)
        self._style.__exit__(*fault)
