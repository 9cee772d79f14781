"""Run a command and turn every fault into one sentence and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from nnvis.errors import NnvisError, UsageError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The ``nnvis`` command.

    Exit codes: 0 done, 2 wrong usage or settings, 130 stopped by the user, 1 anything else.
    Faults print one sentence; with ``--debug`` also where they arose.
    """
    # Threads that wait for others should spin for a moment only: by default they spin on, and
    # as soon as another program needs a core, scoring takes thirty times as long. Sleeping at
    # once (OMP_WAIT_POLICY=PASSIVE) would cost half the speed of an idle machine. Read when
    # torch loads; docs/benchmarks.md has the measurements.
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        _run(words)
        # A reader that went away (nnvis … | head) shows only when the rest is written.
        sys.stdout.flush()
        sys.exit(0)
    except NnvisError as error:
        _fail(str(error), error.exit_code, debug)
    except KeyboardInterrupt:
        _fail("Stopped; what was complete before is unchanged.", INTERRUPTED, debug)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except MemoryError:
        _fail(
            "Not enough memory; prune more (--processing.prune-percentage) or use fewer samples.",
            1,
            debug,
        )
    except OSError as error:
        _fail(_words(error), 1, debug)
    except Exception as error:
        _fail(
            f"nnvis failed with {type(error).__name__}: {error}; run the command again with "
            "--debug and report what it prints.",
            1,
            debug,
        )


def _run(words: list[str]) -> None:
    from cyclopts import CycloptsError

    from nnvis.cli.commands import app

    try:
        app(words, exit_on_error=False, print_error=False, result_action="return_none")
    except CycloptsError as error:
        if isinstance(error.__cause__, NnvisError):
            raise error.__cause__ from error
        raise UsageError(_usage(error)) from error


def _usage(error: Exception) -> str:
    sentence = " ".join(str(error).split()).strip()
    sentence = sentence if sentence.endswith((".", "?", "!")) else sentence + "."
    return f"{sentence} See nnvis --help."


def _words(error: OSError) -> str:
    where = f" {error.filename}" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"No space left on the disk for{where or ' the output'}; free some and run again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"No permission to use{where}; choose another place or change its permissions."
    return f"Cannot use{where}: {error.strerror or error}."


def _fail(sentence: str, code: int, debug: bool) -> NoReturn:
    if debug:
        import traceback

        traceback.print_exc()
    # Messages of other libraries and of the user's model may run over several lines.
    line = " ".join(part.strip() for part in sentence.splitlines() if part.strip())
    print(f"nnvis: {line}", file=sys.stderr, flush=True)
    sys.exit(code)
