"""Where networks come from: files, a run's importance, chance, the demo. For the working thread."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from nnvis.app.state import Shown
from nnvis.config import ProcessingConfig, RenderingConfig, read_config
from nnvis.errors import ConfigError, StoreError
from nnvis.model import Network
from nnvis.progress import Progress
from nnvis.render.scene import build_scene
from nnvis.store import find_network, load_network


def arranged(
    network: Network,
    mode: str,
    rendering: RenderingConfig,
    origin: str,
    saved: Network | None = None,
    then: tuple[float, Network] | None = None,
) -> Shown:
    """The network ready to be drawn; a class that it does not have shows all classes.

    ``then`` is a place on the time line and the network as it was there, which is drawn.
    """
    drawn = network if then is None else then[1]
    scene = build_scene(drawn, known(mode, network), rendering.palette, rendering.background)
    return Shown(network, scene, origin, rendering.palette, saved, then)


def known(mode: str, network: Network) -> str:
    """``mode``, or all classes when it is one that the network does not have."""
    classes = network.class_names[: network.class_count]
    return mode if mode in ("all", "importance", *classes) else "all"


def is_current(
    shown: Shown, mode: str, rendering: RenderingConfig, moment: float | None = None
) -> bool:
    """Whether the scene has the class visibility, colours and moment that are wanted."""
    scene = shown.scene
    return (shown.moment, scene.mode, shown.palette, scene.background) == (
        moment,
        known(mode, shown.network),
        rendering.palette,
        rendering.background,
    )


def opened(path: Path) -> tuple[Network, Path]:
    """The processed network at ``path`` and its file.

    Raises
    ------
    StoreError
        When there is none, or it is broken, foreign or newer: it says which.
    """
    file = find_network(path)
    return load_network(file), file


def run_folder(origin: str) -> Path | None:
    """The run that a network came from: its folder, or that of its file; ``None`` for others."""
    path = Path(origin)
    for folder in (path, path.parent):
        if (folder / "run.json").is_file():
            return folder
    return None


def importance_opened(path: Path, settings: ProcessingConfig) -> Network:
    """A run's importance on a lattice with straight edges, pruned as the settings say.

    Raises
    ------
    StoreError
        When the run has no importance or no weights.
    """
    from nnvis.pipeline import build_network
    from nnvis.store import Run

    run = Run.open(path.parent if path.is_file() else path)
    graph, _ = run.load_model()
    return build_network(graph, run.load_importance(), settings)


def generated(
    layers: tuple[int, ...], classes: int, settings: ProcessingConfig, seed: int
) -> Network:
    """A random network of these layers."""
    from nnvis.layout import random_network

    return random_network(layers, classes, np.random.default_rng(seed), settings)


def pruned_share(network: Network) -> float:
    """The share of all its edges that a network was built without."""
    if network.edges_total <= network.edge_count or not network.edge_count:
        return 0.0  # one without any edge was not pruned: the last edge always stays
    return min(1 - network.edge_count / network.edges_total, 1 - 1e-9)


def settings_of(network: Network, otherwise: ProcessingConfig) -> ProcessingConfig:
    """The settings a network was processed with; ``otherwise`` but for the pruning if unknown."""
    stored = network.config.get("processing")
    settings = otherwise
    if isinstance(stored, Mapping):
        with suppress(ConfigError):
            settings = read_config(ProcessingConfig, stored)
    return settings.model_copy(update={"prune_percentage": pruned_share(network)})


def demo_folder() -> Path:
    """Where the demo's run is or would be: ``runs/demo`` here, else in the user's data folder."""
    here = Path("runs/demo")
    if (here / "network.safetensors").is_file():
        return here
    from platformdirs import user_data_path

    return user_data_path("nnvis", appauthor=False) / "runs" / "demo"


def demo(progress: Progress) -> Path:
    """The folder of the demo's run; trains, scores and bundles when there is none yet.

    Raises
    ------
    StoreError
        When the folder cannot be written.
    """
    folder = demo_folder()
    if (folder / "network.safetensors").is_file():
        return folder
    from nnvis.config import ImportanceConfig, TrainingConfig
    from nnvis.datasets import load_samples
    from nnvis.pipeline import trained_run

    training = read_config(TrainingConfig, None)
    settings = read_config(ProcessingConfig, None)
    scoring = read_config(ImportanceConfig, None)
    samples = load_samples("digits", seed=training.seed, progress=progress)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The demo cannot be saved in {folder}: {error.strerror or error}; start nnvis in a "
            "folder that you can write to and open the demo again."
        ) from error
    with trained_run(
        folder, "digits", samples, training, settings, scoring, progress, overwrite=True
    ):
        pass  # nothing to add
    return folder
