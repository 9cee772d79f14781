"""All that an off-screen picture or film shows, made from a network and a few choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any

from nnvis.config.processing import ProcessingConfig
from nnvis.config.reading import read_config
from nnvis.errors import RenderError
from nnvis.model.network import Network
from nnvis.render.picked import find_unit, scene_of_unit
from nnvis.render.scene import Scene, build_scene

if TYPE_CHECKING:
    from nnvis.bundling import DensityCells
    from nnvis.config.rendering import RenderingConfig
    from nnvis.render.frame import Renderer


@dataclass(frozen=True)
class Stage:
    """A scene, and beside it the density grid and the part picked out, where asked for."""

    scene: Scene
    cells: DensityCells | None = None
    picked: Scene | None = None

    def upload(self, renderer: Renderer) -> None:
        """Let a renderer show this from now on."""
        renderer.upload(self.scene)
        renderer.upload_grid(self.cells)
        renderer.highlight(self.picked)


def set_stage(
    network: Any, mode: str | int, rendering: RenderingConfig, unit: int | str | None = None
) -> Stage:
    """The stage for whatever a caller calls a network.

    Parameters
    ----------
    mode
        As :func:`build_scene`; a number means the class of that number.
    unit
        Picked out: its row in the network, or ``LAYER:NUMBER``.

    Raises
    ------
    RenderError
        For something that is no network, a mode or a unit that it does not have.
    """
    network = load(network)
    scene = build_scene(network, _mode(network, mode), rendering.palette, rendering.background)
    picked = None
    if unit is not None:
        row = find_unit(network, unit) if isinstance(unit, str) else unit
        picked = scene_of_unit(scene, network, row)
        scene = replace(scene, note=picked.note)
    return Stage(scene, _cells(network, rendering), picked)


def load(network: Any) -> Network:
    """The network of whatever a caller calls one: itself, a run, or a path."""
    if isinstance(network, Network):
        return network
    if isinstance(network, (str, PathLike)):
        from nnvis.store import find_network, load_network

        network = load_network(find_network(network))
    elif hasattr(network, "load_network"):
        network = network.load_network()
    if not isinstance(network, Network):
        raise RenderError(
            f"Expected a network, a run or a path to draw, got {type(network).__name__}."
        )
    return network


def _mode(network: Network, mode: str | int) -> str:
    if isinstance(mode, int) and 0 <= mode < len(network.class_names):
        return network.class_names[mode]
    return str(mode)


def _cells(network: Network, rendering: RenderingConfig) -> DensityCells | None:
    """The density grid when these settings draw it, with the settings of the bundling."""
    if rendering.grid_render_mode == "none":
        return None
    # Here, because it loads the compiler of the kernels, which other pictures do not need.
    from nnvis.bundling import density_cells

    stored = network.config.get("processing")
    given = stored if isinstance(stored, Mapping) else None
    return density_cells(network, read_config(ProcessingConfig, given))
