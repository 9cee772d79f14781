"""Weights and importance of a run's epochs: read as little as is needed, lose nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from nnvis.app import following
from nnvis.app.following import read_followed
from nnvis.app.training import Training, read_training
from nnvis.errors import FormatError
from nnvis.model import EpochRecord
from nnvis.progress import Progress
from nnvis.store import Run
from nnvis.store.epoch import load_tensors, shapes_of
from nnvis.store.tensors import TensorFile

NAMES = ("a", "b")


@pytest.fixture
def run(tmp_path) -> Run:
    """Three epochs of a chain of twelve layers, with more beside them than is to be read."""
    run = Run.create(tmp_path / "run", class_names=NAMES)
    for epoch in range(3):
        weight = {f"{at}.weight": np.full((2, 2), at + epoch, np.float32) for at in range(12)}
        run.save_epoch(
            EpochRecord(
                epoch,
                np.zeros(4, np.int32),
                np.zeros((4, 2), np.float16),
                representation={"fc1": np.zeros((4, 9), np.float32)},
                unit_importance=np.full((26, 2), epoch, np.float32),
                weight={**weight, "0.bias": np.zeros(2, np.float32),
                        "conv.weight": np.zeros((2, 2, 3, 3), np.float32)},
            )
        )  # fmt: skip
    return run


@pytest.fixture
def read(monkeypatch) -> list[str]:
    """Names of the tensors that were read."""
    names: list[str] = []
    original = TensorFile.read

    def noted(self: TensorFile, name: str) -> np.ndarray:
        names.append(name)
        return original(self, name)

    monkeypatch.setattr(TensorFile, "read", noted)
    return names


def test_matrices_come_in_the_order_of_layers_and_nothing_else_is_read(run, read):
    importance, weights, notes = read_followed(run, [0, 1, 2])
    assert notes == []
    for epoch in range(3):
        assert [one[0, 0] - epoch for one in weights[epoch]] == list(range(12))
        assert importance[epoch] is not None
        assert (importance[epoch] == epoch).all()
    assert set(read) == {"unit_importance", *(f"weight/{at}.weight" for at in range(12))}


def test_weights_that_are_too_large_are_not_read_and_importance_still_is(run, read):
    size = 3 * 12 * 2 * 2 * 4
    assert size < 3 * 26 * 2 * 4, "the case asks for more importance than weights"
    importance, weights, notes = read_followed(run, [0, 1, 2], most=size)
    assert importance == (None, None, None)
    assert len(weights) == 3
    assert "follow the importance of its epochs" in notes[0]
    read.clear()
    importance, weights, notes = read_followed(run, [0, 1, 2], most=size - 1)
    assert weights == ()
    assert len(notes) == 2
    assert read == [], "read what is thrown away"


def test_an_epoch_whose_tensors_cannot_be_read_does_not_lose_the_time_line(run, monkeypatch):
    original = following.load_tensors

    def broken(path, names):
        if path.name == "00001.safetensors":
            raise FormatError(f"{path}: tensor 'weight/0.weight' cannot be read.")
        return original(path, names)

    monkeypatch.setattr(following, "load_tensors", broken)
    training = read_training(run.path, Progress())
    assert isinstance(training, Training)
    assert training.count == 3
    assert [one is None for one in training.importance] == [False, True, False]
    assert [len(one) for one in training.weights] == [12, 0, 12]
    assert "does not follow epoch 1: " in training.note
    assert "00001.safetensors" in training.note


def test_an_epoch_gone_since_the_history_was_read_is_told(run):
    run.epoch_path(2).unlink()
    importance, weights, notes = read_followed(run, [0, 1, 2])
    assert importance[2] is None
    assert [len(one) for one in weights] == [12, 12, 0]
    assert "does not follow epoch 2: There is no file" in notes[0]


def test_a_run_without_weights_has_none_to_follow(tmp_path):
    run = Run.create(tmp_path / "run", class_names=NAMES)
    run.save_epoch(EpochRecord(0, np.zeros(4, np.int32), np.zeros((4, 2), np.float16)))
    assert read_followed(run, [0]) == ((None,), (), [])


def test_tensors_are_read_by_name(run):
    path = run.epoch_path(0)
    assert shapes_of(path)["weight/conv.weight"].axes == (2, 2, 3, 3)
    (bias,) = load_tensors(path, ["weight/0.bias"]).values()
    assert bias.shape == (2,)
    with pytest.raises(FormatError, match="tensor 'weight/none' is missing"):
        load_tensors(path, ["weight/none"])
