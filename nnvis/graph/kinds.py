"""Which torch modules hold weights that nnvis can show and score.

One entry of :data:`KINDS` a kind of module. Reading, gating and pruning ask the entry and
never the module's type, so a convolution or an attention projection is one more entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from nnvis.errors import ModelError


@dataclass(frozen=True)
class WeightKind:
    """How to read one kind of weight-holding module.

    Attributes
    ----------
    name
        The ``kind`` of the layer it makes, for example ``dense``.
    describes
        The modules in words, for messages: ``nn.Linear``.
    handles
        Whether a module is of this kind.
    units_in, units_out
        Units in front of and behind a module.
    weight_matrix
        (out, in), one number for each (target unit, source unit).
    unit_axis
        The axis of the module's input that holds the units: −1 for a dense layer. A gate
        takes its statistics over all the others.
    parameter
        Name of the module's parameter that the matrix is read from.
    """

    name: str
    describes: str
    handles: Callable[[nn.Module], bool]
    units_in: Callable[[nn.Module], int]
    units_out: Callable[[nn.Module], int]
    weight_matrix: Callable[[nn.Module], torch.Tensor]
    unit_axis: int
    parameter: str = "weight"


def _dense_weight(module: nn.Module) -> torch.Tensor:
    assert isinstance(module, nn.Linear)
    return module.weight


DENSE = WeightKind(
    name="dense",
    describes="nn.Linear",
    handles=lambda module: isinstance(module, nn.Linear),
    units_in=lambda module: int(_dense_weight(module).shape[1]),
    units_out=lambda module: int(_dense_weight(module).shape[0]),
    weight_matrix=_dense_weight,
    unit_axis=-1,
)

KINDS: tuple[WeightKind, ...] = (DENSE,)


@dataclass(frozen=True)
class WeightLayer:
    """A module that holds weights, with the dotted path it has in the model."""

    name: str
    path: str
    module: nn.Module
    kind: WeightKind

    @property
    def parameter_path(self) -> str:
        """Key of its weight in the model's ``state_dict``."""
        return f"{self.path}.{self.kind.parameter}" if self.path else self.kind.parameter


def weight_layers(model: nn.Module) -> list[WeightLayer]:
    """The weight-holding modules of ``model`` in the order of their registration.

    Modules whose parameters all have one axis (norms, biases, scales) are left out.

    Raises
    ------
    ModelError
        When ``model`` is no module, or one of its modules holds weights of a kind that nnvis
        does not know: it names the module, its type and what is supported.
    """
    if not isinstance(model, nn.Module):
        raise ModelError(f"The model must be a torch.nn.Module, got {type(model).__name__}.")
    return list(_find(model))


def _find(model: nn.Module) -> Iterator[WeightLayer]:
    for path, module in model.named_modules():
        if "parametrizations" in path.split("."):
            continue  # its parent computes its own weight from these
        shown = path or "the model itself"
        own = list(module.parameters(recurse=False))
        if any(is_lazy(parameter) for parameter in own):
            raise ModelError(
                f"Module {shown} ({type(module).__name__}) has no size yet; run one batch through "
                "the model before handing it to nnvis."
            )
        kind = next((kind for kind in KINDS if kind.handles(module)), None)
        if kind is not None:
            yield WeightLayer(path or kind.name, path, module, kind)
        elif any(parameter.dim() > 1 for parameter in own):
            known = ", ".join(kind.describes for kind in KINDS)
            raise ModelError(
                f"Module {shown} is a {type(module).__name__}, whose weights nnvis cannot show; "
                f"supported are {known} and modules without weight matrices."
            )
