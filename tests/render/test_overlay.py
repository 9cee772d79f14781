"""Words in the picture: inside it, apart from each other and from the network."""

from dataclasses import replace

import numpy as np
import pytest
from networks import synthetic_network

from nnvis.config.rendering import RenderingConfig
from nnvis.model.network import Layer
from nnvis.render.camera import POSITIONS, read_camera, view_of
from nnvis.render.overlay import arrange, make_frame
from nnvis.render.scene import build_scene
from nnvis.render.text import DOT, Label, elided, measure, set_glyphs


def labels_of(scene, width, height, camera="default"):
    frame = make_frame(scene, RenderingConfig(), width, height)
    look = read_camera(camera)[0].framing(scene.hull, width / height, frame.margins)
    view = view_of(look, scene.bounds, (width, height))
    return arrange(scene, frame, view), view


def boxes(labels):
    return np.array(
        [[l.x, l.y - 0.78 * l.size, l.x + measure(l.text, l.size), l.y + 0.24 * l.size]
         for l in labels]  # noqa: E741
    )  # fmt: skip


@pytest.mark.parametrize("size", [(1920, 1080), (640, 360), (3840, 2160), (700, 900), (400, 400)])
@pytest.mark.parametrize("classes", [1, 4, 10, 100, 1000])
def test_words_stay_inside_and_apart(size, classes):
    scene = build_scene(synthetic_network((20, 9, 7), classes))
    labels, view = labels_of(scene, *size)
    found = boxes(labels)
    assert (found[:, :2] >= 0).all()
    assert (found[:, 2:] <= size).all()
    for at, one in enumerate(found):
        rest = np.delete(found, at, axis=0)
        apart = (
            (rest[:, 0] >= one[2] - 1) | (rest[:, 2] <= one[0] + 1)
            | (rest[:, 1] >= one[3] - 1) | (rest[:, 3] <= one[1] + 1)
        )  # fmt: skip
        assert apart.all(), labels[at]
    where = view.project(scene.hull)[:, :2] * (0.5, -0.5) + 0.5
    for x, y in where * size:
        inside = (found[:, 0] < x) & (found[:, 2] > x) & (found[:, 1] < y) & (found[:, 3] > y)
        assert not inside.any()


@pytest.mark.parametrize("camera", POSITIONS)
def test_every_layer_has_its_name_from_every_side(camera):
    scene = build_scene(synthetic_network((20, 9, 7)))
    text = " ".join(label.text for label in labels_of(scene, 1280, 720, camera)[0])
    for word in ("input", "fc1", "fc2", "20", "9", "7"):
        assert word in text


def test_captions_stand_under_their_layers():
    scene = build_scene(synthetic_network((20, 9, 7)))
    labels, view = labels_of(scene, 1280, 720)
    middle = {l.text: l.x + measure(l.text, l.size) / 2 for l in labels}  # noqa: E741
    for layer, hull in zip(scene.layers, scene.layer_hull, strict=True):
        across = (0.5 + 0.5 * view.project(hull)[:, 0]) * 1280
        assert across.min() - 1 <= middle[layer.name] <= across.max() + 1
    assert "dense · 9" in middle


def test_many_layers_become_one_line():
    network = synthetic_network((3,) * 60)
    labels, _ = labels_of(build_scene(network), 1280, 720)
    (line,) = [label.text for label in labels if "→" in label.text]
    assert line.startswith("input 3 → ")
    assert line.endswith("fc59 3")
    assert " more …" in line


def test_legend_elides_and_says_so():
    scene = build_scene(synthetic_network((30, 9), 1000))
    labels, _ = labels_of(scene, 1280, 720)
    dots = sum(label.text == DOT for label in labels)
    (more,) = [label.text for label in labels if label.text.endswith("more")]
    assert more == f"{1000 - dots:,} more"


def test_long_names_are_shortened():
    names = ["an unusually long name of a class " * 3, "b"]
    scene = build_scene(synthetic_network((9, 4), 2, class_names=names))
    texts = [label.text for label in labels_of(scene, 800, 450)[0]]
    assert any(text.startswith("an unusual") and text.endswith("…") for text in texts)


@pytest.mark.parametrize(("mode", "dots"), [("all", 4), ("importance", 0), ("2", 1)])
def test_legend_follows_the_mode(mode, dots):
    labels, _ = labels_of(build_scene(synthetic_network(), mode), 800, 450)
    assert sum(label.text == DOT for label in labels) == dots


def test_tiny_pictures_have_no_words():
    scene = build_scene(synthetic_network())
    assert labels_of(scene, 100, 60)[0] == ()


def test_layers_without_units_have_no_caption():
    network = synthetic_network((5, 3))
    more = replace(network, layers=(*network.layers, Layer("ghost", "dense", 0, 1.0)))
    labels, _ = labels_of(build_scene(more), 800, 450)
    assert "ghost" not in {label.text for label in labels}


def test_eliding():
    assert elided("abc", 20, 1000) == "abc"
    short = elided("a long line of words", 20, 100)
    assert short.endswith("…")
    assert measure(short, 20) <= 100
    assert elided("abc", 20, 1) == ""


def test_glyphs_are_where_the_pen_is():
    quads, atlas = set_glyphs((Label("Hi H", 10.4, 50.0, 20, (1.0, 0.0, 0.5)),))
    assert len(quads) == 3, "a blank has no rectangle"
    place, texels = quads["place"], quads["atlas"]
    np.testing.assert_array_equal(place[:, 2:] - place[:, :2], texels[:, 2:] - texels[:, :2])
    np.testing.assert_array_equal(texels[0], texels[2])
    assert place[0, 3] == 50, "capitals stand on the line"
    assert atlas.max() > 200
