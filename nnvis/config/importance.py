"""Settings of importance scoring (``algorithms`` §1: batch-norm gates)."""

from __future__ import annotations

from pydantic import Field

from nnvis.config.settings import Settings


class ImportanceConfig(Settings):
    """How the gates are tuned."""

    epochs: int = Field(20, ge=1, description="Passes over each class's samples.")
    batch_size: int = Field(128, ge=2, description="Samples per class in one step.")
    learning_rate: float | None = Field(
        None,
        gt=0,
        le=1,
        description="Mean of Adam's step size for the first layer's gates, which falls to "
        "nothing; those behind it take four fifths; none for "
        "what lets the scales part in the steps that these samples give.",
    )
    l1: float = Field(0.01, ge=0, description="Weight of the sum of |scale| in the loss.")
    l2: float = Field(0.0, ge=0, description="Weight of the sum of squared scales in the loss.")
    gate_from_zero: bool = Field(False, description="Start the scales at zero instead of one.")
    shift: bool = Field(False, description="Also train a shift per unit (batch-norm's beta).")
    epsilon: float = Field(1e-3, gt=0, description="Added to the variance before its root.")
    samples_per_class: int | None = Field(
        None, ge=1, description="At most this many samples of each class; none for all."
    )
    settle: float | None = Field(
        None,
        gt=0,
        le=1,
        description="Stop early, once the rank correlation of the combined scores with those of a "
        "quarter of the epochs ago exceeds this, for example 0.99; none runs every epoch.",
    )
    seed: int = Field(0, ge=0, le=2**63 - 1, description="Seed of the sampling and shuffling.")
