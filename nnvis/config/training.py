"""Settings of the built-in training loop."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nnvis.config.settings import Settings

Size = Annotated[int, Field(ge=1)]
Label = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class TrainingConfig(Settings):
    """A multi-layer perceptron and how it is trained."""

    hidden: tuple[Size, ...] = Field((81, 49), description="Units of each hidden layer.")
    epochs: int = Field(
        15, ge=0, description="Passes over the training set; 0 leaves it untrained."
    )
    batch_size: int = Field(128, ge=1, description="Samples in one step.")
    learning_rate: float = Field(1e-3, gt=0, description="Adam's step size.")
    l1: float = Field(0.0, ge=0, description="Weight of the sum of |weight| in the loss.")
    classes: tuple[Label, ...] | None = Field(
        None, description="Train on these classes only; none for all."
    )
    class_share: dict[Label, Share] | None = Field(
        None,
        description="Imbalance: the share of each named class's training samples to keep, 0 to 1.",
    )
    seed: int = Field(0, ge=0, le=2**63 - 1, description="Seed of the weights and the shuffling.")
