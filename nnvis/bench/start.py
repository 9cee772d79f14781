"""How quickly nnvis starts, as a whole process."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

from nnvis.bench.measuring import command_line, measure, run_process
from nnvis.bench.tables import Part, Row, number

TARGET = 0.5
_IMPORT_TIME = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$")
_SHOWN = 6


def start(repeats: int) -> Part:
    """``import nnvis`` and ``nnvis --help``, against a Python that does nothing."""
    repeats = max(repeats, 1) * 2 + 1
    python = sys.executable
    bare, imported, helped = (
        measure(lambda command=command: run_process(command), repeats)
        for command in (
            [python, "-c", "pass"],
            [python, "-c", "import nnvis"],
            command_line("--help"),
        )
    )
    rows = (
        Row("python -c 'import nnvis'", imported, target=TARGET, note=_above(imported, bare)),
        Row("nnvis --help", helped, target=TARGET, note=_above(helped, bare)),
        Row("python -c pass (nothing imported)", bare),
    )
    return Part("start", rows, (f"nnvis --help imports: {heaviest_imports()}",))


def heaviest_imports() -> str:
    """Packages by the time that ``nnvis --help`` spends in their modules."""
    code = "from nnvis.cli import main; main(['--help'])"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    spent: Counter[str] = Counter()
    for line in done.stderr.splitlines():
        found = _IMPORT_TIME.match(line)
        if found:
            spent[found[2].partition(".")[0]] += int(found[1])
    heaviest = [f"{name} {number(spent / 1000)} ms" for name, spent in spent.most_common(_SHOWN)]
    return ", ".join(heaviest) + f"; all {number(spent.total() / 1000)} ms"


def _above(seconds: tuple[float, ...], bare: tuple[float, ...]) -> str:
    ratio = sorted(seconds)[len(seconds) // 2] / sorted(bare)[len(bare) // 2]
    return f"{number(ratio)} times a bare python"
