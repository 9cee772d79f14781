"""A run: the folder that holds everything about one training run."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from nnvis.errors import StoreError
from nnvis.model import EpochRecord, Importance, LayerGraph, MappedPlane, Network, Probe
from nnvis.store.atomic import make_folder
from nnvis.store.description import (
    FILE,
    FIXED,
    is_run,
    new_description,
    read_description,
    write_description,
)
from nnvis.store.epoch import load_epoch, save_epoch
from nnvis.store.importance import load_importance, save_importance
from nnvis.store.leftovers import remove_leftovers
from nnvis.store.names import class_name_fault
from nnvis.store.network import load_network, save_network
from nnvis.store.paths import usable_path
from nnvis.store.plain import plain
from nnvis.store.planes import load_planes, save_planes
from nnvis.store.probe import load_probe, save_probe
from nnvis.store.staging import (
    entries_of,
    missing_folders,
    remove_folders,
    restore_interrupted,
    staged_folder,
)
from nnvis.store.together import together
from nnvis.store.weights import load_model_file, save_model

NETWORK_FILE = "network.safetensors"
IMPORTANCE_FILE = "importance.safetensors"
MODEL_FILE = "model.safetensors"
PROBE_FILE = "probe.safetensors"
PLANES_FILE = "planes.safetensors"


class Run:
    """A run's folder: ``run.json``, ``epochs/``, probe, importance, network, figures and renders.

    Made with `create`, `open` or `staged`. Every file is written whole or not at all, so
    another process may read the run while this one writes.
    """

    def __init__(self, path: Path, description: dict[str, Any]) -> None:
        self._path = path
        self._description = description

    def __repr__(self) -> str:
        return f"Run({str(self._path)!r})"

    @classmethod
    def create(
        cls,
        path: str | PathLike[str],
        class_names: Sequence[str],
        model: Any = None,
        dataset: Any = None,
        layers: Any = None,
        config: Any = None,
        seed: int | None = None,
    ) -> Run:
        """Begin a run in a folder that is new or empty.

        Parameters
        ----------
        model, dataset
            What was trained on what: a text, or any value that JSON can hold.
        layers
            The layers as names, dicts or nnvis's own layer values.
        config
            Settings objects or mappings.

        Raises
        ------
        StoreError
            When the folder is not empty or cannot be written, or class names are missing, empty
            or alike.
        """
        path = usable_path(path)
        description = _describe(class_names, model, dataset, layers, config, seed)
        restore_interrupted(path)
        if entries := entries_of(path, path):
            raise StoreError(
                f"{path} is not empty ({entries}); choose another path, go on with it by "
                "Run.open, or remove it first."
            )
        made = missing_folders(path)
        try:
            make_folder(path)
            write_description(path, description)
        except BaseException:
            remove_folders(made)
            raise
        return cls(path, description)

    @classmethod
    def open(cls, path: str | PathLike[str]) -> Run:
        """An existing run.

        Raises
        ------
        StoreError
            When there is nothing at ``path`` or it may not be read.
        FormatError
            When it is no run, or its ``run.json`` truncated, foreign or of a newer version.
        """
        path = usable_path(path)
        restore_interrupted(path)
        return cls(path, read_description(path))

    @classmethod
    @contextmanager
    def staged(
        cls, path: str | PathLike[str], overwrite: bool = False, **entries: Any
    ) -> Iterator[Run]:
        """A run that appears at ``path`` only when the block succeeds.

        Takes the arguments of `create` after ``path``. Inside the block the run lies in a
        hidden folder beside ``path``; afterwards `Run.path` is ``path``. On any exception
        that folder is removed and what was at ``path`` before is intact.

        Raises
        ------
        StoreError
            Before the block runs when ``path`` is not empty: a run is replaced only with
            ``overwrite``, anything else never.
        """
        shown = usable_path(path)
        with staged_folder(shown, overwrite, is_run) as hidden:
            run = cls.create(hidden, **entries)
            yield run
        run._path = shown

    @property
    def path(self) -> Path:
        return self._path

    @property
    def class_names(self) -> tuple[str, ...]:
        return tuple(self._description["class_names"])

    @property
    def description(self) -> dict[str, Any]:
        """A copy of the entries of ``run.json`` as of opening or the last `update`."""
        return copy.deepcopy(self._description)

    @property
    def network_path(self) -> Path:
        return self._path / NETWORK_FILE

    @property
    def importance_path(self) -> Path:
        return self._path / IMPORTANCE_FILE

    @property
    def figures_folder(self) -> Path:
        """Where figures go; made when first asked for."""
        return self._folder("figures")

    @property
    def renders_folder(self) -> Path:
        """Where pictures and films go; made when first asked for."""
        return self._folder("renders")

    def update(self, **entries: Any) -> None:
        """Add or replace entries of ``run.json`` atomically; others on the disk stay.

        Raises
        ------
        StoreError
            For an entry that cannot change (format, version, class names, …) or cannot be
            stored, or when the file cannot be written.
        """
        for name in entries:
            if name in FIXED:
                raise StoreError(
                    f"The entry {name!r} of a run is fixed when it is created; create another run."
                )
        description = read_description(self._path)
        description |= {name: plain(value, name) for name, value in entries.items()}
        write_description(self._path, description)
        self._description = description

    @contextmanager
    def all_or_none(self, *others: Path) -> Iterator[None]:
        """Results that the block saves, and the files ``others``, change together.

        When the block fails, the description, importance, model, network and ``others`` are as
        they were before it.
        """
        description = self._description
        names = (FILE, IMPORTANCE_FILE, MODEL_FILE, NETWORK_FILE)
        try:
            with together([*(self._path / name for name in names), *others]):
                yield
        except BaseException:
            self._description = description
            raise

    def save_network(self, network: Network) -> None:
        """Write ``network`` and describe it in ``run.json``: its layers, its share of edges and
        its settings. Measures of another network's bundling go."""
        with self.all_or_none():
            save_network(network, self.network_path)
            entries: dict[str, Any] = {
                "layers": network.layers,
                "edges": {"drawn": network.edge_count, "total": network.edges_total},
                "bundling": None,
            }
            config = self._description.get("config")
            if config is None or isinstance(config, Mapping):
                entries["config"] = {**(config or {}), **network.config}
            self.update(**entries)

    def load_network(self) -> Network:
        self._require(self.network_path, "processed network", "nnvis process")
        return load_network(self.network_path)

    def save_importance(self, importance: Importance) -> None:
        save_importance(importance, self.importance_path)

    def load_importance(self) -> Importance:
        self._require(self.importance_path, "importance", "nnvis process")
        return load_importance(self.importance_path)

    def save_model(self, graph: LayerGraph, state: Mapping[str, np.ndarray]) -> None:
        """Keep the scored model's layers and parameters, for bundling again and evaluation."""
        save_model(graph, state, self._path / MODEL_FILE)

    def load_model(self) -> tuple[LayerGraph, dict[str, np.ndarray]]:
        self._require(self._path / MODEL_FILE, "model", "nnvis process")
        return load_model_file(self._path / MODEL_FILE)

    def save_epoch(self, record: EpochRecord) -> None:
        """Write ``record``; one of the same epoch is replaced."""
        path = self.epoch_path(record.epoch)
        make_folder(path.parent)
        save_epoch(record, path)

    def load_epoch(self, epoch: int) -> EpochRecord:
        path = self.epoch_path(epoch)
        if not path.exists():
            known = self.epochs()
            words = f"epochs {known[0]} to {known[-1]}" if known else "no epochs"
            raise StoreError(f"The run {self._path} has no epoch {epoch}; it has {words}.")
        return load_epoch(path)

    def remove_epoch(self, epoch: int) -> None:
        """Remove a recorded epoch; nothing happens when there is none of that number."""
        path = self.epoch_path(epoch)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"Cannot remove {path}: {error.strerror or error}.") from error

    def epoch_bytes(self, epoch: int) -> int:
        """How much space a recorded epoch takes on the disk, bytes; 0 when there is none."""
        try:
            return self.epoch_path(epoch).stat().st_size
        except OSError:
            return 0

    def save_probe(self, probe: Probe) -> None:
        """Keep the true classes and the pictures of the samples that the epochs are about."""
        save_probe(probe, self._path / PROBE_FILE)

    def load_probe(self) -> Probe | None:
        """What is kept of the probe samples, or ``None`` when the run keeps nothing of them."""
        path = self._path / PROBE_FILE
        return load_probe(path) if path.exists() else None

    def save_planes(self, planes: Mapping[str, MappedPlane]) -> None:
        """Keep where the class maps of the epochs lie, by the maps' names."""
        save_planes(planes, self._path / PLANES_FILE)

    def load_planes(self) -> dict[str, MappedPlane]:
        """Where the class maps lie, by their names; empty when the run records none."""
        path = self._path / PLANES_FILE
        return load_planes(path) if path.exists() else {}

    def remove_leftovers(self) -> list[str]:
        """Remove what killed writers left in the run and its epochs; returns the files' names."""
        return [*remove_leftovers(self._path), *remove_leftovers(self._path / "epochs")]

    def epochs(self) -> list[int]:
        """Numbers of the recorded epochs, rising; files being written are not among them."""
        numbers: list[int] = []
        with suppress(FileNotFoundError, NotADirectoryError):
            for entry in (self._path / "epochs").iterdir():
                match = re.fullmatch(r"(\d{5,})\.safetensors", entry.name)
                if match is not None:
                    numbers.append(int(match[1]))
        return sorted(numbers)

    def epoch_path(self, epoch: int) -> Path:
        """Where the record of ``epoch`` lies, or would lie."""
        return self._path / "epochs" / f"{epoch:05d}.safetensors"

    def _folder(self, name: str) -> Path:
        make_folder(self._path / name)
        return self._path / name

    def _require(self, path: Path, what: str, command: str) -> None:
        if not path.exists():
            raise StoreError(f"The run {self._path} holds no {what}; make one with {command}.")


def find_network(path: str | PathLike[str]) -> Path:
    """The ``network.safetensors`` that ``path`` means: the file itself or a run that holds it.

    Raises
    ------
    StoreError
        When there is nothing at ``path``, or a run without a processed network.
    FormatError
        When ``path`` is a folder but no run.
    """
    path = usable_path(path)
    if path.is_file():
        return path
    run = Run.open(path)
    run._require(run.network_path, "processed network", "nnvis process")
    return run.network_path


def _describe(
    class_names: Sequence[str], model: Any, dataset: Any, layers: Any, config: Any, seed: Any
) -> dict[str, Any]:
    names = class_names if isinstance(class_names, str) else tuple(class_names)
    fault = class_name_fault(names)
    if fault is not None:
        raise StoreError(f"Cannot create the run: {fault}.")
    return new_description(
        class_names=names, model=model, dataset=dataset, layers=layers, config=config, seed=seed
    )
