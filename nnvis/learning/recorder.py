"""Record what a model makes of fixed probe samples, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from time import perf_counter
from types import TracebackType
from typing import Any, Protocol

import numpy as np
from torch import nn

from nnvis.errors import DatasetError, ModelError, StoreError
from nnvis.graph import undisturbed
from nnvis.graph.running import inputs, labels, logits_of
from nnvis.learning.collecting import (
    chosen_parameters,
    collecting,
    joined,
    module_of,
    parameter_arrays,
    softmax,
)
from nnvis.learning.costs import RecordingReport
from nnvis.learning.ledger import BY_EPOCH, BY_RECORD, Ledger
from nnvis.learning.mapping import MAP_POINTS, MapRecorder
from nnvis.learning.probing import Pictures, describe_probe
from nnvis.learning.values import (
    described,
    mixed_numbering,
    number,
    require_every_class,
    whole,
)
from nnvis.model import EpochRecord, Importance, MappedPlane, Plane
from nnvis.store import Run as StoredRun

# A small part of the cost of a full scoring. Few samples, but 128 steps: what decides is how
# often the gates move, and after four steps they rank units hardly better than by chance.
SMALL_BUDGET: Mapping[str, Any] = {"epochs": 8, "samples_per_class": 128, "batch_size": 16}


class Run(Protocol):
    """What the recorder needs of a run; :class:`nnvis.Run` has it."""

    @property
    def class_names(self) -> tuple[str, ...]: ...

    def save_epoch(self, record: EpochRecord) -> None: ...


class Scorer(Protocol):
    """A function that scores units, such as :func:`nnvis.score_importance`."""

    def __call__(self, model: nn.Module, x: Any, y: Any, config: Any, /) -> Importance: ...


class Recorder:
    """Add to any training loop; writes one record into ``run`` at each call.

    With a :class:`nnvis.Run` it also keeps the probe's true classes and pictures, measures what
    recording costs, stays within a disk budget, and goes on with a run that was interrupted.

    Parameters
    ----------
    run
        Where records go: a new run, or an opened one to go on with.
    model
        The model in training. A record leaves its mode, weights and torch's random state as
        they were.
    probe
        (x, y): samples that stay the same for all of the training, and their class numbers,
        or ``None`` instead of them.
    layers
        Dotted names of modules whose output for the probe is recorded as well.
    weights
        Whether to record all parameters too, or the names of modules or parameters to record.
    every
        Record only epochs that are multiples of this; of :meth:`record_step`, only steps.
    importance
        :func:`nnvis.score_importance`, to score every unit for every class by the probe and its
        classes at each ``importance_every``-th record; ``None`` does not.
    importance_config
        Its settings; ``None`` takes a small budget: 8 epochs of 128 samples a class.
    maps
        Planes by name, see :func:`nnvis.plane_of`: the probabilities of all classes over each
        are recorded at every epoch (of :meth:`record_step`, record) that is a multiple of
        ``maps_every``, at ``map_points`` points along each axis, or (along u, along v).
    budget_mb
        What the run's epochs may take on the disk, in units of 2**20 bytes. Beyond that
        weights, class maps, representations and unit importance, then every second old record go,
        and ``run.json`` and :attr:`report` say so.
    pictures
        How samples look: (rows, columns) or (rows, columns, 3) of a row of x, or an array with
        a picture of each; ``None`` finds out by the shape of x.

    Raises
    ------
    ModelError
        When a layer or weight does not exist: it lists those that do.
    DatasetError
        When the probe is no pair, is empty, x and y differ in length, or the run is about
        other samples.
    StoreError
        When the run cannot be read, a number such as ``every`` is out of range, or the run's maps
        of the same name lie on another plane.
    """

    def __init__(
        self,
        run: Run,
        model: nn.Module,
        probe: tuple[Any, Any],
        layers: Sequence[str] = (),
        weights: bool | Sequence[str] = False,
        *,
        every: int = 1,
        importance: Scorer | None = None,
        importance_every: int = 1,
        importance_config: Any = None,
        maps: Mapping[str, Plane] | None = None,
        maps_every: int = 1,
        map_points: int | Sequence[int] = MAP_POINTS,
        budget_mb: float | None = None,
        pictures: Pictures = None,
    ) -> None:
        self._run = run
        self._model = model
        self._layers = {name: module_of(model, name) for name in layers}
        self._weights = chosen_parameters(model, weights)
        self._every = whole("every", every, 1)
        self._scorer = importance
        self._scored_every = whole("importance_every", importance_every, 1)
        self._scoring = SMALL_BUDGET if importance_config is None else importance_config
        if not isinstance(probe, tuple | list) or len(probe) != 2:
            raise DatasetError(
                f"probe must be a pair (x, y), got {described(probe)}; give (x, None) when there "
                "are no labels."
            )
        x, y = probe
        self._x = inputs(x, model, "probe x")
        n_classes = len(run.class_names)
        self._y = None if y is None else labels(y, len(self._x), n_classes, "probe y")
        self._maps = MapRecorder(maps, maps_every, map_points, self._x)
        self._planes: dict[str, MappedPlane] | None = None
        if importance is not None:
            require_every_class(self._y, run.class_names)
        self._ledger: Ledger | None = None
        self._records = 0
        self._last: float | None = None
        self._next = 0
        if isinstance(run, StoredRun):
            parts = [
                ("weight", self._weights),
                ("unit_importance", importance),
                ("class_map", maps),
            ]
            self._ledger = Ledger(
                run,
                describe_probe(self._x, self._y, pictures),
                list(self._layers),
                [name for name, wanted in parts if wanted],
                budget_mb,
            )
            self._planes = self._maps.together_with(run.load_planes())
            if epochs := run.epochs():
                self._next = epochs[-1] + 1
                self._last = run.load_epoch(epochs[-1]).numbers.get("training_epoch")

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def next_epoch(self) -> int:
        """The number after the last record; 0 for a new run. Where to go on with training."""
        return self._next

    @property
    def report(self) -> RecordingReport:
        """What recording has cost so far; zeros unless ``run`` is a :class:`nnvis.Run`."""
        return self._ledger.report if self._ledger is not None else RecordingReport()

    def close(self) -> None:
        """Bring the costs in ``run.json`` up to date; recording may go on after it."""
        if self._ledger is not None:
            self._ledger.close()

    def record(self, epoch: int, **numbers: Any) -> bool:
        """Record the probe at ``epoch``, with any numbers to be kept beside it.

        A number may be a tensor or array of one element, also one that requires a gradient. A
        record of the same epoch is replaced. Returns whether it was recorded, which ``every``
        decides.

        Raises
        ------
        StoreError
            When ``epoch`` is no whole number from 0 on, a value is no number (it names it), or
            the run's records are not numbered by epochs.
        ModelError
            When the model returns NaN (it names the epoch) or not one output a class.
        """
        epoch = whole("epoch", epoch, 0)
        beside = {name: number(name, value) for name, value in numbers.items()}
        if epoch % self._every:
            return False
        self._write(epoch, beside, BY_EPOCH, f"epoch {epoch}")
        return True

    def record_step(
        self, training_epoch: float, training_step: int | None = None, **numbers: Any
    ) -> bool:
        """Record the probe at any moment, also several times within an epoch.

        Records are then numbered one after the other.

        Parameters
        ----------
        training_epoch
            Epochs of training that have passed, with a fraction; never less than before.
        training_step
            Steps of the optimiser that have passed. With it, only multiples of ``every`` are
            recorded.

        Raises
        ------
        StoreError, ModelError
            As :meth:`record`, and when ``training_epoch`` falls.
        """
        if isinstance(training_epoch, bool) or not isinstance(training_epoch, Real):
            raise StoreError(f"training_epoch must be a number, got {training_epoch!r}.")
        moment = float(training_epoch)
        if not (math.isfinite(moment) and moment >= (self._last or 0.0)):
            raise StoreError(
                f"training_epoch must not be less than {self._last or 0.0:g}, which the record "
                f"before has, got {training_epoch!r}; see Recorder.rewind."
            )
        beside = {name: number(name, value) for name, value in numbers.items()}
        beside["training_epoch"] = moment
        if training_step is not None:
            beside["training_step"] = float(whole("training_step", training_step, 0))
            if int(training_step) % self._every:
                return False
        self._write(self._next, beside, BY_RECORD, f"{moment:g} epochs of training")
        self._last = moment
        return True

    def rewind(self, training_epoch: float) -> list[int]:
        """Remove the records made later than ``training_epoch`` and return their numbers.

        For training that goes on from a checkpoint older than the last record.
        """
        if self._ledger is None or not isinstance(self._run, StoredRun):
            return []
        later: list[int] = []
        epochs = self._run.epochs()
        while epochs:
            moment = self._run.load_epoch(epochs[-1]).numbers.get("training_epoch")
            if self._ledger.numbering == BY_EPOCH or moment is None:
                moment = epochs[-1]
            if moment <= training_epoch:
                self._last = float(moment)
                break
            later.append(epochs.pop())
        else:
            self._last = None
        self._ledger.remove(later)
        self._next = epochs[-1] + 1 if epochs else 0
        return sorted(later)

    def _write(self, epoch: int, beside: dict[str, float], numbering: str, where: str) -> None:
        begin = perf_counter()
        ledger = self._ledger
        if ledger is not None and ledger.numbering not in (None, numbering):
            raise StoreError(mixed_numbering(numbering == BY_EPOCH))
        kept: dict[str, list[np.ndarray]] = {
            name: [] for name in self._layers if self._keeps("representation")
        }
        layers = {name: self._layers[name] for name in kept}
        with undisturbed(self._model):
            with collecting(layers, kept):
                started = perf_counter()
                logits = logits_of(self._model, self._x, f"the probe at {where}")
                forward = perf_counter() - started
            # Outside, for the places of a map are no samples of the probe.
            maps = self._mapped(epoch, where)
        if logits.shape[1] != len(self._run.class_names):
            raise ModelError(
                f"The model returns {logits.shape[1]} classes, but the run has "
                f"{len(self._run.class_names)} class names; create the run with one name a class."
            )
        started = perf_counter()
        scores = self._scores()
        scoring = perf_counter() - started if scores is not None else 0.0
        record = EpochRecord(
            epoch=epoch,
            prediction=logits.argmax(1).astype(np.int32),
            probability=softmax(logits).astype(np.float16),
            representation={name: joined(name, kept[name], len(logits)) for name in kept},
            weight=parameter_arrays(self._model, self._weights) if self._keeps("weight") else {},
            unit_importance=scores,
            class_map=maps,
            numbers=beside,
        )
        if ledger is None:
            self._run.save_epoch(record)
        else:
            ledger.begin(numbering)
            self._keep_planes()
            ledger.add(record, begin, forward, scoring)
        self._records += 1
        self._next = max(self._next, epoch + 1)

    def _keeps(self, part: str) -> bool:
        return self._ledger is None or self._ledger.keeps(part)

    def _mapped(self, number: int, where: str) -> dict[str, np.ndarray]:
        wanted = self._maps.wants(number) and self._keeps("class_map")
        return self._maps.maps(self._model, where) if wanted else {}

    def _keep_planes(self) -> None:
        """Before the first map is written, so that no map is without its plane."""
        if self._planes is not None and isinstance(self._run, StoredRun):
            self._run.save_planes(self._planes)
            self._planes = None

    def _scores(self) -> np.ndarray | None:
        wanted = self._scorer is not None and self._records % self._scored_every == 0
        if not wanted or self._scorer is None or not self._keeps("unit_importance"):
            return None
        importance = self._scorer(self._model, self._x, self._y, self._scoring)
        return np.concatenate([np.asarray(each, np.float32) for each in importance.units.values()])
