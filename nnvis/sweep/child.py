"""One run of a study in a process of its own: ``python -m nnvis.sweep.child THREADS``.

Reads the job as JSON from its standard input and prints one JSON object a line: ``step`` with
``stage``, ``done``, ``total`` and numbers, and at the end ``done``, or ``error`` with a sentence.
"""

from __future__ import annotations

import json
import os
import sys
from time import monotonic

from nnvis.errors import NnvisError
from nnvis.progress import Progress, Step

_BETWEEN = 0.2


def main() -> None:
    """Do the job; exit code 0 when it is done."""
    threads = sys.argv[1] if len(sys.argv) > 1 else "1"
    # Read when torch loads.
    os.environ["OMP_NUM_THREADS"] = threads
    from nnvis.sweep.one import Job, run_job

    told = 0.0

    def hear(step: Step) -> None:
        nonlocal told
        if step.done < step.total and monotonic() - told < _BETWEEN:
            return
        told = monotonic()
        _say(step=vars(step))

    try:
        run_job(Job.from_json(sys.stdin.read()), Progress(hear))
    except NnvisError as error:
        _say(error=str(error))
        sys.exit(error.exit_code)
    _say(done=True)


def _say(**message: object) -> None:
    # Fails when the process that listens is gone, and that ends this one too.
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main()
