"""From a model to a bundled network: the stages joined, as the Python API offers them.

``torch model + samples → Importance → Network (straight) → Network (bundled)``
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.bundling import BundlingQuality, advect_edges, measure_bundling, straighten_edges
from nnvis.bundling.actions import Watcher
from nnvis.classmap import own_planes
from nnvis.compiling import Ready, compiled_aside
from nnvis.config import ImportanceConfig, ProcessingConfig, read_config
from nnvis.density import StageTimes
from nnvis.errors import DatasetError, ModelError
from nnvis.layout import advect_nodes, layer_planes, place_units
from nnvis.model import Importance, Layer, LayerGraph, Network
from nnvis.progress import Progress, quiet
from nnvis.store import Run

if TYPE_CHECKING:
    from torch import nn

    from nnvis.config import TrainingConfig
    from nnvis.model import Samples

ProcessingSource = ProcessingConfig | Mapping[str, Any] | str | PathLike[str] | None
ImportanceSource = ImportanceConfig | Mapping[str, Any] | str | PathLike[str] | None


def build_network(
    model: nn.Module | LayerGraph, importance: Importance, config: ProcessingSource = None
) -> Network:
    """Units on their lattices and the most important edges as straight lines.

    Parameters
    ----------
    model
        The model that was scored, or its layer graph.
    importance
        Scores from :func:`nnvis.score_importance`.
    config
        Of these settings ``prune_percentage``, ``layer_width`` and ``layer_distance`` count
        here.

    Returns
    -------
    Network
        Edges sorted by combined importance; ``edges_total`` counts them all.

    Raises
    ------
    ConfigError
        For settings that are unknown or out of range.
    DatasetError
        When the scores belong to another model.
    ModelError
        When the model cannot be read as layers.
    """
    from nnvis.graph import read_graph
    from nnvis.importance.pruning import check_belongs

    settings = read_config(ProcessingConfig, config)
    graph = model if isinstance(model, LayerGraph) else read_graph(model)
    check_belongs(importance, graph)
    unit_importance = _unit_importance(graph, importance)
    sizes = [layer.size for layer in graph.layers]
    edges = _edges(graph, importance, settings.prune_percentage)
    planes = layer_planes(len(sizes), settings.layer_distance)
    network = Network(
        layers=tuple(
            Layer(layer.name, layer.kind, layer.size, float(z))
            for layer, z in zip(graph.layers, planes, strict=True)
        ),
        class_names=importance.class_names,
        unit_position=place_units(sizes, settings.layer_width, settings.layer_distance),
        unit_importance=unit_importance,
        unit_layer=np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
        edge_source=edges.source,
        edge_target=edges.target,
        edge_weight=edges.weight,
        edge_importance=edges.importance,
        point_position=np.empty((0, 3), np.float32),
        point_offset=np.zeros(1, np.int64),
        edges_total=graph.edge_count,
        config={"processing": settings.model_dump(), "importance": _plain(importance.options)},
    )
    return straighten_edges(network)


def bundle(
    network: Network,
    config: ProcessingSource = None,
    progress: Progress | None = None,
    watch: Watcher | None = None,
    times: StageTimes | None = None,
) -> Network:
    """Cluster the units by class and bundle the edges, from the lattice and straight lines on.

    What was done to the network before does not matter, so the same network and settings
    always give the same result.

    Parameters
    ----------
    config
        Settings. Of a mapping or a file, keys that are not given stay as the network was built
        with, and so do all for ``None``. A larger ``prune_percentage`` than the network's
        leaves out more of its least important edges; edges that were left out before cannot
        come back.
    watch
        Called with the network after each iteration, in this thread.
    times
        Collects the seconds of each stage.

    Raises
    ------
    ConfigError
        For settings that are unknown or out of range.
    ModelError
        When the network holds fewer edges than ``prune_percentage`` asks for.
    Cancelled
        At an iteration's end when asked to.
    """
    settings = _settings_of(network, config)
    progress = quiet(progress)
    network = pruned(network, settings.prune_percentage)
    placed = _on_lattice(network, settings)
    placed = advect_nodes(placed, settings, progress, watch, times)
    return advect_edges(placed, settings, progress, watch, times)


def process(
    model: nn.Module,
    x: Any,
    y: Any,
    run: Run | None = None,
    config: ProcessingSource = None,
    progress: Progress | None = None,
    importance_config: ImportanceSource = None,
    class_names: Sequence[str] | None = None,
) -> Network:
    """Score, build and bundle in one call; with a ``run``, save and measure as well.

    Parameters
    ----------
    run
        Gets the importance, the model's weights, the network and the measures of its bundling.
        Its class names are taken unless ``class_names`` are given.

    Raises
    ------
    ConfigError, DatasetError, ModelError, StoreError, Cancelled
        One sentence each. The model is as it was; files of the run are written only once
        everything is computed.
    """
    settings = read_config(ProcessingConfig, config)
    scoring = read_config(ImportanceConfig, importance_config)
    with compiled_aside() as compiled:
        return _process(model, x, y, run, settings, scoring, progress, class_names, compiled)


def _process(
    model: nn.Module,
    x: Any,
    y: Any,
    run: Run | None,
    settings: ProcessingConfig,
    scoring: ImportanceConfig,
    progress: Progress | None,
    class_names: Sequence[str] | None,
    compiled: Ready,
) -> Network:
    """``compiled`` is called before the first kernel."""
    from nnvis.graph import read_graph, state_arrays
    from nnvis.importance import score_importance

    names = class_names if class_names is not None or run is None else run.class_names
    importance = score_importance(model, x, y, scoring, progress, names)
    graph = read_graph(model)
    compiled(progress)
    network = bundle(build_network(graph, importance, settings), settings, progress)
    if run is not None:
        quality = measure_bundling(network, settings, progress=progress)
        with run.all_or_none():
            run.save_importance(importance)
            run.save_model(graph, state_arrays(model))
            save_bundled(run, network, quality)
            described = run.description
            if described.get("model") is None:
                run.update(model={"kind": "given", "type": type(model).__qualname__})
            if described.get("seed") is None:
                run.update(seed=scoring.seed)
    return network


@contextmanager
def trained_run(
    out: str | PathLike[str],
    data: str,
    samples: Samples,
    training: TrainingConfig,
    settings: ProcessingConfig,
    scoring: ImportanceConfig,
    progress: Progress,
    *,
    overwrite: bool,
) -> Iterator[tuple[Run, Network, list[dict[str, float]]]]:
    """Train a dense network on ``samples``, record and process it; the run, complete but for
    what the block adds, its network, and the numbers of each epoch.

    The run takes its place at ``out`` when the block ends well; else what was there stays.

    Parameters
    ----------
    data
        How the user named the samples; kept in the run.

    Raises
    ------
    ModelError, StoreError, Cancelled
        One sentence each.
    """
    sizes = [samples.x_train.shape[1], *training.hidden, len(samples.class_names)]
    with (
        # Before torch is imported, which takes a second or two by itself.
        compiled_aside() as compiled,
        Run.staged(
            out,
            overwrite=overwrite,
            class_names=samples.class_names,
            model={"kind": "mlp", "sizes": sizes},
            dataset={"source": data, "description": samples.source},
            config={"processing": settings, "importance": scoring, "training": training},
            seed=training.seed,
        ) as run,
    ):
        from nnvis.learning import Recorder, mlp_for, train

        model = mlp_for(samples, training)
        probe = (samples.x_test, samples.y_test)
        # Behind the last hidden layer classes have parted: the neighbours worth following.
        last = [f"relu{len(training.hidden)}"] if training.hidden else []
        recorder = Recorder(
            run, model, probe, last,
            pictures=samples.picture_shape, maps=own_planes(samples.x_train),
        )  # fmt: skip
        numbers = train(model, samples, training, recorder, progress)
        recorder.close()
        x, y = samples.x_train, samples.y_train
        network = _process(model, x, y, run, settings, scoring, progress, None, compiled)
        yield run, network, numbers


def save_bundled(run: Run, network: Network, quality: BundlingQuality) -> None:
    """Save a bundled network in its run, with its measures in ``run.json``: both or neither."""
    with run.all_or_none():
        run.save_network(network)
        run.update(bundling=quality.to_dict())


@dataclass(frozen=True)
class _Edges:
    source: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    importance: np.ndarray


def kept_edges(total: int, prune_percentage: float) -> int:
    """How many of ``total`` edges remain; the share is cut, never the last edge of one."""
    removed = math.floor(total * prune_percentage + 1e-9)
    return max(total - removed, min(total, 1))


def _unit_importance(graph: LayerGraph, importance: Importance) -> np.ndarray:
    """(units, classes) of all layers in order."""
    parts = []
    for layer in graph.layers:
        scores = importance.units.get(layer.name)
        expected = (layer.size, len(importance.class_names))
        if scores is None or scores.shape != expected:
            found = "nothing" if scores is None else f"scores of the shape {scores.shape}"
            raise DatasetError(
                f"The importance does not belong to this model: for the units of {layer.name} it "
                f"holds {found}, expected the shape {expected}; score this model again."
            )
        parts.append(scores)
    return np.concatenate(parts)


def _edges(graph: LayerGraph, importance: Importance, prune_percentage: float) -> _Edges:
    from nnvis.importance import combined_scores

    scores = combined_scores(importance, graph)
    begin = dict(
        zip(
            [layer.name for layer in graph.layers],
            np.cumsum([0] + [layer.size for layer in graph.layers]),
            strict=False,
        )
    )
    none = np.zeros(0, np.int64)
    # The empty part serves a graph without connections: its network has no edges.
    parts = [(none, none, np.zeros(0, np.float32), np.zeros(0, np.float32))]
    for connection in graph.connections:
        units_out, units_in = connection.weight.shape
        target = np.repeat(np.arange(units_out), units_in) + begin[connection.target]
        source = np.tile(np.arange(units_in), units_out) + begin[connection.source]
        parts.append((source, target, connection.weight.ravel(), scores[connection.name].ravel()))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(-columns[3], kind="stable")
    order = order[: kept_edges(len(order), prune_percentage)]
    source, target, weight, score = (column[order] for column in columns)
    return _Edges(
        source.astype(np.int32),
        target.astype(np.int32),
        weight.astype(np.float32),
        score.astype(np.float32),
    )


def _settings_of(network: Network, config: ProcessingSource) -> ProcessingConfig:
    """The given settings over those that the network was built with."""
    given = read_config(ProcessingConfig, config)
    if isinstance(config, ProcessingConfig):
        return given
    stored = network.config.get("processing")
    base = read_config(ProcessingConfig, stored if isinstance(stored, Mapping) else None)
    chosen = {name: getattr(given, name) for name in given.model_fields_set}
    return (
        base if config is None else read_config(ProcessingConfig, {**base.model_dump(), **chosen})
    )


def pruned(network: Network, prune_percentage: float) -> Network:
    """The network without its least important edges, this share of all that there were.

    Raises
    ------
    ModelError
        When the network holds fewer edges than the share leaves.
    """
    wanted = kept_edges(network.edges_total, prune_percentage)
    if wanted > network.edge_count:
        raise ModelError(
            f"prune_percentage {prune_percentage:g} asks for {wanted:,} edges, but this network "
            f"holds only the {network.edge_count:,} most important of {network.edges_total:,}; "
            "build it again from the model, or prune at least as much."
        )
    if wanted == network.edge_count:
        return network
    offset = network.point_offset[: wanted + 1]
    return replace(
        network,
        edge_source=network.edge_source[:wanted],
        edge_target=network.edge_target[:wanted],
        edge_weight=network.edge_weight[:wanted],
        edge_importance=network.edge_importance[:wanted],
        point_position=network.point_position[: offset[-1]],
        point_offset=offset,
    )


def _on_lattice(network: Network, settings: ProcessingConfig) -> Network:
    sizes = [layer.size for layer in network.layers]
    planes = layer_planes(len(sizes), settings.layer_distance)
    return straighten_edges(
        replace(
            network,
            layers=tuple(
                replace(layer, z=float(z)) for layer, z in zip(network.layers, planes, strict=True)
            ),
            unit_position=place_units(sizes, settings.layer_width, settings.layer_distance),
            config={**network.config, "processing": settings.model_dump()},
        )
    )


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options without the long lists that belong to the importance file alone."""
    return {name: value for name, value in options.items() if not isinstance(value, list)}
