"""``nnvis classmap``: what a network makes of a plane of inputs, as pictures and films."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from nnvis.cli.mapping_anew import computed_maps
from nnvis.cli.pictures import wrong_usage
from nnvis.cli.terminal import counted, reporting, say
from nnvis.errors import UsageError

if TYPE_CHECKING:
    from nnvis.classmap import ClassMaps
    from nnvis.store import Run

FILMS = (".mp4", ".gif")
PICTURES = (".png", ".svg", ".pdf")
DPI = {".mp4": 150, ".gif": 100, ".png": 300, ".svg": 300, ".pdf": 300}
_MOMENTS = 8


def classmap(
    run: Path,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    name: Annotated[str | None, Parameter(name="--map")] = None,
    kind: Literal["region", "boundary"] = "region",
    epoch: float | None = None,
    moments: int = 1,
    interpolation: Literal["linear", "geometric"] = "linear",
    frames: int = 120,
    fps: int = 30,
    dark: Annotated[bool, Parameter(negative="")] = False,
    colormap: str | None = None,
    dpi: int | None = None,
    samples: bool = True,
    plane: Literal["inputs", "principal"] | None = None,
    through: Annotated[tuple[int, ...], Parameter(consume_multiple=True, negative="")] = (),
    points: int = 200,
    data: str | None = None,
    model: str | None = None,
    architecture: str | None = None,
) -> None:
    """Which class a network gives each place of an input plane, and how that changes.

    Parameters
    ----------
    run
        The run's folder.
    output
        A film (.mp4, .gif) of the training or a picture (.png, .svg, .pdf) of a moment; without
        it region, boundary and course of the training go into the run's figures folder.
    name
        Which of the maps that the run recorded.
    kind
        region (class colours mixed by their probabilities) or boundary (highest probability of
        any class).
    epoch
        The moment of a picture, also between two epochs; the last one unless given.
    moments
        So many moments of the training side by side in a picture.
    interpolation
        Of the probabilities between two recorded epochs.
    frames
        Of a film; the last tenth shows the end.
    fps
        Frames a second of a film.
    dark
        On a near-black background.
    colormap
        Of a boundary map: a name of matplotlib's, or of colorcet's such as cet_fire.
    dpi
        Pixels an inch, at some 5 inches; 300 for a picture, 150 for an .mp4, 100 for a .gif
        unless given.
    samples
        Draw the samples on top.
    plane
        Compute maps anew, from recorded weights or else the final ones: over the plane of
        inputs of two numbers, or the principal axes of the test samples.
    through
        The same over the plane through three test samples, by their numbers: 3 17 42.
    points
        Points along each axis of maps that are computed anew.
    data
        Another source of samples than the run's own, for maps that are computed anew.
    model
        For these, the model when nnvis did not build it: as for nnvis process.
    architecture
        For a file of weights: package.module:function, or sizes such as 784-81-49-10.
    """
    _check(output, kind, colormap, plane, through, moments, epoch, dpi)
    from nnvis.render.classmap import Look
    from nnvis.store import Run

    opened = Run.open(run)
    look = Look(kind, interpolation, dark, colormap, samples)
    if output is not None and output.suffix.lower() in FILMS:
        from nnvis.render import FilmWriter

        with wrong_usage():
            FilmWriter(output, (2, 2), fps)  # says at once when PyAV is missing
    with reporting() as progress:
        if plane is None and not through and (name is not None or _has_maps(opened)):
            from nnvis.classmap import read_maps

            maps = read_maps(opened, name)
        else:
            maps = computed_maps(
                opened, plane, through, points, data, (model, architecture), progress
            )
        if epoch is not None:
            maps.at(epoch)
        say(_words(maps))
        if output is None:
            _draw_all(opened, maps, look)
        elif output.suffix.lower() in FILMS:
            from nnvis.render.plots.classmap_film import film_maps

            inches = DPI[output.suffix.lower()] if dpi is None else dpi
            width, height = film_maps(maps, output, look, frames, fps, inches, progress)
            length = f"{width} x {height}, {frames / fps:.3g} s"
            say(f"film: {output} ({length}, {interpolation} between epochs)")
        else:
            _draw_one(output, maps, look, epoch, moments, dpi)
            say(f"picture: {output}")


def _check(
    output: Path | None,
    kind: str,
    colormap: str | None,
    plane: str | None,
    through: tuple[int, ...],
    moments: int,
    epoch: float | None,
    dpi: int | None,
) -> None:
    """What is wrong with the words alone, before anything is read."""
    from nnvis.render.classmap import check_look

    check_look(kind, colormap)
    if output is not None and output.suffix.lower() not in FILMS + PICTURES:
        raise UsageError(
            f"Cannot draw to {output}: the name must end in {', '.join(PICTURES)}, .mp4 or .gif."
        )
    if plane is not None and through:
        raise UsageError("Give --plane or --through, not both.")
    if through and len(through) != 3:
        raise UsageError(
            f"--through takes three sample numbers such as 3 17 42, got {len(through)}."
        )
    if moments != 1 and (epoch is not None or output is None or output.suffix.lower() in FILMS):
        raise UsageError("--moments goes with a picture (-o map.png) and without --epoch.")
    if dpi is not None:
        from nnvis.render.plots.classmap_film import check_dpi

        check_dpi(dpi)


def _has_maps(run: Run) -> bool:
    return bool(run.load_planes())


def _words(maps: ClassMaps) -> str:
    rows, columns = maps.probability.shape[1:3]
    moments = f"epoch {maps.first}"
    if len(maps.epochs) > 1:
        moments = f"{len(maps.epochs)} epochs ({maps.first} to {maps.last})"
    return (
        f"{moments}, {columns} x {rows} points on {maps.plane.words}, "
        f"{counted(len(maps.class_names), 'class', 'classes')}; {maps.source}."
    )


def caption(maps: ClassMaps, look: Any) -> str:
    """Run and settings in a line, for below a figure."""
    rows, columns = maps.probability.shape[1:3]
    parts = [f"{look.kind} map", f"{columns} × {rows} points on {maps.plane.words}", maps.source]
    off = maps.samples is not None and look.samples and bool((maps.samples.distance > 1e-6).any())
    if off:
        parts.append("small and faint: samples that lie off the plane")
    return f"{maps.run_name}: {', '.join(parts)}"


def _draw_one(
    output: Path, maps: ClassMaps, look: Any, epoch: float | None, moments: int, dpi: int | None
) -> None:
    from io import BytesIO

    from nnvis.render.plots.style import styled
    from nnvis.store.atomic import write_atomically

    figure = maps.plot(
        look.kind, epoch, caption(maps, look), look.interpolation, look.dark, look.colormap,
        look.samples, moments,
    )  # fmt: skip
    ending = output.suffix.lower()
    content = BytesIO()
    with styled():
        figure.savefig(content, format=ending[1:], dpi=DPI[ending] if dpi is None else dpi)
    write_atomically(output, [content.getvalue()])


def _draw_all(run: Run, maps: ClassMaps, look: Any) -> None:
    from dataclasses import replace

    from nnvis.render.plots import save_figure

    folder = run.figures_folder
    files: list[Path] = []
    for kind in ("region", "boundary"):
        each = replace(look, kind=kind, colormap=look.colormap if kind == "boundary" else None)
        count = min(_MOMENTS, len(maps.epochs))
        for stem, moments in ((kind, 1), (f"{kind}_course", count)):
            if stem == kind or count > 1:
                figure = maps.plot(
                    kind, None, caption(maps, each), each.interpolation, each.dark,
                    each.colormap, each.samples, moments,
                )  # fmt: skip
                files += save_figure(figure, folder / f"classmap_{stem}")
    say(f"{counted(len(files), 'file')} in {folder}: classmap_region, classmap_boundary, …")
    say(f"As a film: nnvis classmap {run.path} -o map.gif")
