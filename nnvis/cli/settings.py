"""Settings from a file and from flags: a flag wins over the file."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from nnvis.config import read_config

Config = TypeVar("Config", bound=BaseModel)


def merged(kind: type[Config], path: Path | None, flags: Config | None) -> Config:
    """The settings in ``path`` (or the defaults) with the given flags on top."""
    base = read_config(kind, path)
    if flags is None:
        return base
    chosen = {name: getattr(flags, name) for name in flags.model_fields_set}
    return read_config(kind, {**base.model_dump(), **chosen})
