"""The Signatures panel in its window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from app.driving import Driver, in_window
from app.saved import saved_network, saved_run
from app.signed import signed_run

SIZE = (1500, 900)


def opened(folder: Path) -> Driver:
    """The panel with its signatures."""
    from imgui_bundle import imgui

    drive = Driver(folder, size=SIZE)
    drive.open(signed_run(folder))
    drive.until(lambda: drive.state.training is not None, "the run's history")
    drive.rest()
    imgui.set_window_focus("Signatures")
    drive.until(lambda: "signatures" in drive.state.analyses, "the signatures")
    drive.rest()
    drive.step(3)
    return drive


@in_window
def test_a_row_of_the_table_lights_its_units_and_selects_its_samples(folder: Path) -> None:
    drive = opened(folder)
    plain = drive.picture().astype(int)
    signed = drive.state.analyses["signatures"]
    row = signed.found.table()[0].rows[0]
    # The class's name stands in the Rendering panel first.
    drive.click(signed.found.test.entry_names[row.entry], "selectable", 1)
    assert len(drive.state.samples) == row.occurrences, "the first row holds the most samples"
    assert drive.state.lit
    drive.step(3)
    assert np.abs(drive.picture().astype(int) - plain).max() > 30, "nothing is lit in the network"
    drive.key("escape")
    drive.step(3)
    assert (drive.state.path, drive.state.lit) == (None, ())
    assert np.array_equal(drive.picture(), plain), "the light stays on"
    assert not drive.said, f"the panel failed: {drive.said}"


@in_window
def test_a_ribbon_that_is_clicked_becomes_the_path_and_again_none(folder: Path) -> None:
    drive = opened(folder)
    left, top, right, bottom = drive.place_of("diagram", "invisible_button")
    paths = set()
    for share in np.linspace(0.15, 0.85, 15):
        # A third of the way, between the input classes and the first layer.
        drive.mouse(left + 0.2 * (right - left), top + share * (bottom - top))
        drive.button(True)
        drive.button(False)
        if drive.state.path is not None:
            paths.add(drive.state.path)
            assert drive.state.samples, f"no sample goes along {drive.state.path}"
    assert paths, "no ribbon took a click"
    assert all(path.count(">") == 3 for path in paths)
    assert not drive.said, f"the panel failed: {drive.said}"


@in_window
def test_other_settings_find_other_clusters_and_let_the_path_go(folder: Path) -> None:
    from nnvis.app.actions import ChoosePath, Compute
    from nnvis.app.signing import lit_by

    drive = opened(folder)
    drive.do(ChoosePath("*>0>*>*"))
    assert drive.state.path == "*>0>*>*"
    drive.do(Compute("signatures", (("clusters", 3), ("bins", 4))))
    signed = drive.state.analyses["signatures"]
    assert (signed.found.clusters, signed.found.bins) == (3, 4)
    assert drive.state.path is None
    network = drive.state.shown.network
    assert drive.state.lit == lit_by(signed, network, drive.state.samples), (
        "the samples of the path stay selected, and light what the new clusters raise"
    )
    drive.click("train", "radio_button")
    drive.step(3)
    assert not drive.said, f"the panel failed: {drive.said}"


@in_window
def test_what_has_no_signatures_is_said(folder: Path) -> None:
    from imgui_bundle import imgui

    drive = Driver(folder, size=SIZE)
    drive.open(saved_run(folder))
    imgui.set_window_focus("Signatures")
    drive.until(lambda: drive.said, "the sentence")
    assert "did not build" in drive.said
    drive.open(saved_network(folder, "alone.safetensors"))
    drive.step(3)
    assert not drive.state.analyses
    assert not drive.said, f"the panel failed: {drive.said}"


@in_window
def test_a_sample_selected_elsewhere_lights_its_way_here_and_in_the_network(folder: Path) -> None:
    from nnvis.app.actions import SelectSamples
    from nnvis.app.panels import sankey

    greys: list[bool] = []
    draw = sankey._draw_ribbons

    def noted(*args: object, is_lit: bool) -> None:
        greys.append(is_lit)
        draw(*args, is_lit=is_lit)

    sankey._draw_ribbons = noted
    drive = opened(folder)
    plain = drive.picture().astype(int)
    assert not greys[-1]
    drive.do(SelectSamples((5,)))
    assert greys[-1], "the diagram does not mark the way of the sample"
    assert np.abs(drive.picture().astype(int) - plain).max() > 30, "nothing is lit in the network"
    drive.key("escape")
    drive.key("escape")
    drive.step(3)
    assert (drive.state.samples, drive.state.lit, greys[-1]) == ((), (), False)
    assert np.array_equal(drive.picture(), plain), "the light stays on"
    assert not drive.said, f"the panel failed: {drive.said}"
