"""Settings of the built-in training loop."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nnvis.config.settings import Settings

Size = Annotated[int, Field(ge=1)]
Label = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class TrainingConfig(Settings):
    """A classifier and how it is trained."""

    network: Literal["mlp", "lenet5", "vgg16"] = Field(
        "mlp", description="A multi-layer perceptron, or a convolutional network for pictures."
    )
    hidden: tuple[Size, ...] = Field(
        (81, 49), description="Units of each hidden layer of a multi-layer perceptron."
    )
    epochs: int = Field(
        15, ge=0, description="Passes over the training set; 0 leaves it untrained."
    )
    batch_size: int = Field(128, ge=1, description="Samples in one step.")
    optimiser: Literal["adam", "sgd"] = Field(
        "adam", description="Adam, or stochastic gradient descent."
    )
    learning_rate: float = Field(1e-3, gt=0, description="The optimiser's step size.")
    momentum: float = Field(
        0.0, ge=0, lt=1, description="Share of the last step that sgd goes on with."
    )
    nesterov: bool = Field(
        True, description="Momentum looks ahead as Nesterov's does; without momentum no effect."
    )
    weight_decay: float = Field(
        0.0, ge=0, description="Times each parameter, added to its gradient (an L2 penalty)."
    )
    l1: float = Field(0.0, ge=0, description="Weight of the sum of |weight| in the loss.")
    snapshot_steps: int | None = Field(
        None, ge=1, description="Record every so many steps instead of every epoch; none does not."
    )
    classes: tuple[Label, ...] | None = Field(
        None, description="Train on these classes only; none for all."
    )
    class_share: dict[Label, Share] | None = Field(
        None,
        description="Imbalance: the share of each named class's training samples to keep, 0 to 1.",
    )
    seed: int = Field(0, ge=0, le=2**63 - 1, description="Seed of the weights and the shuffling.")
