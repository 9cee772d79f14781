"""Figures: they draw, they are labelled, and matplotlib's own settings stay as they were."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest

from nnvis.errors import StoreError
from nnvis.fingerprint import History, fingerprint_of
from nnvis.render.plots import KINDS, save_figure
from nnvis.render.plots.recurrence import in_band
from nnvis.render.plots.transitions import choose

FIGURES = ("distance", "raw_distance", "recurrence", "transitions", "measures")


def made_up(epochs=30, classes=4, accuracy=True):
    rng = np.random.default_rng(0)
    given = rng.integers(0, classes, (epochs, 50)).astype(np.int32)
    numbers = {"accuracy": np.linspace(0.2, 0.9, epochs)} if accuracy else {}
    names = tuple(f"a class called {k}" for k in range(classes))
    return fingerprint_of(History(np.arange(epochs) * 5, given, names, numbers, (), "made up"))


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_is_labelled(name):
    before = dict(matplotlib.rcParams)
    figure = made_up().plot(name, caption="a run, its settings")
    assert dict(matplotlib.rcParams) == before
    shared = [figure.get_supxlabel(), figure.get_supylabel()]
    labels = [axes.get_xlabel() + axes.get_ylabel() for axes in figure.axes]
    assert any(labels) or any(shared)
    assert figure.get_supxlabel() == "a run, its settings"
    assert made_up().plot(name).get_supxlabel() == ""


def test_ticks_are_epochs():
    figure = made_up().plot("distance")
    figure.canvas.draw()
    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert "50" in ticks, ticks


@pytest.mark.parametrize(("epochs", "classes"), [(2, 1), (3, 2), (40, 25), (4, 120)])
@pytest.mark.parametrize("name", FIGURES)
def test_any_size_draws(name, epochs, classes):
    figure = made_up(epochs, classes, accuracy=False).plot(name)
    figure.canvas.draw()


def test_files_are_whole_and_alike(tmp_path):
    first = save_figure(made_up(8).plot("distance"), tmp_path / "a.b")
    assert [path.name for path in first] == [f"a.b.{kind}" for kind in KINDS]
    second = save_figure(made_up(8).plot("distance"), tmp_path / "c")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), f"{one.suffix} differs from run to run"


def test_a_figure_is_arranged_once_for_all_formats_and_stays_as_it_was(tmp_path):
    figure = made_up(8).plot("distance")
    engine, canvas, dpi = figure.get_layout_engine(), figure.canvas, figure.dpi
    arranged = []
    execute = engine.execute
    engine.execute = lambda figure: (arranged.append(1), execute(figure))
    save_figure(figure, tmp_path / "once")
    assert len(arranged) == 1
    assert (figure.get_layout_engine(), figure.canvas, figure.dpi) == (engine, canvas, dpi)
    with pytest.raises(StoreError):
        save_figure(figure, tmp_path / "missing" / "once")
    assert (figure.get_layout_engine(), figure.canvas, figure.dpi) == (engine, canvas, dpi)


def test_late_epochs_can_be_told_apart_beside_the_untrained_network():
    given = np.zeros((4, 100), np.int32)
    given[0] = 1
    given[3, :4] = 1
    found = fingerprint_of(History(np.arange(4), given, ("a", "b"), {}, (), ""))
    figure = found.plot("raw_distance")
    image = figure.axes[0].images[0]
    assert image.norm(0.04) == pytest.approx(0.2)
    assert image.norm(1.0) == 1.0
    same = fingerprint_of(History(np.arange(4), given * 0, ("a", "b"), {}, (), ""))
    same.plot("raw_distance").canvas.draw()


def test_the_scale_of_recurrence_rates_ends_at_the_largest():
    found = made_up()
    scales = [axes.collections[0].norm.vmax for axes in found.plot("measures").axes[:6]]
    most = found.windows.values["recurrence_rate"].max()
    assert most <= scales[0] <= 1.2 * most < 1
    assert scales[1] == 1


def test_line_figure_and_bands():
    found = made_up()
    assert len(found.bands[-1].plot(caption="x").axes) == 3
    assert found.bands[1].plot().axes
    covered = sum(in_band(found.distance, band).astype(int) for band in found.bands)
    assert (covered == 1).all()
    assert [int(in_band(found.distance, band).sum()) for band in found.bands] == [
        band.points for band in found.bands
    ]


def test_chosen_transitions_hold_events_beside_larger_later_ones():
    changed = np.full(100, 0.02)
    changed[20] = 0.2
    changed[60:] = 0.7
    chosen = choose(changed)
    assert len(chosen) == 24
    assert chosen == sorted(chosen)
    assert 20 in chosen
    assert choose(changed[:5]) == [0, 1, 2, 3, 4]
