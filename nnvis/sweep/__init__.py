"""Parameter studies: many trainings side by side, recorded, resumed and compared."""

from nnvis.sweep.comparing import Comparison, compare, write_comparison
from nnvis.sweep.one import Job, run_job
from nnvis.sweep.side_by_side import run_sweep

__all__ = ["Comparison", "Job", "compare", "run_job", "run_sweep", "write_comparison"]
