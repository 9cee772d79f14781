"""Check what users hand in, and say in one sentence what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import ConfigError, DatasetError

if TYPE_CHECKING:
    from jaxtyping import Int64

Names = Sequence[str] | Mapping[int, str] | None


def at_least(least: int, **settings: Any) -> None:
    """Raise unless each setting is a whole number from ``least`` on."""
    for name, value in settings.items():
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
            raise ConfigError(f"{name} must be a whole number from {least} on, got {value!r}.")


def layer_names(layers: Any) -> list[str] | None:
    """The layers asked for; ``None`` for every hidden one."""
    if layers is None:
        return None
    names = [layers] if isinstance(layers, str) else list(layers)
    if not names:
        raise ConfigError("layers is empty; name at least one, or leave it out for every hidden.")
    return [str(name) for name in names]


def output_names(names: Sequence[str] | None, n_classes: int) -> tuple[str, ...]:
    """One name for each class that the network tells apart; their numbers unless given."""
    if names is None:
        return tuple(map(str, range(n_classes)))
    found = tuple(map(str, names))
    if len(found) != n_classes:
        raise DatasetError(
            f"class_names has {len(found)} names, but the model gives {n_classes} classes; give "
            "one name for each."
        )
    return found


def input_names(
    given: Names, labels: Int64[np.ndarray, "class"], outputs: Sequence[str]
) -> tuple[str, ...]:
    """The name of each class of test samples, by its label.

    Names of their own first, then those of the network's classes, then the label itself.
    """
    if given is not None and not isinstance(given, Mapping):
        given = dict(enumerate(map(str, given)))
        missing = [int(label) for label in labels if int(label) not in given]
        if missing:
            raise DatasetError(
                f"test_class_names has {len(given)} names, but y_test holds the label "
                f"{missing[0]}; give a name for each label from 0 on, or a mapping from label to "
                "name."
            )
    found = []
    for label in map(int, labels):
        own = given.get(label) if given else None
        known = outputs[label] if label < len(outputs) else str(label)
        found.append(str(own) if own is not None else known)
    return tuple(found)


def not_negative(y: Int64[np.ndarray, "sample"], name: str) -> None:
    """Raise unless every label is a class number."""
    if len(y) and y.min() < 0:
        raise DatasetError(f"{name} holds the label {y.min()}; class numbers begin at 0.")
