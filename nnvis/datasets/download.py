"""Fetch a public file once into the user's cache, checked by its digest."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from nnvis.errors import DatasetError
from nnvis.progress import Progress


def cache_folder() -> Path:
    """Where nnvis keeps what it fetched for this user."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("nnvis", appauthor=False))


def fetch(addresses: Sequence[str], digest: str, path: Path, progress: Progress) -> None:
    """Make sure that ``path`` is the file of SHA-256 ``digest``, fetching it when it is not.

    Each address is tried in turn. A bar shows the way on a terminal; nothing half-fetched stays.

    Raises
    ------
    DatasetError
        When no address gives the file, or the cache cannot be written.
    Cancelled
        When the user stopped.
    """
    import pooch
    import requests

    logger: logging.Logger = pooch.get_logger()
    reason = ""
    for address in addresses:
        progress.check(f"fetching {path.name}")
        level = logger.level
        logger.setLevel(logging.WARNING)
        try:
            with _Bar(path.name, progress) as bar:
                # Typed Any: pooch's own annotations do not fit each other.
                downloader: Any = pooch.HTTPDownloader(
                    progressbar=cast("Any", bar), chunk_size=2**16, timeout=30
                )
                pooch.retrieve(
                    url=address,
                    known_hash=f"sha256:{digest}",
                    fname=path.name,
                    path=path.parent,
                    downloader=downloader,
                )
            return
        except requests.RequestException as error:
            reason = f"{address}: {_words(error)}"
        except ValueError:
            reason = f"{address}: the file there is not the published one"
        except OSError as error:
            raise DatasetError(
                f"Cannot keep {path.name} in the cache {path.parent}: {error.strerror or error}; "
                "make room or set NNVIS_DATA to a folder that holds it."
            ) from error
        finally:
            logger.setLevel(level)
    raise DatasetError(
        f"Cannot fetch {path.name} ({reason}); connect to the network and run again, set "
        "NNVIS_DATA to a folder that holds it, or use the samples 'digits', which need no network."
    )


def _words(error: Exception) -> str:
    kind = type(error).__name__
    if "Timeout" in kind:
        return "no answer in time"
    if kind == "HTTPError":
        return str(error)
    return "no connection"


class _Bar:
    """The bar that pooch drives, drawn by rich on a terminal and silent elsewhere."""

    def __init__(self, name: str, progress: Progress) -> None:
        import rich.console
        import rich.progress as bars

        self.total: float | None = 0
        self._progress = progress
        self._name = name
        console = rich.console.Console(stderr=True)
        self._bars = bars.Progress(
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.DownloadColumn(),
            bars.TransferSpeedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: Any = None

    def __enter__(self) -> _Bar:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def update(self, size: int) -> None:
        """``size`` more bytes have come; also the moment at which the user may stop."""
        self._progress.check(f"fetching {self._name}")
        if self._task is None:
            self._task = self._bars.add_task(f"Fetching {self._name}", total=self.total or None)
        self._bars.advance(self._task, size)

    def reset(self) -> None:
        """Pooch resets the bar when it has ended, then fills it by one last update."""
        if self._task is not None:
            self._bars.reset(self._task)

    def close(self) -> None:
        """Nothing to do: the bar ends with its block."""
