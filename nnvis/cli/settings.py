"""Settings from a file and from flags: a flag wins over the file.

The flags come from the settings' own fields: name, type, range and description are written
once, in :mod:`nnvis.config`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, make_dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from cyclopts import Parameter

from nnvis.config import Settings, allowed, read_config

Config = TypeVar("Config", bound=Settings)


def flags_of(kind: type[Settings], name: str) -> Any:
    """A parameter type whose flags are ``--name.field``, one for each field of ``kind``.

    A flag that is not given is ``None``; values are checked by :func:`merged`, so that a fault
    reads the same whether it stands in a file or on the command line.
    """
    fields: list[tuple[str, Any, Any]] = []
    for key, setting in kind.model_fields.items():
        words = f"{setting.description} ({allowed(setting)}; default {setting.default})"
        annotation: Any = Annotated[setting.annotation | None, Parameter(help=words)]
        fields.append((key, annotation, field(default=None)))
    twin = make_dataclass(kind.__name__ + "Flags", fields, frozen=True)
    # The library takes classes of the standard library, such as types, for plain values.
    twin.__module__ = __name__
    return Annotated[twin | None, Parameter(name=name, show_default=False)]


def merged(
    kind: type[Config], path: Path | None, flags: Any, stored: Mapping[str, Any] | None = None
) -> Config:
    """The settings in ``path``, or else ``stored`` or the defaults, with the given flags on top.

    Raises
    ------
    ConfigError
        For a file that cannot be read, or a value that is unknown or out of range.
    """
    base = read_config(kind, path if path is not None else stored)
    given = {key: value for key, value in vars(flags).items() if value is not None} if flags else {}
    return read_config(kind, {**base.model_dump(), **given})


def stored(description: Mapping[str, Any], *names: str) -> Any:
    """The value that lies under ``names``, one inside the other, in a run's description.

    ``None`` when it is not there: a run made from Python may describe itself in any words.
    """
    value: Any = description
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
