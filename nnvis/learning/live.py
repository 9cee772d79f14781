"""A small network that learns drawn points step by step, and can be looked at after any step.

For the viewer's teaching mode: points may come and go between two steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from nnvis.errors import DatasetError, ModelError
from nnvis.learning.architectures import build_mlp

if TYPE_CHECKING:
    from jaxtyping import Float32, Int64

INPUTS = 2
# The loss of guessing is log(classes). Training that goes well may jump above it at first; it
# does not stay so many times above it for so many steps.
_FAR, _PATIENCE = 8.0, 40


@dataclass(frozen=True, eq=False)
class LiveLook:
    """What a network makes of its points and of the plane after some steps.

    Attributes
    ----------
    steps
        Steps of the optimiser so far.
    loss, accuracy
        Mean cross-entropy (natural logarithm) and share of the points given their own class; NaN
        without points.
    weight
        Of each connection, from the input on.
    activation
        Mean of |activation| over the points of each class, of the input (|coordinate|) and each
        hidden layer; 0 for a class without points.
    """

    steps: int
    loss: float
    accuracy: float
    weight: tuple[Float32[np.ndarray, "out in"], ...]
    activation: tuple[Float32[np.ndarray, "unit class"], ...]


class LiveNetwork:
    """Dense layers with ReLU between them, trained by Adam on all points at each step.

    Parameters
    ----------
    hidden
        Units of each hidden layer; none for a linear classifier.
    classes
        Output units.
    seed
        Of the first weights; the steps themselves draw nothing at random, so that the same
        points give the same network.
    """

    def __init__(self, hidden: Sequence[int], classes: int, seed: int = 0) -> None:
        self.key = (tuple(hidden), classes, seed)
        self.classes = classes
        self.steps = 0
        self._model = _widened(build_mlp((INPUTS, *hidden, classes), seed), seed)
        self._optimiser = torch.optim.Adam(self._model.parameters())
        self._bad = 0

    def train(
        self,
        place: Float32[np.ndarray, "point 2"],
        label: Int64[np.ndarray, "point"],
        learning_rate: float,
        steps: int,
    ) -> None:
        """Take so many steps on these points.

        Raises
        ------
        DatasetError
            When the points are of fewer than two classes.
        ModelError
            When the loss is no number or stays far above that of guessing, or a layer has died:
            no unit of it answers to any point. The network is then as it was before these steps.
        """
        check_drawn(label)
        x, y = _tensors(place, label)
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate
        before = deepcopy((self._model.state_dict(), self._optimiser.state_dict()))
        try:
            with torch.inference_mode(False), torch.enable_grad():
                for _ in range(steps):
                    self._optimiser.zero_grad(set_to_none=True)
                    loss = functional.cross_entropy(self._model(x), y)
                    loss.backward()
                    self._optimiser.step()
                    self._check_loss(float(loss.detach()), learning_rate)
            self._check_layers(x, learning_rate)
        except ModelError:
            self._model.load_state_dict(before[0])
            self._optimiser.load_state_dict(before[1])
            self._bad = 0
            raise
        self.steps += steps

    def look(
        self, place: Float32[np.ndarray, "point 2"], label: Int64[np.ndarray, "point"]
    ) -> LiveLook:
        """Where the network stands, measured on these points."""
        x, y = _tensors(place, label)
        member = functional.one_hot(y, self.classes).to(x.dtype)
        share = member / member.sum(dim=0).clamp(min=1)
        activation = []
        value = x
        with torch.inference_mode():
            for module in self._model:
                if isinstance(module, nn.Linear):
                    activation.append((value.abs().T @ share).numpy())
                value = module(value)
            loss = accuracy = math.nan
            if len(x):
                loss = float(functional.cross_entropy(value, y))
                accuracy = float((value.argmax(dim=1) == y).float().mean())
        weight = tuple(
            module.weight.detach().numpy().copy()
            for module in self._model
            if isinstance(module, nn.Linear)
        )
        return LiveLook(self.steps, loss, accuracy, weight, tuple(activation))

    def probability(self, points: int) -> Float32[np.ndarray, "y x class"]:
        """Class probabilities over the square from −1 to 1 with so many places along each side;
        row 0 is its bottom, column 0 its left."""
        line = torch.linspace(-1, 1, points)
        up, across = torch.meshgrid(line, line, indexing="ij")
        with torch.inference_mode():
            found = self._model(torch.stack([across, up], dim=2).reshape(-1, INPUTS))
            share = functional.softmax(found, dim=1)
        return share.reshape(points, points, self.classes).numpy()

    def _check_loss(self, loss: float, learning_rate: float) -> None:
        guessing = math.log(self.classes)
        self._bad = self._bad + 1 if loss > _FAR * guessing else 0
        if not math.isfinite(loss) or self._bad >= _PATIENCE:
            raise ModelError(
                f"Training diverges: the loss is {loss:.3g}, and guessing has {guessing:.2g}; "
                f"lower the learning rate (now {learning_rate:g}) and reset."
            )

    def _check_layers(self, x: torch.Tensor, learning_rate: float) -> None:
        """What large steps with ReLU end in: from a dead layer no gradient comes back."""
        value, number = x, 0
        with torch.inference_mode():
            for module in self._model:
                value = module(value)
                if isinstance(module, nn.Linear):
                    continue
                number += 1
                if not (value > 0).any():
                    raise ModelError(
                        f"No unit of hidden layer {number} answers to any point any more, so "
                        f"nothing can be learnt; lower the learning rate (now {learning_rate:g}) "
                        "and reset."
                    )


def check_drawn(label: Int64[np.ndarray, "point"]) -> None:
    """Raise :class:`DatasetError` when the points are of fewer than two classes."""
    present = np.unique(label)
    if len(present) < 2:
        here = "there are none yet" if not len(present) else f"all are of class {present[0] + 1}"
        raise DatasetError(f"Draw points of at least two classes; {here}.")


def _widened(model: nn.Sequential, seed: int) -> nn.Sequential:
    """The model with weights drawn for ReLU (He et al. 2015), evenly from ± √(6/inputs).

    With torch's own, a third as wide, layers of eight units rarely bend enough for two moons.
    """
    generator = torch.Generator().manual_seed(seed)
    for module in model:
        if isinstance(module, nn.Linear):
            nn.init.kaiming_uniform_(module.weight, nonlinearity="relu", generator=generator)
    return model


def _tensors(place: np.ndarray, label: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    return (
        torch.from_numpy(np.ascontiguousarray(place, np.float32)),
        torch.from_numpy(np.ascontiguousarray(label, np.int64)),
    )
