"""The user's own settings of the viewer, kept in the user's config folder.

Besides ``viewer.json`` the folder holds ``layout.ini`` (where the panels are), the settings of
the last session and ``shaders/``, the user's own copies of shaders.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Literal

from pydantic import Field

from nnvis.config.processing import ProcessingConfig
from nnvis.config.reading import read_config
from nnvis.config.rendering import RenderingConfig
from nnvis.config.settings import Settings
from nnvis.errors import ConfigError, StoreError
from nnvis.store.atomic import write_atomically

VERSION = 1
RECENT = 10


class Preferences(Settings):
    """What a user sets once."""

    version: int = Field(VERSION, description="Of this file.")
    font_size: float = Field(16.0, ge=9, le=40, description="Size of the text in panels, points.")
    theme: Literal["system", "light", "dark"] = Field(
        "system", description="Light or dark panels and background; system follows the desktop."
    )
    smooth_camera: bool = Field(True, description="Move to a camera position instead of jumping.")
    detail_while_moving: bool = Field(
        True, description="Draw less while the view moves, so that it stays fluid."
    )
    antialiasing: Literal[1, 2] = Field(
        2, description="Samples a pixel along each axis when the view rests."
    )
    film_frames_per_second: Literal[15, 24, 30, 60] = Field(30, description="Of recorded films.")
    recent: tuple[str, ...] = Field((), description="Networks opened last, newest first.")
    open_panels: tuple[str, ...] = Field((), description="Panels beyond the first layout's.")
    rendering: RenderingConfig = Field(read_config(RenderingConfig, None), description="Last used.")
    processing: ProcessingConfig = Field(
        read_config(ProcessingConfig, None), description="Last used."
    )

    def with_recent(self, path: Path) -> Preferences:
        """``path`` as the network opened last."""
        text = str(path)
        rest = tuple(other for other in self.recent if other != text)
        return self.model_copy(update={"recent": (text, *rest)[:RECENT]})


def desktop_theme() -> Literal["light", "dark"]:
    """What the desktop prefers; light where it cannot be told."""
    try:
        import darkdetect

        return "dark" if darkdetect.theme() == "Dark" else "light"
    except Exception:  # a desktop that answers in a way the library does not know
        return "light"


def config_folder() -> Path:
    """Where the user's settings are: ``NNVIS_CONFIG``, else the platform's place."""
    given = os.environ.get("NNVIS_CONFIG")
    if given:
        return Path(given).expanduser()
    from platformdirs import user_config_path

    return user_config_path("nnvis", appauthor=False)


def load_preferences(folder: Path) -> tuple[Preferences, str | None]:
    """The settings in ``folder``, and a sentence when they could not be used.

    A file that is missing gives the defaults. One that is broken or of a newer version gives
    the defaults too and is left as it is until the user changes a setting.
    """
    path = folder / "viewer.json"
    defaults = read_config(Preferences, None)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return defaults, None
    except (OSError, ValueError, RecursionError) as error:
        return defaults, (
            f"Your settings in {path} cannot be read ({error}); the defaults are used, and the "
            "file is replaced when you change a setting."
        )
    found = values.get("version") if isinstance(values, dict) else None
    if isinstance(found, int) and found > VERSION:
        return defaults, (
            f"Your settings in {path} are of version {found}, newer than this nnvis knows "
            f"({VERSION}); the defaults are used; update nnvis, or change a setting to replace "
            "the file."
        )
    try:
        if not isinstance(values, dict):
            raise ConfigError(f"expected a JSON object, found {type(values).__name__}")
        for name in ("recent", "open_panels"):
            if isinstance(values.get(name), list):
                values[name] = tuple(values[name])
        return Preferences.model_validate(values), None
    except ConfigError as error:
        return defaults, (
            f"Your settings in {path} cannot be used: {error} The defaults are used, and the file "
            "is replaced when you change a setting."
        )


def save_preferences(preferences: Preferences, folder: Path) -> None:
    """Write the settings, all or nothing.

    Raises
    ------
    StoreError
        When the folder cannot be made or written.
    """
    path = folder / "viewer.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"Your settings cannot be saved in {folder}: {error.strerror or error}."
        ) from error
    write_atomically(path, [json.dumps(preferences.model_dump(), indent=1).encode()])


def save_layout(text: str, path: Path) -> None:
    """Write where the panels are, all or nothing; raises as :func:`save_preferences` does."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The layout cannot be saved in {path.parent}: {error.strerror or error}."
        ) from error
    write_atomically(path, [text.encode()])
