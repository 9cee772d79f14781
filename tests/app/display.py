"""An X display of the tests' own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

MISSING = "needs Xvfb (on Debian: apt-get install xvfb): no window can be opened without a display"


@contextmanager
def virtual_display(screen: str = "1280x900x24", *more: str) -> Iterator[str]:
    """The name of a new display, such as ``:91``; the server picks a number that is free."""
    program = shutil.which("Xvfb")
    assert program is not None, MISSING
    read, write = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(write), "-screen", "0", screen, "-nolisten", "tcp", *more],
        pass_fds=(write,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as said:
            number = said.readline().strip()
        assert number, f"Xvfb ended with {server.wait(30)} before it opened a display"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(30)
