"""Settings and descriptions as JSON: the same value always gives the same text."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import numpy as np

from nnvis.errors import StoreError


def plain(value: Any, what: str = "the value") -> Any:
    """``value`` with nothing but what JSON knows: dicts, lists, texts, numbers, booleans, None.

    Dataclasses and settings models become dicts, numpy arrays and tuples lists, paths texts.
    A number that is not finite becomes ``None``, because JSON has no word for it.

    Raises
    ------
    StoreError
        For anything else, such as a function: names ``what`` and the type.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return number if math.isfinite(number) else None
    if isinstance(value, np.ndarray):
        return plain(value.tolist(), what)
    dump = getattr(value, "model_dump", None)  # pydantic's, whose import would cost time here
    if callable(dump):
        return plain(dump(mode="json"), what)
    if isinstance(value, PurePath):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {each.name: plain(getattr(value, each.name), what) for each in fields}
    if isinstance(value, Mapping):
        return {str(key): plain(each, f"{what}[{key!r}]") for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        members = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [plain(each, what) for each in members]
    raise StoreError(
        f"Cannot store {what}: expected texts, numbers, lists and mappings, "
        f"got {type(value).__name__}."
    )


def to_json(value: Any, what: str = "the value", indent: int | None = None) -> str:
    """Sorted, ASCII JSON of `plain` ``value``."""
    return json.dumps(plain(value, what), sort_keys=True, indent=indent, allow_nan=False)
