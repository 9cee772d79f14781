"""How many samples epochs predict differently, with accuracy below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from nnvis.render.plots.style import (
    ACCENT,
    COLUMN,
    FAINT,
    PHASES,
    add_caption,
    closeness,
    epoch_ticks,
    frame,
    new_figure,
    note,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nnvis.fingerprint import Fingerprint


def draw(found: Fingerprint, caption: str | None = None) -> Figure:
    """Above, the share of samples that two epochs predict differently; below, accuracy, the
    share that changes at each transition, and the phases; one time axis for both."""
    history = found.history
    share = found.raw_distance / max(history.predictions.shape[1], 1)
    with styled():
        figure = new_figure(COLUMN, 4.4)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3.1, 1))
        # By its root: the untrained network differs from all others in most samples, and a linear
        # scale would show nothing else.
        image = above.imshow(
            share,
            cmap=closeness(),
            norm=PowerNorm(0.5, 0, max(float(share.max()), 1e-9)),
            origin="lower",
            aspect="auto",
            interpolation="nearest",
        )
        frame(above)
        epoch_ticks(above.yaxis, history.epochs)
        above.set_ylabel("epoch s")
        bar = figure.colorbar(image, ax=above, aspect=28, pad=0.02, format=PercentFormatter(1))
        bar.set_ticks(_roots(share.max()))
        bar.set_label("samples predicted differently")
        bar.outline.set_linewidth(0.5)  # type: ignore[operator]
        _curves(below, found)
        epoch_ticks(below.xaxis, history.epochs)
        below.set_xlabel("epoch t")
        add_caption(figure, caption)
    return figure


def _roots(most: float) -> list[float]:
    """Round shares up to ``most`` that lie apart on a scale of roots."""
    shares = (0, 0.002, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1)
    kept = [0.0]
    for share in shares:
        apart = share**0.5 - kept[-1] ** 0.5
        if share <= most and apart >= 0.09 * most**0.5:
            kept.append(share)
    return kept


def _curves(axes: Axes, found: Fingerprint) -> None:
    history = found.history
    place = {int(epoch): at for at, epoch in enumerate(history.epochs)}
    for phase in found.phases:
        axes.axvspan(
            place[phase.first] - 0.5,
            place[phase.last] + 0.5,
            color=PHASES[phase.kind],
            alpha=0.18,
            linewidth=0,
        )
    handles: list = []
    if history.accuracy is None:
        note(axes, "no accuracy recorded")
    else:
        name, values = history.accuracy
        handles += axes.plot(values, color=ACCENT, label=name.replace("_", " "))
    # A change belongs between the two epochs that it lies between.
    handles += axes.plot(
        np.arange(len(found.changed)) + 0.5,
        found.changed,
        color=FAINT,
        linewidth=0.7,
        label="samples that change class",
    )
    kinds = dict.fromkeys(phase.kind for phase in found.phases)
    handles += [Patch(color=PHASES[kind], alpha=0.25, linewidth=0, label=kind) for kind in kinds]
    axes.set(ylim=(0, 1.02), ylabel="share of samples")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.34),
        ncols=3,
        handlelength=1.2,
        columnspacing=1,
    )
