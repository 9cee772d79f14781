"""Turn a mapping, a path or nothing into a checked config, and faults into one sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from nnvis.errors import ConfigError

Config = TypeVar("Config", bound=BaseModel)


def read_config(
    kind: type[Config],
    source: Config | Mapping[str, Any] | str | PathLike[str] | None,
) -> Config:
    """A checked ``kind`` from ``source``.

    Parameters
    ----------
    source
        A config object, a mapping with the keys of the JSON file, a path to such a file, or
        ``None`` for the defaults.

    Raises
    ------
    ConfigError
        For an unknown key, a wrong type or a value out of range: it names key, value and range.
    """
    if source is None:
        return kind()
    if isinstance(source, kind):
        return source
    where = f"{kind.__name__} settings"
    if isinstance(source, (str, PathLike)):
        where = str(source)
        values = _read_json(Path(source))
    elif isinstance(source, Mapping):
        values = dict(source)
    else:
        raise ConfigError(
            f"{where}: expected settings, a mapping or a path, got {type(source).__name__}."
        )
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{where}: {describe(kind, error)}") from error


def describe(kind: type[BaseModel], error: ValidationError) -> str:
    """The first fault as one sentence with key, value and what is allowed."""
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"]) or "settings"
    value = fault["input"]
    if fault["type"] == "extra_forbidden":
        known = ", ".join(sorted(kind.model_fields))
        return f"unknown key {key!r}; known keys are {known}."
    name = str(fault["loc"][0]) if fault["loc"] else ""
    if name in kind.model_fields:
        return f"{key} must be {allowed(kind.model_fields[name])}, got {value!r}."
    return f"{key}: {fault['msg']}, got {value!r}."


def allowed(field: FieldInfo) -> str:
    """What a field takes, in words: ``a number, 5 <= value <= 20``."""
    annotation = field.annotation
    words = {float: "a number", int: "a whole number", bool: "true or false", str: "a text"}
    if annotation in words:
        text = words[annotation]
    else:
        choices = getattr(annotation, "__args__", None)
        text = (
            "one of " + ", ".join(str(choice) for choice in choices) if choices else str(annotation)
        )
    low = high = ""
    for rule in field.metadata:
        low = f"{rule.ge:g} <= " if getattr(rule, "ge", None) is not None else low
        low = f"{rule.gt:g} < " if getattr(rule, "gt", None) is not None else low
        high = f" <= {rule.le:g}" if getattr(rule, "le", None) is not None else high
        high = f" < {rule.lt:g}" if getattr(rule, "lt", None) is not None else high
    return f"{text}, {low}value{high}" if low or high else text


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"Cannot read the settings file {path}: {error.strerror or error}."
        ) from error
    except (ValueError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {path} is not valid JSON: {error}.") from error
    if not isinstance(values, dict):
        raise ConfigError(
            f"The settings file {path} must hold a JSON object, found {type(values).__name__}."
        )
    return values
