"""Class names beside the output units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from networks import synthetic_network

from nnvis.render.camera import Camera, view_of
from nnvis.render.outputs import MOST, output_labels
from nnvis.render.scene import build_scene

SIZE = (800, 500)


def shown(network, mode="all", camera=None):
    scene = build_scene(network, mode)
    camera = camera or Camera().framing(scene.hull, SIZE[0] / SIZE[1])
    return scene, view_of(camera, scene.bounds, SIZE)


def test_each_output_unit_has_its_class_name_to_its_right():
    network = synthetic_network((12, 8, 4))
    scene, view = shown(network)
    labels = {label.text: label for label in output_labels(scene, view, SIZE, 12)}
    assert labels, "no output unit has a name"
    assert set(labels) <= set(network.class_names), f"labels: {sorted(labels)}"
    outputs = network.unit_position[network.unit_slice(len(network.layers) - 1)]
    for name, place in zip(network.class_names, view.project(outputs), strict=True):
        if name in labels:
            x, y = (place[0] + 1) / 2 * SIZE[0], (1 - place[1]) / 2 * SIZE[1]
            assert 0 < labels[name].x - x < 60, f"{name} is not beside its unit"
            assert abs(labels[name].y - y) < 15, f"{name} is not beside its unit"


def test_one_class_alone_names_only_itself():
    network = synthetic_network((12, 8, 4))
    name = network.class_names[1]
    scene, view = shown(network, name)
    assert {label.text for label in output_labels(scene, view, SIZE, 12)} <= {name}


def test_names_never_overlap():
    network = synthetic_network((12, 8, 20), classes=20)
    scene, view = shown(network, camera=Camera(azimuth=0.0, elevation=0.0, distance=6.0))
    labels = output_labels(scene, view, SIZE, 12)
    places = np.array([(label.x, label.y) for label in labels])
    for n, place in enumerate(places):
        apart = np.abs(np.delete(places, n, axis=0) - place)
        assert not ((apart[:, 0] < 1) & (apart[:, 1] < 11)).any(), "two names lie on each other"


def test_no_names_without_output_units_or_for_too_many():
    network = synthetic_network((12, 8, 4))
    other = replace(network, class_names=("a", "b"), unit_importance=network.unit_importance[:, :2])
    scene, view = shown(other)
    assert output_labels(scene, view, SIZE, 12) == ()
    many = synthetic_network((4, MOST + 1), classes=MOST + 1)
    scene, view = shown(many)
    assert output_labels(scene, view, SIZE, 12) == ()
