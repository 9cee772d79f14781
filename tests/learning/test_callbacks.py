"""Callbacks of Lightning and Hugging Face, with stand-ins and, when installed, the real ones."""

from __future__ import annotations

import sys
import types
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from oracles.gates_cases import clusters
from torch import nn

from nnvis import Run
from nnvis.errors import DatasetError, ModelError, UsageError
from nnvis.learning import build_mlp
from nnvis.learning.callbacks import LogitsOnly, lightning_callback, trainer_callback

X, Y = clusters()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run", class_names=["a", "b", "c"])


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, **held: Any) -> None:
    """A module of that name with classes of that name, empty but for their names."""
    module = types.ModuleType(name)
    for key, value in held.items():
        setattr(module, key, value)
    if "." in name:
        monkeypatch.setitem(sys.modules, name.partition(".")[0], types.ModuleType("parent"))
    monkeypatch.setitem(sys.modules, name, module)


class LightningTrainer:
    """Calls a callback as ``lightning.pytorch.Trainer`` does."""

    is_global_zero = True
    num_training_batches = 4
    global_step = 0
    current_epoch = 0

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.callback_metrics = {"loss": torch.tensor(0.5), "words": "no number"}

    def fit(self, callback: Any, model: nn.Module) -> None:
        callback.on_fit_start(self, model)
        callback.on_train_start(self, model)
        for epoch in range(self.epochs):
            self.current_epoch = epoch
            for batch in range(self.num_training_batches):
                self.global_step += 1
                callback.on_train_batch_end(self, model, None, None, batch)
            callback.on_train_epoch_end(self, model)
        callback.on_fit_end(self, model)


def test_lightning_after_each_epoch(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "lightning.pytorch", Callback=type("Callback", (), {}))
    callback = lightning_callback(run, (X, Y), layers=["fc1"])
    LightningTrainer(3).fit(callback, build_mlp([6, 5, 3]))
    assert run.epochs() == [0, 1, 2, 3]
    assert run.load_epoch(2).numbers == {"loss": 0.5}
    assert set(run.load_epoch(2).representation) == {"fc1"}
    assert run.description["recording"]["cost"]["records"] == 4
    assert callback.recorder.next_epoch == 4


def test_lightning_every_few_steps(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "lightning.pytorch", Callback=type("Callback", (), {}))
    LightningTrainer(2).fit(lightning_callback(run, (X, Y), every_steps=3), build_mlp([6, 3]))
    moments = [run.load_epoch(epoch).numbers for epoch in run.epochs()]
    assert [moment["training_step"] for moment in moments] == [0, 3, 6]
    assert [moment["training_epoch"] for moment in moments] == [0, 0.75, 1.5]


class Classifier(nn.Module):
    """Returns logits as a model of transformers does."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"loss": x.sum(), "logits": self.dense(x)}


def test_hugging_face_after_each_epoch(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "transformers", TrainerCallback=type("TrainerCallback", (), {}))
    callback = trainer_callback(run, (X, Y), layers=["model.dense"])
    model = Classifier()
    state = types.SimpleNamespace(epoch=0.0, global_step=0, is_world_process_zero=True)
    callback.on_train_begin(None, state, None, model=model)
    for epoch in (1, 2):
        callback.on_log(None, state, None, logs={"loss": 1 / epoch, "epoch": epoch, "note": "x"})
        state.epoch = float(epoch)
        callback.on_epoch_end(None, state, None, model=model)
    callback.on_train_end(None, state, None)
    assert run.epochs() == [0, 1, 2]
    assert run.load_epoch(2).numbers == {"loss": 0.5}
    expected = model.dense(torch.from_numpy(X)).argmax(1).numpy()
    np.testing.assert_array_equal(run.load_epoch(1).prediction, expected)


def test_tokens_stay_whole_numbers_and_padding_is_masked() -> None:
    seen: dict[str, torch.Tensor] = {}

    class Embedding(nn.Module):
        def forward(self, x: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            seen.update(x=x, mask=attention_mask)
            return torch.zeros(len(x), 3)

    LogitsOnly(Embedding(), is_tokens=True, padding=0)(torch.tensor([[5.0, 7.0, 0.0]]))
    assert seen["x"].dtype == torch.int64
    assert seen["x"].tolist() == [[5, 7, 0]]
    assert seen["mask"].tolist() == [[1, 1, 0]]


def test_a_model_without_logits_is_told() -> None:
    class Bare(nn.Module):
        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
            return (x,)

    with pytest.raises(ModelError, match="returned a tuple without logits"):
        LogitsOnly(Bare(), is_tokens=False)(torch.zeros(1, 2))


def test_a_package_that_is_missing_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("lightning", "lightning.pytorch", "pytorch_lightning", "transformers"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match=r"needs the package lightning, .*: pip install lightning"):
        lightning_callback(run, (X, Y))
    with pytest.raises(UsageError, match="pip install transformers"):
        trainer_callback(run, (X, Y))


def test_a_probe_that_is_no_pair(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "transformers", TrainerCallback=type("TrainerCallback", (), {}))
    with pytest.raises(DatasetError, match="must be a pair"):
        trainer_callback(run, X)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_real_lightning(run: Run, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lightning = pytest.importorskip("lightning.pytorch", exc_type=ImportError)

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = build_mlp([6, 8, 3])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.model(x)

        def training_step(self, batch: Any, _: int) -> torch.Tensor:
            loss = nn.functional.cross_entropy(self(batch[0]), batch[1])
            self.log("train_loss", loss)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), 0.1)

    data = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
    trainer = lightning.Trainer(
        max_epochs=3, accelerator="cpu", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, default_root_dir=tmp_path,
        callbacks=[lightning_callback(run, (X, Y), layers=["model.fc1"])],
    )  # fmt: skip
    trainer.fit(Module(), torch.utils.data.DataLoader(data, 20, shuffle=True))
    assert run.epochs() == [0, 1, 2, 3]
    assert "train_loss" in run.load_epoch(3).numbers
    probe = run.load_probe()
    assert probe is not None
    right = [(run.load_epoch(epoch).prediction == probe.label).mean() for epoch in (0, 3)]
    assert right[1] > right[0]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_real_hugging_face_trainer(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # transformers would take tests/datasets for the package datasets.
    monkeypatch.setattr(sys, "path", [path for path in sys.path if Path(path).name != "tests"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        transformers = pytest.importorskip("transformers", exc_type=ImportError)
        pytest.importorskip("accelerate", exc_type=ImportError)
    config = transformers.BertConfig(
        vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=8, max_position_embeddings=8, num_labels=3,
    )  # fmt: skip
    model = transformers.BertForSequenceClassification(config)
    tokens = torch.randint(1, 20, (30, 6), generator=torch.Generator().manual_seed(0))
    classes = torch.arange(30) % 3
    rows = [
        {"input_ids": token, "labels": label} for token, label in zip(tokens, classes, strict=True)
    ]
    options = transformers.TrainingArguments(
        output_dir=str(tmp_path / "out"), num_train_epochs=2, per_device_train_batch_size=10,
        report_to=[], save_strategy="no", use_cpu=True, disable_tqdm=True, logging_steps=1,
    )  # fmt: skip
    callback = trainer_callback(run, (tokens, classes), layers=["model.classifier"])
    transformers.Trainer(model, options, train_dataset=rows, callbacks=[callback]).train()
    assert run.epochs() == [0, 1, 2]
    assert run.load_epoch(2).numbers["loss"] > 0
    model.eval()
    with torch.no_grad():
        expected = model(tokens, attention_mask=torch.ones_like(tokens)).logits.argmax(1)
    np.testing.assert_array_equal(run.load_epoch(2).prediction, expected.numpy())
