"""One unit picked out of a network: its edges, its neighbours, its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nnvis.errors import RenderError
from nnvis.model.network import Network
from nnvis.render.scene import Scene


def scene_of_unit(scene: Scene, network: Network, unit: int) -> Scene:
    """The part of ``scene`` that a unit belongs to: it, its edges in and out, their other ends.

    Parameters
    ----------
    scene
        Built from ``network``.
    unit
        Row in the network.

    Raises
    ------
    RenderError
        For a unit that the network does not have.
    """
    if not 0 <= unit < network.unit_count:
        raise RenderError(
            f"The network has units 0 to {network.unit_count - 1:,}, so there is no unit {unit:,}."
        )
    source = network.edge_source[scene.edge_index]
    target = network.edge_target[scene.edge_index]
    edges = np.flatnonzero((source == unit) | (target == unit))
    near = np.unique(np.concatenate([[unit], source[edges], target[edges]]))
    units = np.flatnonzero(np.isin(scene.unit_index, near))
    into, out = int((target[edges] == unit).sum()), int((source[edges] == unit).sum())
    name = unit_name(network, unit)
    return replace(scene.only(edges, units), note=f"{name}: {into:,} edges in, {out:,} out")


def scene_of_units(scene: Scene, network: Network, rows: Sequence[int]) -> Scene:
    """The part of ``scene`` that lies among some units: they, and the edges from one to another.

    Raises
    ------
    RenderError
        For a unit that the network does not have.
    """
    chosen = np.zeros(network.unit_count, bool)
    for row in rows:
        if not 0 <= row < network.unit_count:
            raise RenderError(
                f"The network has units 0 to {network.unit_count - 1:,}, so there is no unit "
                f"{row:,}."
            )
        chosen[row] = True
    source = network.edge_source[scene.edge_index]
    target = network.edge_target[scene.edge_index]
    edges = np.flatnonzero(chosen[source] & chosen[target])
    units = np.flatnonzero(chosen[scene.unit_index])
    return replace(
        scene.only(edges, units), note=f"{len(units):,} units, {len(edges):,} edges between them"
    )


def unit_name(network: Network, unit: int) -> str:
    """``fc1 unit 12``: its layer and its number within the layer, from 0."""
    layer = int(network.unit_layer[unit])
    return f"{network.layers[layer].name} unit {unit - network.unit_slice(layer).start:,}"


def find_unit(network: Network, name: str) -> int:
    """Row of the unit called ``LAYER:NUMBER``, as in ``fc1:12``.

    Parameters
    ----------
    name
        A layer's name, or its number from 0, and the unit's number within it, from 0.

    Raises
    ------
    RenderError
        When there is no such layer or unit.
    """
    layer_name, _, number = name.rpartition(":")
    names = [layer.name for layer in network.layers]
    if layer_name in names:
        layer = names.index(layer_name)
    elif layer_name.isdecimal() and int(layer_name) < len(names):
        layer = int(layer_name)
    else:
        raise RenderError(
            f"A unit is named LAYER:NUMBER with one of the layers {', '.join(names)}, got {name!r}."
        )
    units = network.unit_slice(layer)
    size = units.stop - units.start
    if not number.isdecimal() or int(number) >= size:
        raise RenderError(
            f"The layer {names[layer]} has units 0 to {size - 1:,}, got {number!r} in {name!r}."
        )
    return units.start + int(number)
