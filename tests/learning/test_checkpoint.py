"""A training that stopped goes on as if it never had."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from oracles.gates_cases import clusters
from torch import nn

from nnvis import Run
from nnvis.errors import Cancelled, FormatError, ModelError
from nnvis.learning import Recorder, build_mlp, train
from nnvis.model import Samples
from nnvis.progress import Progress

X, Y = clusters()
SAMPLES = Samples(X, Y, X, Y, ("a", "b", "c"))
SGD = {"optimiser": "sgd", "momentum": 0.9, "learning_rate": 0.02, "weight_decay": 1e-3}


def network() -> nn.Sequential:
    dense = build_mlp([6, 8, 3])
    return nn.Sequential(dense.fc1, nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), dense.fc2)


@pytest.mark.parametrize("options", [{}, SGD, {**SGD, "snapshot_steps": 4}])
def test_going_on_gives_the_same_bits(tmp_path: Path, options: dict) -> None:
    settings = {"epochs": 5, "batch_size": 20, **options}
    whole, run = network(), Run.create(tmp_path / "whole", class_names=SAMPLES.class_names)
    expected = train(whole, SAMPLES, settings, Recorder(run, whole, (X, Y)))

    stopping = Progress()
    parts = Run.create(tmp_path / "parts", class_names=SAMPLES.class_names)
    first = network()

    class StopsInEpochThree(Recorder):
        def record(self, epoch: int, **numbers: object) -> bool:
            if epoch == 3:
                stopping.cancel()
            return super().record(epoch, **numbers)

        def record_step(self, training_epoch: float, *more: int, **numbers: object) -> bool:
            if training_epoch > 2:
                stopping.cancel()
            return super().record_step(training_epoch, *more, **numbers)

    place = tmp_path / "checkpoint.safetensors"
    recorder = StopsInEpochThree(parts, first, (X, Y))
    with pytest.raises(Cancelled):
        train(first, SAMPLES, settings, recorder, stopping, place)
    again = network()
    recorder = Recorder(Run.open(parts.path), again, (X, Y))
    assert train(again, SAMPLES, settings, recorder, checkpoint=place) == expected
    for name, value in whole.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), f"{name} differs"
    assert parts.epochs() == run.epochs()
    for epoch in run.epochs():
        one, other = parts.epoch_path(epoch).read_bytes(), run.epoch_path(epoch).read_bytes()
        assert one == other, f"record {epoch} differs"


def test_a_finished_training_is_not_repeated(tmp_path: Path) -> None:
    place = tmp_path / "checkpoint.safetensors"
    model = network()
    expected = train(model, SAMPLES, {"epochs": 2}, checkpoint=place)
    again = network()
    assert train(again, SAMPLES, {"epochs": 2}, checkpoint=place) == expected
    assert torch.equal(model[0].weight, again[0].weight)


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "checkpoint.safetensors"
    train(network(), SAMPLES, {"epochs": 1}, checkpoint=place)
    with pytest.raises(ModelError, match="saved with other settings"):
        train(network(), SAMPLES, {"epochs": 2}, checkpoint=place)
    with pytest.raises(ModelError, match="of another network than this"):
        train(build_mlp([6, 3]), SAMPLES, {"epochs": 1}, checkpoint=place)
    place.write_bytes(b"nothing")
    with pytest.raises(FormatError, match="truncated"):
        train(network(), SAMPLES, {"epochs": 1}, checkpoint=place)
