"""Sankey diagrams: flows as high as their counts, labels that neither meet nor leave the page."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from oracles import signatures as oracle
from signature.made import random_paths

from nnvis.render.plots.signature_layout import (
    place_nodes,
    place_ribbons,
    shortened,
    text_width,
)
from nnvis.render.plots.signatures import entry_colours
from nnvis.render.plots.style import classes
from nnvis.signature import LayerClusters, Signatures, sankey_of, thinned


def made(seed=0, samples=300, names=None, **sizes) -> Signatures:
    paths = random_paths(seed, samples, **sizes)
    if names is not None:
        paths = replace(paths, entry_names=tuple(names))
    layers = tuple(
        LayerClusters(name, np.zeros((count, 3), np.float32), np.zeros(3, np.float32))
        for name, count in zip(paths.layers, paths.clusters, strict=True)
    )
    return Signatures(layers, paths, paths, 5, None, 0, (), "made up")


LONG = ["a class with a very long name that cannot fit", "wwwwwwwwwwwwwwwwwwwwwwwwww", "b", "c"]
SIZES = [
    {},
    {"names": LONG},
    {"n_entries": 1, "clusters": (1,), "n_classes": 1},
    {"samples": 3},
    {"n_entries": 30, "clusters": (25, 3), "n_classes": 30, "samples": 900},
    {"clusters": (4,) * 9},
]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("gather", [0.0, 0.05])
def test_labels_neither_meet_nor_leave_the_page(sizes, gather):
    figure = made(**sizes).plot("sankey", caption="a run, its settings", gather=gather)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    page = figure.bbox
    boxes = [
        (text.get_text(), text.get_window_extent(renderer))
        for text in figure.axes[0].texts
        if text.get_text()
    ]
    for words, box in boxes:
        assert box.x0 >= -0.5, words
        assert box.x1 <= page.x1 + 0.5, words
        assert box.y0 >= -0.5, words
        assert box.y1 <= page.y1 + 0.5, words
    for at, (words, box) in enumerate(boxes):
        for others, other in boxes[:at]:
            wide = min(box.x1, other.x1) - max(box.x0, other.x0)
            high = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert wide <= 0.5 or high <= 0.5, f"{words!r} lies over {others!r}"


@pytest.mark.parametrize("sizes", SIZES)
def test_ribbons_fill_their_nodes(sizes):
    paths = made(**sizes).test
    sankey = thinned(sankey_of(paths), 3)
    columns = place_nodes(sankey, 3.0, 0.03, 0.09)
    place = {(each.node.column, each.node.number): each for column in columns for each in column}
    for column in columns:
        assert column[0].top <= 3.0 + 1e-9
        assert column[-1].bottom >= -1e-9
        for above, below in itertools.pairwise(column):
            assert above.bottom - below.top >= 0.03 - 1e-6
            assert above.middle - below.middle >= 0.09 - 1e-6
    ribbons = place_ribbons(sankey, columns, lambda entry: entry)
    for side in ("left", "right"):
        ends: dict = {}
        for ribbon in ribbons:
            link = ribbon.link
            node = (link.column, link.source) if side == "left" else (link.column + 1, link.target)
            top = getattr(ribbon, side)
            ends.setdefault(node, []).append((top, top - ribbon.height))
        for node, spans in ends.items():
            spans.sort(reverse=True)
            assert spans[0][0] == pytest.approx(place[node].top)
            assert spans[-1][1] == pytest.approx(place[node].bottom, abs=1e-9)
            for first, second in itertools.pairwise(spans):
                assert first[1] == pytest.approx(second[0], abs=1e-9), "ribbons overlap or gape"


@pytest.mark.parametrize("least", [1, 3, 20, 1000])
def test_thin_flows_are_gathered_and_none_is_lost(least):
    paths = random_paths(1, 400)
    sankey = sankey_of(paths)
    thin = thinned(sankey, least)
    ways = (paths.entry.tolist(), paths.signature.tolist(), paths.predicted.tolist())
    wanted: dict = {}
    for (column, source, target, entry), count in oracle.flows(*ways).items():
        key = (column, source, target, entry if count >= least else -1)
        wanted[key] = wanted.get(key, 0) + count
    found = {(each.column, each.source, each.target, each.entry): each.count for each in thin.links}
    assert found == wanted
    marked = thinned(sankey_of(paths, "in0>*>*>*"), 1000)
    assert {link.entry for link in marked.links if link.chosen} == {0}


def test_a_path_is_lit():
    found = made()
    figure = found.plot("sankey", path="in1>*>*>*")
    colours = classes(4)
    lit = {
        patch.get_facecolor()[:3] for patch in figure.axes[0].patches if patch.get_alpha() == 0.9
    }
    assert len(lit) == 1
    assert tuple(round(255 * part) for part in lit.pop()) == tuple(
        int(colours[1][at : at + 2], 16) for at in (1, 3, 5)
    )


def test_colours_are_those_of_the_classes_everywhere():
    paths = replace(random_paths(0), entry_labels=(2, 0, 7, 9))
    assert entry_colours(paths) == [classes(5)[k] for k in (2, 0, 3, 4)]


@pytest.mark.parametrize("sizes", SIZES)
def test_counts_of_clusters(sizes):
    figure = made(**sizes).plot("clusters", caption="a run, its settings")
    FigureCanvasAgg(figure).draw()
    assert figure.get_supylabel() == "input class"
    assert figure.get_supxlabel() == "a run, its settings"


def test_widths_of_words():
    assert text_width("", 6) == 0
    assert text_width("ww", 6) == pytest.approx(2 * text_width("w", 6))
    assert text_width("w", 12) == pytest.approx(2 * text_width("w", 6))
    assert shortened("short", 6, 1) == "short"
    long = shortened("w" * 50, 6, 0.5)
    assert long.endswith("…")
    assert text_width(long, 6) <= 0.5
    layer = shortened("features.0.conv1", 6, 0.4, keep_end=True)
    assert layer.startswith("…")
    assert layer.endswith("conv1")
