"""What the measurements ran on, in one line."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def processor() -> str:
    """Name of the processor as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.lower().startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    except OSError:
        pass
    return platform.processor() or platform.machine() or "unknown processor"


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def load() -> float | None:
    """Mean number of busy processes over the last minute; ``None`` where it is not told."""
    try:
        return os.getloadavg()[0]
    except (OSError, AttributeError):
        return None


def installed(package: str) -> str | None:
    """Version of an installed package, or ``None``."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def threads() -> tuple[int, int]:
    """Threads that torch and numba use."""
    import torch
    from numba import get_num_threads

    return torch.get_num_threads(), get_num_threads()


def torch_devices() -> str:
    """What torch computes on: the processor, and a graphics card when it can use one."""
    import torch

    if torch.cuda.is_available():
        names = ", ".join(
            torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())
        )
        return f"on the processor ({torch.get_num_threads()} threads) and CUDA ({names})"
    return f"on the processor ({torch.get_num_threads()} threads), no CUDA"


def machine_line() -> str:
    """Processor, cores, versions, threads, and how busy the machine is."""
    of_torch, of_numba = threads()
    parts = [
        f"{processor()}, {cores()} cores",
        f"Python {platform.python_version()}",
        *(f"{name} {installed(name)}" for name in ("nnvis", "torch", "numba", "numpy")),
        f"threads: torch {of_torch}, numba {of_numba}",
    ]
    busy = load()
    if busy is not None:
        parts.append(f"load {busy:.1f}")
    return "; ".join(parts)
