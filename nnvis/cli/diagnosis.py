"""What this machine offers nnvis, for ``nnvis doctor``: facts, and advice where one is missing.

Each check stands alone: one that fails becomes a row and a sentence, never an exception.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

GIB = 2**30
_LEAST_MEMORY = 2 * GIB
_LEAST_DISK = 1 * GIB

Finding = tuple[str, str | None]


def diagnose() -> tuple[list[tuple[str, str]], list[str]]:
    """(rows of name and value, sentences that say what to do); never raises."""
    rows: list[tuple[str, str]] = []
    advice: list[str] = []
    for name, check in CHECKS.items():
        try:
            value, sentence = check()
        except Exception as error:  # whatever is broken here is what the user wants to know
            value = f"failed: {type(error).__name__}: {' '.join(str(error).split())}"
            sentence = f"The check of {name} failed; install nnvis again if it does not work."
        rows.append((name, value))
        if sentence and sentence not in advice:
            advice.append(sentence)
    return rows, advice


def check_nnvis() -> Finding:
    import nnvis

    return f"{nnvis.__version__} in {Path(nnvis.__file__).parent}", None


def check_python() -> Finding:
    return f"{platform.python_version()} ({platform.system()} {platform.machine()})", None


def check_numpy() -> Finding:
    import numpy

    return numpy.__version__, None


def check_torch() -> Finding:
    """Version, and whether a graphics card can be used."""
    from nnvis.bench.machine import installed, torch_devices

    try:
        found = torch_devices()
    except ImportError as error:
        return f"missing: {error}", "Training and scoring need torch: python -m pip install torch."
    return f"{installed('torch')}, {found}", None


def check_numba() -> Finding:
    """Version, threads, and whether compiled kernels can be kept."""
    from nnvis.bench.machine import installed, threads

    value = f"{installed('numba')}, {threads()[1]} threads"
    folder = kernel_folder()
    if folder is None:
        return (
            f"{value}, compiled kernels cannot be kept",
            "Kernels are compiled anew in every process, which takes about half a minute: set "
            "NUMBA_CACHE_DIR to a folder that you can write to.",
        )
    return f"{value}, compiled kernels in {folder}", None


def kernel_folder() -> Path | None:
    """Where numba keeps nnvis's compiled kernels: the first place that can be written to."""
    import nnvis.kernels

    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return Path(named) if can_write(Path(named)) else None
    beside = Path(nnvis.kernels.__file__).parent / "__pycache__"
    if can_write(beside):
        return beside
    import platformdirs

    own = Path(platformdirs.user_cache_dir("numba", appauthor=False))
    return own if can_write(own) else None


def can_write(folder: Path) -> bool:
    """Whether a file can be made in ``folder``, or in the nearest folder above that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def check_opengl() -> Finding:
    from nnvis.errors import RenderError
    from nnvis.gl.context import describe

    try:
        return describe().sentence, None
    except RenderError as error:
        return "none", f"Pictures cannot be drawn. {error}"


def check_display() -> Finding:
    if sys.platform in ("win32", "darwin"):
        return "the desktop's own", None
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        if os.environ.get(name):
            return f"{name}={os.environ[name]}", None
    return "none: windows cannot open; nnvis render draws into files", None


def check_processor() -> Finding:
    from nnvis.bench.machine import cores, processor

    return f"{processor()}, {cores()} cores", None


def check_memory() -> Finding:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return "this system does not tell", None
    page = os.sysconf("SC_PAGE_SIZE")
    total = page * os.sysconf("SC_PHYS_PAGES")
    free = available_memory()
    value = f"{total / GIB:.1f} GiB"
    if free is None:
        return value, None
    value += f", {free / GIB:.1f} GiB of it free"
    if free < _LEAST_MEMORY:
        return value, (
            "Less than 2 GiB of memory are free: close other programs, or prune more "
            "(--processing.prune-percentage 0.9)."
        )
    return value, None


def available_memory() -> int | None:
    """Bytes that programs can still take; ``None`` where the system does not tell."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def check_disk() -> Finding:
    """Room where runs go: below the current folder."""
    here = Path.cwd()
    free = shutil.disk_usage(here).free
    value = f"{free / GIB:.1f} GiB free in {here}"
    if not can_write(here):
        return f"{value}, which cannot be written to", (
            f"Runs cannot be saved in {here}: change to another folder, or name one with --out."
        )
    if free < _LEAST_DISK:
        return value, f"Less than 1 GiB is free in {here}: make room, or name a place with --out."
    return value, None


def check_data() -> Finding:
    """The bundled digits are always there; the full MNIST may be."""
    from nnvis.datasets.download import cache_folder
    from nnvis.datasets.mnist import FILES, local_folder
    from nnvis.errors import DatasetError

    try:
        folder = local_folder()
    except DatasetError as error:
        return "the bundled digits", str(error)
    if folder is not None:
        return f"the bundled digits; the full MNIST in {folder} (NNVIS_DATA)", None
    cached = cache_folder() / "mnist"
    if all((cached / f"{name}.gz").is_file() for name in FILES):
        return f"the bundled digits; the full MNIST in {cached}", None
    if os.environ.get("NNVIS_DATA"):
        return "the bundled digits; no MNIST where NNVIS_DATA points", None
    return "the bundled digits; --data mnist would fetch the full MNIST", None


def check_files() -> Finding:
    """The folders that ship with nnvis."""
    from nnvis.errors import StoreError
    from nnvis.resources import folder

    try:
        found = [folder(name) for name in ("shaders", "configs")]
    except StoreError as error:
        return "missing", str(error)
    counts = [sum(entry.is_file() for entry in path.rglob("*")) for path in found]
    return f"{counts[0]} in {found[0]}, {counts[1]} in {found[1]}", None


CHECKS: dict[str, Callable[[], Finding]] = {
    "nnvis": check_nnvis,
    "Python": check_python,
    "numpy": check_numpy,
    "torch": check_torch,
    "numba": check_numba,
    "OpenGL": check_opengl,
    "display": check_display,
    "processor": check_processor,
    "memory": check_memory,
    "disk": check_disk,
    "data": check_data,
    "shaders and configs": check_files,
}
