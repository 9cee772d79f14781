"""Fork ``nnvis`` again and again from a process that has its libraries loaded.

Reads a request a line on standard input, runs it in a fork and answers with its exit code.
A test of a hundred commands would otherwise spend minutes importing torch.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any, NoReturn


def preload() -> None:
    """What the commands import when they need it; none of it starts a thread."""
    import matplotlib  # noqa: F401
    import moderngl  # noqa: F401
    import numba  # noqa: F401
    import sklearn.datasets  # noqa: F401
    import torch  # noqa: F401

    import nnvis.importance
    import nnvis.learning
    import nnvis.pipeline
    import nnvis.render  # noqa: F401


def child(request: dict[str, Any]) -> NoReturn:
    """The whole of a command, as the ``nnvis`` script would run it."""
    for name, stream in (("out", 1), ("err", 2)):
        target = os.open(request[name], os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(target, stream)
        os.close(target)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["cwd"])
    for name, value in request["env"].items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    sys.argv = ["nnvis", *request["words"]]
    code = 1
    try:
        # A test's own lines, such as one that sends a signal at a given moment.
        exec(request["first"], {})
        from nnvis.cli import main

        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    # The script's folder is no part of what nnvis sees.
    sys.path.pop(0)
    preload()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            child(json.loads(line))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
