"""``nnvis doctor`` and ``bench``: what this machine offers and how fast it is."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from nnvis.cli.terminal import console, say, show_table


def doctor() -> None:
    """What this machine offers nnvis, and what to install for the rest."""
    from nnvis.cli.diagnosis import diagnose

    rows, advice = diagnose()
    show_table("nnvis doctor", rows)
    for line in advice:
        say(line)
    if not advice:
        say("Everything that nnvis uses is here: nnvis demo")


def bench(
    *,
    only: Annotated[
        tuple[str, ...], Parameter(consume_multiple=True, negative="", show_default=False)
    ] = (),
    render: Annotated[bool, Parameter(negative="")] = False,
    quick: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """The benchmark table of this machine: medians, and ratios against named alternatives.

    Parameters
    ----------
    only
        Run these parts only: start, bundling, scaling, importance, fingerprint, neighbours,
        classmap, signatures, demo, recording, render.
    render
        The same as --only render.
    quick
        One run of each instead of several.
    """
    from nnvis.bench import run_benchmarks

    if render:
        only = tuple(dict.fromkeys((*only, "render")))
    run_benchmarks(only, 1 if quick else 3, console)
    if not only:
        say("Measure one part again: nnvis bench --only bundling")
