"""One run of a study: begin it, go on with it, or find it done."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from nnvis.config import TrainingConfig
from nnvis.datasets import load_samples
from nnvis.errors import ModelError, StoreError
from nnvis.progress import Progress, quiet
from nnvis.store import Run
from nnvis.store.plain import plain

CHECKPOINT = "checkpoint.safetensors"


@dataclass(frozen=True)
class Job:
    """What one run is to do; plain values, so that another process can be told.

    Attributes
    ----------
    name, place
        The run's name in the study and its folder.
    training
        All training settings.
    data, probe, budget_mb, device
        As in :class:`nnvis.config.SweepConfig`.
    """

    name: str
    place: str
    training: dict[str, Any]
    data: str
    probe: int | None = None
    budget_mb: float | None = None
    device: str = "auto"

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        return cls(**json.loads(text))


def state_of(job: Job) -> str:
    """``finished``, ``failed``, ``begun`` or ``new``.

    Raises
    ------
    StoreError
        When the run's folder holds something else, or a run of other settings.
    """
    place = Path(job.place)
    if not place.exists() or not any(place.iterdir()):
        return "new"
    described = Run.open(place).description
    stored = {
        "training": (described.get("config") or {}).get("training"),
        "data": (described.get("dataset") or {}).get("source"),
        "probe": (described.get("config") or {}).get("probe"),
    }
    wanted = {"training": plain(job.training), "data": job.data, "probe": job.probe}
    if stored != wanted:
        raise StoreError(
            f"{place} is a run of other settings ({_difference(stored, wanted)}); choose another "
            "folder with --out, or remove that run."
        )
    return str((described.get("sweep") or {}).get("state", "begun"))


def run_job(job: Job, progress: Progress | None = None) -> None:
    """Train the job's network, recorded in its run, from where an earlier attempt stopped.

    A training that diverges is a result of the study: the run then says ``failed`` and why.

    Raises
    ------
    NnvisError
        When samples cannot be had, the run not be written, or the user stopped.
    """
    progress = quiet(progress)
    state = state_of(job)
    if state in ("finished", "failed"):
        return
    # Here, so that the process that only starts others needs no torch.
    from nnvis.learning import Recorder, model_for, train
    from nnvis.learning.devices import placed

    begin = perf_counter()
    settings = TrainingConfig(**job.training)
    samples = load_samples(job.data, seed=settings.seed, progress=progress)
    place = Path(job.place)
    run = Run.open(place) if state == "begun" else _begun(job, samples.class_names)
    model = placed(model_for(samples, settings), job.device)
    probe = (samples.x_test[: job.probe], samples.y_test[: job.probe])
    checkpoint = place / CHECKPOINT
    with Recorder(
        run, model, probe, budget_mb=job.budget_mb, pictures=samples.picture_shape
    ) as recorder:
        if not checkpoint.exists():
            recorder.rewind(-1)
        try:
            history = train(model, samples, settings, recorder, progress, checkpoint)
            outcome = {"state": "finished", "last": history[-1]}
        except ModelError as error:
            outcome = {"state": "failed", "why": str(error)}
    # Of the last session only: what a killed one took is not known.
    seconds = round(perf_counter() - begin, 3)
    run.update(sweep={"name": job.name, **outcome, "seconds": seconds})
    checkpoint.unlink(missing_ok=True)


def _begun(job: Job, class_names: tuple[str, ...]) -> Run:
    return Run.create(
        job.place,
        class_names=class_names,
        model={"kind": job.training["network"]},
        dataset={"source": job.data},
        config={"training": job.training, "probe": job.probe},
        seed=job.training["seed"],
    )


def _difference(stored: dict[str, Any], wanted: dict[str, Any]) -> str:
    for key in ("data", "probe"):
        if stored[key] != wanted[key]:
            return f"{key} {stored[key]}, now {wanted[key]}"
    first = stored["training"] if isinstance(stored["training"], dict) else {}
    for key, value in wanted["training"].items():
        if first.get(key) != value:
            return f"{key} {first.get(key)}, now {value}"
    return "settings that this nnvis does not know"
