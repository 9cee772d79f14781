"""Settings of a parameter study (``configs/sweep_*.json``)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from nnvis.config.reading import read_config
from nnvis.config.settings import Settings
from nnvis.config.training import TrainingConfig
from nnvis.errors import ConfigError


class SweepConfig(Settings):
    """Several trainings that differ in one setting each."""

    data: str = Field("digits", description="Where the samples come from: as for nnvis process.")
    training: dict[str, Any] = Field(
        default_factory=dict, description="Training settings that all runs share."
    )
    vary: dict[str, tuple[Any, ...]] = Field(
        default_factory=dict,
        description="For a training setting the values that one run each has instead.",
    )
    probe: int | None = Field(
        None, ge=2, description="Record the first so many test samples; none for all."
    )
    budget_mb: float | None = Field(
        None, gt=0, description="What the records of one run may take on the disk; none for all."
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="Where networks are trained; auto takes a GPU when there is one."
    )

    def runs(self) -> dict[str, TrainingConfig]:
        """The training settings of each run by its name, ``base`` first.

        A run that changes ``learning_rate`` to 0.1 is called ``learning_rate_0.1``. A value
        that is that of the base makes no run of its own.

        Raises
        ------
        ConfigError
            For a training setting that is unknown, of the wrong type or out of range.
        """
        base = read_config(TrainingConfig, self.training)
        found = {"base": base}
        for key, values in self.vary.items():
            if key not in TrainingConfig.model_fields:
                known = ", ".join(sorted(TrainingConfig.model_fields))
                raise ConfigError(
                    f"SweepConfig: vary has the unknown key {key!r}; known keys are {known}."
                )
            for value in values:
                changed = read_config(TrainingConfig, {**self.training, key: value})
                if changed != base:
                    found[f"{key}_{_word(value)}"] = changed
        return found


def _word(value: Any) -> str:
    """``value`` as part of a folder's name."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return "".join(each if each.isalnum() or each in ".-+" else "-" for each in text)
