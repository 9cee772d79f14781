"""Turn a mapping, a path or nothing into a checked config, and faults into one sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from nnvis.config.settings import Settings
from nnvis.errors import ConfigError

Config = TypeVar("Config", bound=Settings)


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
    if isinstance(source, Mapping):
        return kind.model_validate(dict(source))
    if not isinstance(source, (str, PathLike)):
        raise ConfigError(
            f"{kind.__name__}: expected settings, a mapping or a path, got {type(source).__name__}."
        )
    path = Path(source)
    try:
        return kind.model_validate(_read_json(path))
    except ConfigError as error:
        raise ConfigError(str(error) if str(path) in str(error) else f"{path}: {error}") from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"Cannot read the settings file {path}: {error.strerror or error}."
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"The settings file {path} is not valid JSON: {error}.") from error
    if not isinstance(values, dict):
        raise ConfigError(
            f"The settings file {path} must hold a JSON object, found {type(values).__name__}."
        )
    return values
