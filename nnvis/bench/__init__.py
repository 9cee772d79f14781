"""How fast nnvis is on this machine, against its targets and against named alternatives."""

from nnvis.bench.running import PARTS, run_benchmarks

__all__ = ["PARTS", "run_benchmarks"]
