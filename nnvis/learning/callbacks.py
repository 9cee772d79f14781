"""Record trainings that Lightning or Hugging Face's trainer run.

Neither package is needed for nnvis: each is imported when its callback is made.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from numbers import Real
from typing import Any

import torch
from torch import nn

from nnvis.errors import DatasetError, ModelError, UsageError
from nnvis.learning.recorder import Recorder, Run


class LogitsOnly(nn.Module):
    """A model of Hugging Face as one that takes a tensor and returns logits (samples, classes).

    Parameters
    ----------
    model
        Called with the samples as its first argument, and with ``attention_mask`` when the
        samples are token numbers and ``padding`` is known.
    padding
        The token number that only fills up a sample, or ``None``.
    """

    def __init__(self, model: nn.Module, is_tokens: bool, padding: int | None = None) -> None:
        super().__init__()
        self.model = model
        self._is_tokens = is_tokens
        self._padding = padding

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self._is_tokens:
            return _logits(self.model(x))
        tokens = x.round().long()
        if self._padding is None:
            return _logits(self.model(tokens))
        return _logits(self.model(tokens, attention_mask=(tokens != self._padding).long()))


def lightning_callback(
    run: Run, probe: tuple[Any, Any], *, every_steps: int | None = None, **options: Any
) -> Any:
    """A ``lightning.pytorch.Callback`` that records after each epoch.

    Parameters
    ----------
    run, probe
        As for :class:`nnvis.Recorder`. The module's ``forward`` must return logits.
    every_steps
        Record every so many steps of the optimiser instead, numbered one after the other.
    options
        Further arguments of :class:`nnvis.Recorder`. Layers are named as in the module.

    The numbers that the module logs by ``self.log`` are recorded beside. Its attribute
    ``recorder`` is the :class:`nnvis.Recorder` once training has begun. In training on several
    devices the first process records.

    Raises
    ------
    UsageError
        When neither ``lightning`` nor ``pytorch_lightning`` is installed.
    """
    base: Any = _imported(("lightning.pytorch", "pytorch_lightning"), "lightning").Callback
    before = _Before(every_steps)

    class NnvisCallback(base):
        recorder: Recorder | None = None

        def on_fit_start(self, trainer: Any, pl_module: nn.Module) -> None:
            if trainer.is_global_zero:
                self.recorder = Recorder(run, pl_module, probe, **before.options(options))

        def on_train_start(self, trainer: Any, pl_module: nn.Module) -> None:
            if self.recorder is not None and self.recorder.next_epoch == 0:
                before.record(self.recorder, 0, 0, {})

        def on_train_batch_end(self, trainer: Any, pl_module: nn.Module, *_: Any) -> None:
            if self.recorder is not None and every_steps is not None:
                steps = max(1, int(trainer.num_training_batches))
                moment = trainer.global_step / steps
                before.step(self.recorder, moment, trainer.global_step, _of(trainer))

        def on_train_epoch_end(self, trainer: Any, pl_module: nn.Module) -> None:
            if self.recorder is not None and every_steps is None:
                self.recorder.record(trainer.current_epoch + 1, **_of(trainer))

        def on_fit_end(self, trainer: Any, pl_module: nn.Module) -> None:
            if self.recorder is not None:
                self.recorder.close()

    def _of(trainer: Any) -> dict[str, float]:
        return _numbers(trainer.callback_metrics)

    return NnvisCallback()


def trainer_callback(
    run: Run,
    probe: tuple[Any, Any],
    *,
    every_steps: int | None = None,
    padding: int | None = None,
    **options: Any,
) -> Any:
    """A ``transformers.TrainerCallback`` that records after each epoch.

    Parameters
    ----------
    run
        As for :class:`nnvis.Recorder`.
    probe
        (x, y): token numbers (samples, tokens) or numbers such as pixels, and class numbers.
    every_steps
        Record every so many steps of the optimiser instead, numbered one after the other.
    padding
        The number of the token that fills up samples; the model's own ``pad_token_id`` unless
        given.
    options
        Further arguments of :class:`nnvis.Recorder`. Names of layers begin with ``model.``.

    The numbers that the trainer logged last are recorded beside.

    Raises
    ------
    UsageError
        When ``transformers`` is not installed.
    DatasetError
        When the probe is no pair.
    """
    base: Any = _imported(("transformers",), "transformers").TrainerCallback
    before = _Before(every_steps)
    if not isinstance(probe, tuple | list) or len(probe) != 2:
        raise DatasetError("probe must be a pair (x, y); give (x, None) when there are no labels.")
    x = torch.as_tensor(probe[0])
    is_tokens = not x.is_floating_point()

    class NnvisCallback(base):
        recorder: Recorder | None = None
        logged: dict[str, float] = {}  # noqa: RUF012 — replaced, never changed

        def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
            if not state.is_world_process_zero:
                return
            model = given["model"]
            filler = padding
            if filler is None:
                filler = getattr(getattr(model, "config", None), "pad_token_id", None)
            wrapped = LogitsOnly(model, is_tokens, filler)
            self.recorder = Recorder(run, wrapped, (x, probe[1]), **before.options(options))
            if self.recorder.next_epoch == 0:
                before.record(self.recorder, 0, 0, {})

        def on_log(
            self, args: Any, state: Any, control: Any, logs: Any = None, **given: Any
        ) -> None:
            self.logged = {**self.logged, **_numbers(logs or {})}

        def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
            if self.recorder is not None and every_steps is not None:
                before.step(self.recorder, float(state.epoch), state.global_step, self.logged)

        def on_epoch_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
            if self.recorder is not None and every_steps is None:
                self.recorder.record(round(float(state.epoch)), **self.logged)

        def on_train_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
            if self.recorder is not None:
                self.recorder.close()

    return NnvisCallback()


class _Before:
    """Numbers records by epochs, or by every so many steps."""

    def __init__(self, every_steps: int | None) -> None:
        self._every = every_steps

    def options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return dict(given) if self._every is None else {**given, "every": self._every}

    def record(self, recorder: Recorder, epoch: int, step: int, numbers: Any) -> None:
        if self._every is None:
            recorder.record(epoch, **numbers)
        else:
            recorder.record_step(epoch, step, **numbers)

    def step(self, recorder: Recorder, moment: float, step: int, numbers: Any) -> None:
        # Several batches may make one step of the optimiser.
        if step and step % (self._every or 1) == 0 and step != getattr(self, "_last", None):
            self._last = step
            recorder.record_step(moment, step, **numbers)


def _imported(names: tuple[str, ...], package: str) -> Any:
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise UsageError(
        f"This callback needs the package {package}, which is not installed: pip install {package}."
    )


def _numbers(logged: Mapping[str, Any]) -> dict[str, float]:
    """What of ``logged`` is one number; names that records use themselves are left out."""
    found: dict[str, float] = {}
    for name, value in logged.items():
        one = value.detach().cpu() if isinstance(value, torch.Tensor) else value
        if isinstance(one, torch.Tensor) and one.numel() == 1:
            one = one.item()
        is_number = isinstance(one, Real) and not isinstance(one, bool)
        if is_number and name not in ("epoch", "format", "version"):
            found[str(name).replace(" ", "_")] = float(one)
    return found


def _logits(output: Any) -> torch.Tensor:
    if isinstance(output, torch.Tensor):
        return output
    logits = output.get("logits") if isinstance(output, Mapping) else None
    if not isinstance(logits, torch.Tensor):
        logits = getattr(output, "logits", None)
    if not isinstance(logits, torch.Tensor):
        raise ModelError(
            f"The model returned a {type(output).__name__} without logits; give a model for "
            "classification."
        )
    return logits
