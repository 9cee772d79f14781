"""Do the jobs of a study in several processes at once."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nnvis.errors import Cancelled, NnvisError
from nnvis.progress import Progress, Step, quiet
from nnvis.sweep.one import Job, state_of

STAGE = "runs"
_PATIENCE = 10.0


@dataclass
class _Worker:
    job: Job
    process: subprocess.Popen[str]
    error: str = ""
    words: list[str] = field(default_factory=list)


def run_sweep(
    jobs: Sequence[Job],
    workers: int | None = None,
    progress: Progress | None = None,
    ended: Callable[[Job, str], None] | None = None,
) -> dict[str, str]:
    """Do all jobs that are not done, ``workers`` at a time, and return their faults by name.

    Parameters
    ----------
    workers
        Processes at once; ``None`` for one a core. The cores are shared out among them.
    progress
        Told of the runs that are done, and of each run's steps as stages of its name; can cancel.
    ended
        Called with each job that ends now and its fault, empty when it has none.

    Raises
    ------
    StoreError
        Before anything starts, when a run's folder holds something else.
    Cancelled
        When the user stopped, also by Ctrl-C: all processes are ended, and what was recorded
        stays for the next time.
    """
    progress = quiet(progress)
    waiting = [job for job in jobs if state_of(job) in ("new", "begun")]
    total, faults = len(jobs), {}
    done = total - len(waiting)
    cores = usable_cores()
    count = max(1, min(workers or cores, len(waiting) or 1))
    threads = max(1, cores // count)
    messages: queue.Queue[tuple[_Worker, dict[str, Any] | None]] = queue.Queue()
    running: list[_Worker] = []
    waiting.reverse()
    try:
        progress.step(STAGE, done, total)
        while waiting or running:
            while waiting and len(running) < count:
                running.append(_started(waiting.pop(), threads, messages))
            try:
                worker, message = messages.get(timeout=0.5)
            except queue.Empty:
                progress.check(STAGE)
                continue
            if message is None:
                running.remove(worker)
                fault = _fault(worker)
                if fault:
                    faults[worker.job.name] = fault
                done += 1
                if ended is not None:
                    ended(worker.job, fault)
                progress.step(STAGE, done, total)
            elif "step" in message:
                step = Step(**message["step"])
                progress.step(worker.job.name, step.done, step.total, **step.numbers)
            elif "error" in message:
                worker.error = str(message["error"])
    except (KeyboardInterrupt, Cancelled) as error:
        complete = done - len(faults)
        raise Cancelled(
            f"Stopped: {complete} of {total} runs are done; the same command goes on with the rest."
        ) from error
    finally:
        _end(running)
    return faults


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _started(
    job: Job, threads: int, messages: queue.Queue[tuple[_Worker, dict[str, Any] | None]]
) -> _Worker:
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "nnvis.sweep.child", str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            # Ctrl-C reaches this process alone, which then ends the others.
            start_new_session=os.name == "posix",
        )
    except OSError as error:
        raise NnvisError(
            f"Cannot start a process for the run {job.name}: {error.strerror or error}."
        ) from error
    worker = _Worker(job, process)

    def listen() -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                try:
                    message = json.loads(line)
                except ValueError:
                    message = None
                if isinstance(message, dict):
                    messages.put((worker, message))
                elif line.strip():
                    worker.words = [*worker.words[-4:], line.strip()]
        process.wait()
        messages.put((worker, None))

    assert process.stdin is not None
    try:
        process.stdin.write(job.to_json())
        process.stdin.close()
    except OSError:
        pass  # it ended at once; its exit code tells
    threading.Thread(target=listen, daemon=True).start()
    return worker


def _fault(worker: _Worker) -> str:
    code = worker.process.returncode
    if code == 0:
        return ""
    if worker.error:
        return worker.error
    last = worker.words[-1] if worker.words else "it said nothing"
    how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
    return f"The process of the run {worker.job.name} {how}: {last}"


def _end(running: Sequence[_Worker]) -> None:
    for worker in running:
        worker.process.terminate()
    for worker in running:
        try:
            worker.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()
