"""Parameter studies: many trainings side by side, recorded, resumed and compared.

What compares lies in :mod:`nnvis.sweep.comparing`: each run's process begins sooner without it.
"""

from nnvis.sweep.one import Job, run_job
from nnvis.sweep.side_by_side import run_sweep

__all__ = ["Job", "run_job", "run_sweep"]
